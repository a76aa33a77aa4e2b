using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Conformance;

/// <summary>A Gateway that serves the content, from one place.</summary>
internal sealed class ConformanceSite(PublishedLayout published, RunningGateway gateway, TestUpstream? upstream, TemporaryFolder folder) : IAsyncDisposable
{
    private static readonly (string, string)[] OciOnly = [("Accept", MediaType.OciIndex.Value), ("Accept", MediaType.OciManifest.Value)];

    public string Repository => published.Repository(ConformanceContent.Name);

    public static async Task<ConformanceSite> StartAsync(PublishedLayout published, Ways ways)
    {
        var folder = new TemporaryFolder();
        if (ways == Ways.None)
            return new ConformanceSite(published, await RunningGateway.StartAsync(published.Store), null, folder);
        var upstream = await TestUpstream.StartAsync(published.Blocks(), ways);
        return new ConformanceSite(published, await RunningGateway.StartAsync(folder["store"], PullingGateway.To(upstream), $"--Gateway:Cache:Folder={folder["cache"]}"), upstream, folder);
    }

    /// <param name="path">Below the repository.</param>
    public Task<Reply> GetAsync(string path, params (string, string)[] headers) => gateway.GetAsync($"{Repository}/{path}", headers);

    public Task<Reply> HeadAsync(string path) => gateway.HeadAsync($"{Repository}/{path}");

    /// <summary>The suite names no other types than OCI's.</summary>
    public Task<Reply> GetManifestAsync(string reference) => GetAsync($"manifests/{reference}", OciOnly);

    public Task<Reply> HeadManifestAsync(string reference) => gateway.HeadAsync($"{Repository}/manifests/{reference}", OciOnly);

    public Task<Reply> PingAsync() => gateway.GetAsync("/v2/");

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        if (upstream is not null)
            await upstream.DisposeAsync();
        folder.Dispose();
    }
}

using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

public sealed class ChangedUpstreamsTests
{
    private static readonly UpstreamImage Image = UpstreamImage.Of(Keystream.Bytes("changed", 600_000));
    private static readonly UpstreamImage Later = UpstreamImage.Of(Keystream.Bytes("later", 600_000));

    [Fact]
    public async Task Upstreams_change_in_the_file_without_a_restart()
    {
        await using var before = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        await using var after = await TestUpstream.StartAsync(new UpstreamBlocks(Later.Blocks));
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["gateway.json"], Upstream(before), RunningGateway.Cancel);
        await using var gateway = await RunningGateway.StartAsync(folder["store"], ["--config", folder["gateway.json"], $"--Gateway:Cache:Folder={folder["cache"]}", .. PullingGateway.Patient(patience: 1)]);
        Assert.Equal(Image.Schema2, await PullAsync(Image));

        await File.WriteAllTextAsync(folder["gateway.json"], Upstream(after), RunningGateway.Cancel);
        // The file is looked at every few seconds.
        var patience = TimeSpan.FromSeconds(30);
        using var waiting = new CancellationTokenSource(patience);
        while (await PullAsync(Later) != Later.Schema2)
        {
            Assert.False(waiting.IsCancellationRequested, $"not there in {patience.TotalSeconds} s");
            await Task.Delay(200, RunningGateway.Cancel);
        }
        before.ClearRequests();
        Assert.Equal(200, (await gateway.GetAsync(Later.PathOf(Later.Layers[0]))).Status);
        Assert.DoesNotContain(before.Requests, r => !r.IsProbe);

        async Task<Digest?> PullAsync(UpstreamImage image) =>
            await gateway.GetAsync(image.ByTag, ("Accept", MediaType.Schema2.Value)) is { Status: 200 } reply ? reply.BodyDigest : null;
    }

    private static string Upstream(TestUpstream upstream) =>
        $$"""{ "ReverseProxy": { "Clusters": { "ipfs": { "Destinations": { "one": { "Address": "{{upstream.Address}}" } } } } } }""";
}

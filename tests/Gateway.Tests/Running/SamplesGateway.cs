using System.Text.Json;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Tests.Running;

/// <summary>One Gateway over the samples, for the tests of a class that only ask.</summary>
public sealed class SamplesGateway(Samples samples) : IAsyncLifetime
{
    internal RunningGateway Running { get; private set; } = null!;

    public Samples Samples => samples;

    /// <summary>The repository of the one image of Docker 20.10.</summary>
    public string Tiny => $"/v2/{samples.Tiny.ToRepositoryComponent()}/t/tiny";

    public string Two => $"/v2/{samples.Two.ToRepositoryComponent()}/t/tiny";

    public string Old => $"/v2/{samples.Old.ToRepositoryComponent()}/t/tiny";

    public async ValueTask InitializeAsync() => Running = await RunningGateway.StartAsync(samples.Folder);

    public ValueTask DisposeAsync() => Running.DisposeAsync();

    /// <summary>The digests of an image's configuration and layers, from its manifest.</summary>
    internal async Task<(Digest Config, IReadOnlyList<Digest> Layers)> ContentAsync(string repository, string tag)
    {
        var reply = await Running.GetAsync($"{repository}/manifests/{tag}", ("Accept", MediaType.Schema2.Value));
        using var manifest = JsonDocument.Parse(reply.Body);
        return (DigestOf(manifest.RootElement.GetProperty("config")), [.. manifest.RootElement.GetProperty("layers").EnumerateArray().Select(DigestOf)]);
    }

    private static Digest DigestOf(JsonElement descriptor) => Digest.Parse(descriptor.GetProperty("digest").GetString()!);
}

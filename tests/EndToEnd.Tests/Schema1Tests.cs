using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>
/// Clients of today that still read schema 1, behind a proxy that makes them look as old as those that read nothing else:
/// without an Accept header. Docker from 26 on and containerd from 2.1 on refuse it.
/// </summary>
public sealed class Schema1Tests(Site site)
{
    [EndToEndFact]
    public async Task Docker_pulls_and_runs_signed_schema_1()
    {
        await using var proxy = await ProxyAsync();
        var (image, reference) = await ImageAsync(proxy, ":s2");
        var docker = await site.ClientAsync("docker 20.10 graph");

        var pulled = await docker.PullAsync(reference);
        Assert.Equal(image.Manifest(MediaType.Schema1).Digest, pulled.Manifest);
        AssertLayersAre(image, pulled);
        Assert.Equal("hello from tiny", (await docker.RunAsync(reference)).Trim());
        Assert.Equal([MediaType.Schema1Signed.Value], proxy.ManifestTypes);
    }

    [EndToEndTheory]
    [InlineData("containerd 1.6")]
    [InlineData("containerd 1.7")]
    public async Task Containerd_pulls_and_runs_signed_schema_1(string client)
    {
        await using var proxy = await ProxyAsync();
        var (image, reference) = await ImageAsync(proxy, ":s2");
        var containerd = await site.ClientAsync(client);

        AssertLayersAre(image, await containerd.PullAsync(reference));
        Assert.Equal("hello from tiny", (await containerd.RunAsync(reference)).Trim());
        Assert.Equal([MediaType.Schema1Signed.Value], proxy.ManifestTypes);
    }

    [EndToEndTheory]
    [InlineData("skopeo 1.9")]
    [InlineData("skopeo 1.18")]
    [InlineData("skopeo 1.22")]
    public async Task Skopeo_copies_signed_schema_1(string client)
    {
        await using var proxy = await ProxyAsync();
        var (image, reference) = await ImageAsync(proxy, ":s2");
        var skopeo = (Skopeo)await site.ClientAsync(client);

        AssertLayersAre(image, await skopeo.CopyAsync($"docker://{reference}", "--src-tls-verify=false", "--format=oci"));
        Assert.Equal([MediaType.Schema1Signed.Value], proxy.ManifestTypes);
    }

    /// <summary>The clients write a configuration of their own, and most of them a manifest, over the layers as they are.</summary>
    private static void AssertLayersAre(PublishedImage image, PulledImage pulled) => (pulled with { Config = null, Manifest = null }).AssertIs(image);

    private async Task<AcceptStrippingProxy> ProxyAsync() => await AcceptStrippingProxy.StartAsync((await site.GatewayAsync()).Address);

    private async Task<(PublishedImage Image, string Reference)> ImageAsync(AcceptStrippingProxy proxy, string suffix)
    {
        var published = await site.PublishAsync("docker-20.10.24.tar");
        var image = published.Image("s2");
        return (image, await site.ReferenceAsync(published, image, suffix, authority: proxy.Address.Authority));
    }
}

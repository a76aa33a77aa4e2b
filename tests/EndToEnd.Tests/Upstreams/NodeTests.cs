using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Upstreams;

/// <summary>The tree lies on an IPFS node alone, which gives plain paths; a client pulls it through a Gateway that has nothing.</summary>
public sealed class NodeTests(Site site, IpfsNode node, LargeTree tree) : IClassFixture<LargeTree>
{
    [EndToEndTheory]
    [MemberData(nameof(ClientNames.Through), MemberType = typeof(ClientNames))]
    public async Task A_client_pulls_from_the_node_by_tag_and_by_digest(string client)
    {
        var published = await ImportAsync("docker-20.10.24.tar");
        var image = published.Image("s2");
        await using var gateway = await site.EmptyGatewayAsync(await node.GatewayAsync());
        foreach (var suffix in new[] { ":s2", $"@{image.Manifest(MediaType.Schema2).Digest}", $"@{image.Manifest(MediaType.OciManifest).Digest}" })
            (await (await site.ClientAsync(client)).PullAsync(await site.ReferenceAsync(published, image, suffix, authority: gateway.Authority))).AssertIs(image);
    }

    [EndToEndTheory]
    [MemberData(nameof(ClientNames.Through), MemberType = typeof(ClientNames))]
    public async Task A_client_pulls_every_image_of_an_archive_that_holds_several(string client)
    {
        var published = await ImportAsync("docker-20.10.24-two.tar");
        await using var gateway = await site.EmptyGatewayAsync(await node.GatewayAsync());
        foreach (var image in published.Images)
            (await (await site.ClientAsync(client)).PullAsync(await site.ReferenceAsync(published, image, $":{image.Tag}", authority: gateway.Authority))).AssertIs(image);
    }

    [EndToEndTheory]
    [MemberData(nameof(ClientNames.RunningThrough), MemberType = typeof(ClientNames))]
    public async Task An_image_pulled_from_the_node_runs(string client)
    {
        var published = await ImportAsync("docker-20.10.24.tar");
        await using var gateway = await site.EmptyGatewayAsync(await node.GatewayAsync());
        var reference = await site.ReferenceAsync(published, published.Image("s2"), ":s2", authority: gateway.Authority);
        var runtime = await site.ClientAsync(client);
        await runtime.PullAsync(reference);
        Assert.Equal("hello from tiny", (await runtime.RunAsync(reference)).Trim());
    }

    [EndToEndFact]
    public async Task A_large_image_comes_from_the_node()
    {
        await ImportCarAsync(tree.Car, tree.Root);
        await using var gateway = await site.EmptyGatewayAsync(await node.GatewayAsync());
        var image = tree.Published.Images.Single();
        (await (await site.ClientAsync("skopeo 1.22")).PullAsync(await site.ReferenceAsync(tree.Published, image, $":{image.Tag}", authority: gateway.Authority))).AssertIs(image);
    }

    private async Task<Published> ImportAsync(string archive)
    {
        var car = site.NewPath("tree.car");
        var published = await site.Publisher.PublishAsync(Vectors.File("archives", archive), "--to", $"car:{car}");
        await ImportCarAsync(car, published.Root);
        return published;
    }

    private async Task ImportCarAsync(string car, PublishedRoot root)
    {
        await using var content = File.OpenRead(car);
        Assert.Equal(root.Cid, await node.ImportAsync(content));
    }
}

using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.Registry;

namespace Image2Ipfs.EndToEnd.Tests.Upstreams;

/// <summary>A Gateway that has nothing pulls from the one that has the store.</summary>
public sealed class GatewayTests(Site site, LargeTree tree) : IClassFixture<LargeTree>
{
    [EndToEndTheory]
    [MemberData(nameof(ClientNames.Through), MemberType = typeof(ClientNames))]
    public async Task A_client_pulls_through_two_Gateways_and_again_when_the_one_with_the_store_is_gone(string client)
    {
        var published = await site.PublishAsync("docker-20.10.24.tar");
        var image = published.Image("s2");
        var upstream = await Testing.GatewayProcess.StartAsync(site.Store);
        await using var gateway = await site.EmptyGatewayAsync(upstream.Address);
        string[] suffixes = [":s2", $"@{image.Manifest(MediaType.Schema2).Digest}", $"@{image.Manifest(MediaType.OciManifest).Digest}"];
        try
        {
            foreach (var suffix in suffixes)
                await PullAsync(suffix);
        }
        finally
        {
            await upstream.DisposeAsync();
        }
        foreach (var suffix in suffixes)
            await PullAsync(suffix);

        async Task PullAsync(string suffix) =>
            (await (await site.ClientAsync(client)).PullAsync(await site.ReferenceAsync(published, image, suffix, authority: gateway.Authority))).AssertIs(image);
    }

    [EndToEndTheory]
    [MemberData(nameof(EachWay))]
    public async Task A_client_pulls_whichever_way_the_upstream_gives_content(string format, string client)
    {
        var published = await site.PublishAsync("docker-20.10.24-two.tar");
        await using var proxy = await OneWayProxy.StartAsync((await site.GatewayAsync()).Address, format);
        await using var gateway = await site.EmptyGatewayAsync(proxy.Address);
        foreach (var image in published.Images)
            (await (await site.ClientAsync(client)).PullAsync(await site.ReferenceAsync(published, image, $":{image.Tag}", authority: gateway.Authority))).AssertIs(image);
        Assert.True(proxy.Answered > 0);
    }

    [EndToEndTheory]
    [InlineData("car")]
    [InlineData("raw")]
    [InlineData("")]
    public async Task A_large_image_comes_whichever_way_the_upstream_gives_content(string format)
    {
        await using var proxy = await OneWayProxy.StartAsync((await site.GatewayAsync()).Address, format);
        await using var gateway = await site.EmptyGatewayAsync(proxy.Address);
        var image = tree.Published.Images.Single();
        (await (await site.ClientAsync("skopeo 1.22")).PullAsync(await site.ReferenceAsync(tree.Published, image, $":{image.Tag}", authority: gateway.Authority))).AssertIs(image);
    }

    public static MatrixTheoryData<string, string> EachWay => new(["car", "raw", ""], ClientNames.Through.Select(row => row.Data));
}

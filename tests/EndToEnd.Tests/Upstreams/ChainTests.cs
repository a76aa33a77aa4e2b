using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Upstreams;

/// <summary>
/// Three Gateways in a row, the last of them with the store:
/// <code>
/// skopeo ── first ──┬── proxy ── second ── third, with the store
///                   └── another, with a copy of the store
/// </code>
/// The proxy is cut in the middle of a layer.
/// </summary>
public sealed class ChainTests(Site site, LargeTree tree) : IClassFixture<LargeTree>
{
    /// <summary>Where the cut comes: in the layer of 46 MB, whether it is fetched whole or in parts of 8 MiB from several.</summary>
    private const long Before = 5_000_000;

    /// <summary>It never goes on with a blob that was cut, and never asks twice: whatever it sees of the cut is a failure.</summary>
    private const string Client = "skopeo 1.9";

    [EndToEndFact]
    public async Task A_second_path_takes_over_when_the_first_is_cut_for_good()
    {
        await using var third = await GatewayProcess.StartAsync(site.Store);
        await using var second = await site.EmptyGatewayAsync(third.Address);
        await using var proxy = new CuttingProxy(second.Address, Before, comesBack: false);
        await using var another = await GatewayProcess.StartAsync(await CopyOfStoreAsync());
        await using var first = await site.EmptyGatewayAsync(proxy.Address, another.Address);
        await PullAsync(first, proxy);
    }

    [EndToEndFact]
    public async Task The_only_path_is_taken_again_when_it_was_cut_once()
    {
        await using var third = await GatewayProcess.StartAsync(site.Store);
        await using var second = await site.EmptyGatewayAsync(third.Address);
        await using var proxy = new CuttingProxy(second.Address, Before, comesBack: true);
        await using var first = await site.EmptyGatewayAsync(proxy.Address);
        await PullAsync(first, proxy);
        Assert.True(proxy.ConnectionsAfterwards > 0);
    }

    [EndToEndFact]
    public async Task The_last_of_the_chain_dies_and_the_middle_one_goes_on_with_another()
    {
        await using var third = await GatewayProcess.StartAsync(site.Store);
        await using var proxy = new CuttingProxy(third.Address, Before, comesBack: false);
        await using var another = await GatewayProcess.StartAsync(await CopyOfStoreAsync());
        // Requests for content are passed on by YARP, which would choose between the two by lot.
        await using var second = await site.EmptyGatewayAsync([proxy.Address, another.Address], "--ReverseProxy:Clusters:ipfs:LoadBalancingPolicy=FirstAlphabetical");
        await using var first = await site.EmptyGatewayAsync(second.Address);
        await PullAsync(first, proxy);
    }

    [EndToEndFact]
    public async Task The_client_by_itself_does_not_get_over_the_cut()
    {
        await using var proxy = new CuttingProxy((await site.GatewayAsync()).Address, Before, comesBack: true);
        var image = tree.Published.Images.Single();
        var client = await site.ClientAsync(Client);
        var reference = await site.ReferenceAsync(tree.Published, image, $":{image.Tag}", authority: proxy.Address.Authority);
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.PullAsync(reference));
        Assert.True(proxy.WasCut);
    }

    private async Task PullAsync(GatewayProcess first, CuttingProxy proxy)
    {
        var image = tree.Published.Images.Single();
        var client = await site.ClientAsync(Client);
        (await client.PullAsync(await site.ReferenceAsync(tree.Published, image, $":{image.Tag}", authority: first.Authority))).AssertIs(image);
        Assert.True(proxy.WasCut);
    }

    private async Task<string> CopyOfStoreAsync()
    {
        var copy = site.NewPath("store");
        (await Command.RunAsync("cp", ["-a", site.Store, copy])).Succeeded();
        return copy;
    }
}

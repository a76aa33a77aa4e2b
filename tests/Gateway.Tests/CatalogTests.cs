using System.Text.Json;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests;

public sealed class CatalogTests(Samples samples)
{
    [Fact]
    public async Task All_repositories_of_the_store_come_under_the_names_that_the_publisher_prints()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder);
        var reply = await gateway.GetAsync("/v2/_catalog");
        Assert.Equal((200, "application/json"), (reply.Status, reply["Content-Type"]));
        Assert.Null(reply["Link"]);
        var names = Names(reply);
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Equal(
            new[] { $"{samples.Tiny.ToRepositoryComponent()}/t/tiny", $"{samples.Two.ToRepositoryComponent()}/t/tiny", $"{samples.Two.ToRepositoryComponent()}/t/app2", $"{samples.Old.ToRepositoryComponent()}/t/tiny" }.Order(StringComparer.Ordinal),
            names);
        foreach (var name in names)
            Assert.Equal(200, (await gateway.GetAsync($"/v2/{name}/tags/list")).Status);

        var head = await gateway.HeadAsync("/v2/_catalog");
        Assert.Equal((200, reply["Content-Length"], 0), (head.Status, head["Content-Length"], head.Body.Length));
    }

    [Theory]
    [InlineData("n=4", 0, 4)]
    [InlineData("n=1000000", 0, 4)]
    [InlineData("n=0", 0, 0)]
    [InlineData("last=zzz", 4, 4)]
    [InlineData("last=", 0, 4)]
    [InlineData("last=a/b&n=9", 0, 4)]
    public async Task A_page_without_a_next_one_has_no_Link(string query, int from, int to)
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder);
        var all = Names(await gateway.GetAsync("/v2/_catalog"));
        var reply = await gateway.GetAsync($"/v2/_catalog?{query}");
        Assert.Equal(all[from..to], Names(reply));
        Assert.Null(reply["Link"]);
    }

    [Fact]
    public async Task Following_Link_gives_every_name_once()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder);
        var all = Names(await gateway.GetAsync("/v2/_catalog"));
        Assert.Equal(all, await FollowAsync(gateway, "/v2/_catalog?n=1", maxPage: 1));
        Assert.Equal(all, await FollowAsync(gateway, "/v2/_catalog?n=3", maxPage: 3));
    }

    [Theory]
    [InlineData("n=-1")]
    [InlineData("n=NaN")]
    [InlineData("n=")]
    public async Task A_number_that_is_none_is_400(string query)
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder);
        (await gateway.GetAsync($"/v2/_catalog?{query}")).IsError(400, "PAGINATION_NUMBER_INVALID");
    }

    [Fact]
    public async Task Names_come_and_go_with_their_roots()
    {
        using var store = new TemporaryFolder();
        await using var gateway = await RunningGateway.StartAsync(store["later"]);
        Assert.Empty(Names(await gateway.GetAsync("/v2/_catalog")));

        await Samples.PublishAsync(store["later"], "docker-20.10.24.tar");
        await UntilAsync(gateway, names => names.Count == 1);
        await Samples.PublishAsync(store["later"], "docker-20.10.24-two.tar");
        await UntilAsync(gateway, names => names.Count == 3);
        new LocalStore(store["later"]).Remove(samples.Tiny);
        await UntilAsync(gateway, names => names.Count == 2 && names.All(n => n.StartsWith(samples.Two.ToRepositoryComponent(), StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_damaged_root_hides_itself_alone()
    {
        using var store = samples.Copy();
        await File.WriteAllTextAsync(new LocalStore(store.Path).RootFile(samples.Two), "damaged", RunningGateway.Cancel);
        await using var gateway = await RunningGateway.StartAsync(store.Path);
        Assert.Equal(2, Names(await gateway.GetAsync("/v2/_catalog")).Count);
    }

    /// <summary>Nobody gets more than a page at once, however much the store holds.</summary>
    [Fact]
    public async Task A_long_list_comes_in_pages_though_nobody_asked_for_them()
    {
        using var store = new TemporaryFolder();
        for (var i = 0; i < 1005; i++)
        {
            using var tree = new SyntheticTree(store.Path);
            tree.AddManifest("latest", MediaType.OciManifest, SyntheticTree.Image(MediaType.OciManifest, $"{i}"));
            tree.Commit();
        }
        await using var gateway = await RunningGateway.StartAsync(store.Path);
        var all = await FollowAsync(gateway, "/v2/_catalog", maxPage: 1000);
        Assert.Equal(1005, all.Distinct().Count());
        Assert.Equal(1000, Names(await gateway.GetAsync("/v2/_catalog?n=1001")).Count);
    }

    private static List<string> Names(Reply reply)
    {
        using var json = JsonDocument.Parse(reply.Body);
        Assert.Equal(["repositories"], json.RootElement.EnumerateObject().Select(m => m.Name));
        return [.. json.RootElement.GetProperty("repositories").EnumerateArray().Select(t => t.GetString()!)];
    }

    private static async Task<List<string>> FollowAsync(RunningGateway gateway, string first, int maxPage)
    {
        var all = new List<string>();
        for (var next = first; next is not null;)
        {
            var reply = await gateway.GetAsync(next);
            Assert.InRange(Names(reply).Count, 1, maxPage);
            all.AddRange(Names(reply));
            next = reply.Next();
        }
        return all;
    }

    private static async Task UntilAsync(RunningGateway gateway, Func<List<string>, bool> isSo)
    {
        var names = Names(await gateway.GetAsync("/v2/_catalog"));
        for (var i = 0; i < 100 && !isSo(names); i++)
        {
            await Task.Delay(50, RunningGateway.Cancel);
            names = Names(await gateway.GetAsync("/v2/_catalog"));
        }
        Assert.True(isSo(names), string.Join('\n', names));
    }
}

using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Image2Ipfs.Gateway.Tests.Pages;

/// <summary>The latest pulls, as clients make them.</summary>
public sealed class RecentPullsTests(Samples samples)
{
    private string Name => $"{samples.Tiny.ToRepositoryComponent()}/t/tiny";

    [Fact]
    public async Task The_requests_of_one_pull_are_one_entry()
    {
        var image = UpstreamImage.Of(Keystream.Bytes("recent", 100_000));
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(image.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream);
        (string, string) agent = ("User-Agent", "docker/28.2.2 go/go1.24 kernel/6.1.0-private os/linux arch/amd64");
        await gateway.Running.HeadAsync(image.ByTag, agent, ("Accept", "application/vnd.oci.image.manifest.v1+json"));
        var bytes = 0L;
        foreach (var path in new[] { $"{image.Repository}/manifests/{image.Oci}", image.PathOf(image.Config), image.PathOf(image.Layers[0]) })
            bytes += (await gateway.Running.GetAsync(path, agent)).Body.Length;
        await UntilAsync(gateway.Running, all => all is [{ Bytes: var sent }] && sent == bytes);
        var pull = Assert.Single(All(gateway.Running));
        Assert.Equal((image.Repository["/v2/".Length..], ":latest", "docker/28.2.2", 200, "Upstream", false), (pull.Name.ToString(), pull.Reference, pull.Client, pull.Status, pull.Origin.ToString(), pull.IsBrokenOff));

        var page = await Page.GetAsync(gateway.Running, "/");
        Assert.Contains($"{image.Root.ToRepositoryComponent()[..12]}…/app:latest docker/28.2.2 200 ", page.Text, StringComparison.Ordinal);
        Assert.Contains($"/image?name={image.Repository["/v2/".Length..]}:latest", page.Links);
        Assert.DoesNotContain("127.0.0.1 ", page.Text[page.Text.IndexOf("Recent pulls", StringComparison.Ordinal)..page.Text.LastIndexOf("Upstreams ", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.DoesNotContain("kernel", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_names_and_clients_are_others_and_only_pulls_count()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder);
        foreach (var path in new[] { "/v2/", "/v2/_catalog", $"/v2/{Name}/tags/list", "/", $"/image?name={Name}:s2", $"/ipfs/{samples.Tiny}/" })
            await gateway.GetAsync(path);
        await gateway.GetAsync($"/v2/{Name}/manifests/s2", ("User-Agent", "crane/1"));
        await gateway.GetAsync($"/v2/{Name}/manifests/s2", ("User-Agent", "<script>/1"));
        await gateway.GetAsync($"/v2/{Name}/manifests/none", ("User-Agent", "podman/5"));
        await gateway.GetAsync($"/v2/{samples.Two.ToRepositoryComponent()}/t/tiny/manifests/s2", ("User-Agent", "crane/1"));
        await gateway.GetAsync($"/v2/{Name}/manifests/latest", ("User-Agent", "crane/1"));
        await UntilAsync(gateway, all => all.Count == 4);
        await UntilAsync(gateway, all => all[0].Name.ToString() == Name);
        Assert.Equal([("crane/1", 200), ("crane/1", 200), ("podman/5", 404), ("?script?/1", 200)], All(gateway).Select(p => (p.Client.Replace('<', '?').Replace('>', '?'), p.Status)));
        var page = await Page.GetAsync(gateway, "/");
        Assert.Contains("t/tiny:none podman/5 404", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_more_are_kept_than_the_setting_says()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, "--Gateway:Page:RecentPulls=3");
        for (var i = 0; i < 10; i++)
            await gateway.GetAsync($"/v2/{Name}/manifests/s2", ("User-Agent", $"client/{i}"));
        await UntilAsync(gateway, all => all is [{ Client: "client/9" }, ..]);
        Assert.Equal(["client/9", "client/8", "client/7"], All(gateway).Select(p => p.Client));
    }

    [Theory]
    [InlineData("--Gateway:Page:RecentPulls=0")]
    [InlineData("--Gateway:Page:Enabled=false")]
    public async Task Off_none_is_kept(string setting)
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, setting);
        await gateway.GetAsync($"/v2/{Name}/manifests/s2");
        await gateway.GetAsync($"/v2/{Name}/manifests/s2");
        Assert.Empty(All(gateway));
        Assert.DoesNotContain("Recent pulls", System.Text.Encoding.UTF8.GetString((await gateway.GetAsync("/")).Body), StringComparison.Ordinal);
    }

    private static IReadOnlyList<RecentPull> All(RunningGateway gateway) => gateway.Services.GetRequiredService<RecentPulls>().Latest();

    /// <summary>A client may have its answer a moment before it is counted.</summary>
    private static async Task UntilAsync(RunningGateway gateway, Func<IReadOnlyList<RecentPull>, bool> isSo)
    {
        for (var i = 0; i < 100 && !isSo(All(gateway)); i++)
            await Task.Delay(20, RunningGateway.Cancel);
        Assert.True(isSo(All(gateway)), string.Join('\n', All(gateway)));
    }
}

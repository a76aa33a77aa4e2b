using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Tests.Pages;

/// <summary>What may not be had is not shown either.</summary>
public sealed class DeniedPageTests(Samples samples)
{
    private string Two => samples.Two.ToRepositoryComponent();

    private string Tiny => samples.Tiny.ToRepositoryComponent();

    [Theory]
    [InlineData("")]
    [InlineData("?q=tiny")]
    [InlineData("?q={root}")]
    [InlineData("?q={root}/t/tiny:s2")]
    public async Task A_denied_root_is_on_no_list(string query)
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, $"--Gateway:Content:Deny:0={samples.Two}");
        var page = await Page.GetAsync(gateway, $"/{query.Replace("{root}", Two, StringComparison.Ordinal)}");
        Assert.Equal(200, page.Status);
        Assert.DoesNotContain(page.Links, link => link.Contains(Two, StringComparison.Ordinal) || link.Contains($"{samples.Two}", StringComparison.Ordinal));
        Assert.Equal(!query.Contains("{root}", StringComparison.Ordinal), page.Links.Contains($"/image?name={Tiny}/t/tiny"));
    }

    [Fact]
    public async Task A_denied_name_is_left_out_of_its_root_and_its_page_says_why()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, $"--Gateway:Content:Deny:0={samples.Two}/t/app2", "--Gateway:Content:DeniedStatus=451");
        var page = await Page.GetAsync(gateway, "/");
        Assert.Contains($"/image?name={Two}/t/tiny", page.Links);
        Assert.DoesNotContain(page.Links, link => link.Contains("app2", StringComparison.Ordinal));
        foreach (var name in new[] { $"{Two}/t/app2", $"{Two}/t/app2:x", $"ipfs/{samples.Two.ToBase36()}/t/app2:x" })
        {
            var denied = await Page.GetAsync(gateway, $"/image?name={name}");
            Assert.Equal(451, denied.Status);
            Assert.Contains("is blocked and cannot be provided", denied.Text, StringComparison.Ordinal);
        }
        Assert.Equal(200, (await Page.GetAsync(gateway, $"/image?name={Two}/t/tiny:s2")).Status);
    }

    [Fact]
    public async Task Where_few_are_allowed_only_they_are_shown()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, $"--Gateway:Content:Allow:0={samples.Tiny}");
        var page = await Page.GetAsync(gateway, "/");
        Assert.Equal($"/ipfs/{samples.Tiny}/", Assert.Single(page.Links, link => link.StartsWith("/ipfs/", StringComparison.Ordinal)));
        Assert.Equal(403, (await Page.GetAsync(gateway, $"/image?name={Two}/t/tiny:s2")).Status);
        Assert.Equal(200, (await Page.GetAsync(gateway, $"/image?name={Tiny}/t/tiny:s2")).Status);
    }

    [Fact]
    public async Task A_denied_manifest_has_no_page()
    {
        await using var all = await RunningGateway.StartAsync(samples.Folder);
        var digest = (await all.GetAsync($"/v2/{Two}/t/tiny/manifests/s2", ("Accept", Registry.MediaType.Schema2.Value)))["Docker-Content-Digest"]!;
        var cid = Cid.V1(Cid.Raw, Convert.FromHexString(digest.Split(':')[1]));
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, $"--Gateway:Content:Deny:0={cid}");
        Assert.Equal(410, (await Page.GetAsync(gateway, $"/image?name={Two}/t/tiny@{digest}")).Status);
        Assert.Equal(200, (await Page.GetAsync(gateway, $"/image?name={Two}/t/tiny")).Status);
        Assert.Equal(200, (await Page.GetAsync(gateway, "/")).Status);
    }
}

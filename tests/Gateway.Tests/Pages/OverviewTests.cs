using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Pages;

/// <summary>What <c>/</c> shows.</summary>
public sealed class OverviewTests(Samples samples)
{
    [Fact]
    public async Task Every_root_is_listed_with_its_names_and_tags()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, "--Gateway:Cache:MaxBytes=0");
        var page = await Page.GetAsync(gateway, "/");
        Assert.Equal(200, page.Status);
        Assert.Contains("3 roots in the store, the newest first", page.Text, StringComparison.Ordinal);
        var two = samples.Two.ToRepositoryComponent();
        foreach (var link in new[] { $"/image?name={two}/t/tiny", $"/image?name={two}/t/tiny:s2", $"/image?name={two}/t/tiny:other", $"/image?name={two}/t/app2:x", $"/ipfs/{samples.Two}/", $"/image?name={samples.Old.ToRepositoryComponent()}/t/tiny:s2" })
            Assert.Contains(link, page.Links);
        Assert.Contains("✓ ready Store 3 roots Cache off", page.Text.Replace("State ready", "State ✓ ready", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("None: the store alone is served.", page.Text, StringComparison.Ordinal);
        foreach (var link in page.Links.Where(l => l != "#main").Distinct())
            Assert.Equal(200, (await gateway.GetAsync(link)).Status);
    }

    [Theory]
    [InlineData("tiny", 3)]
    [InlineData("TINY", 3)]
    [InlineData("app2", 1)]
    [InlineData("ciq", 3)]
    [InlineData("nothing like it", 0)]
    [InlineData("<script>alert(1)</script>", 0)]
    public async Task A_name_is_found_by_any_part_of_it(string query, int roots)
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder);
        var page = await Page.GetAsync(gateway, $"/?q={Uri.EscapeDataString(query)}");
        Assert.Equal(200, page.Status);
        Assert.Equal(roots, page.Links.Count(l => l.StartsWith("/ipfs/", StringComparison.Ordinal)));
        Assert.Contains(System.Net.WebUtility.HtmlEncode(query), page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_root_is_found_in_every_text_form()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder);
        var (cid, component) = (samples.Two, samples.Two.ToRepositoryComponent());
        foreach (var query in new[] { cid.ToString(), component, cid.ToBase32(), cid.ToBase36(), cid.ToBase16(), $"localhost:5000/{component}/t/tiny:s2", $"{component}/t/tiny@sha256:{new string('0', 64)}" })
        {
            var page = await Page.GetAsync(gateway, $"/?q={Uri.EscapeDataString(query)}");
            Assert.Equal($"/ipfs/{cid}/", Assert.Single(page.Links, l => l.StartsWith("/ipfs/", StringComparison.Ordinal)));
        }
        // A root alone has no page of its own: its names are listed.
        var reply = await gateway.GetAsync($"/image?name={component}");
        Assert.Equal((303, $"/?q={component}"), (reply.Status, reply["Location"]));
    }

    [Fact]
    public async Task An_empty_store_says_how_it_is_filled()
    {
        using var folder = new TemporaryFolder();
        await using var gateway = await RunningGateway.StartAsync(folder["none"]);
        var page = await Page.GetAsync(gateway, "/");
        Assert.Contains($"docker save busybox | image2ipfs --registry {gateway.Address.Authority}", page.Text, StringComparison.Ordinal);
        Assert.Contains("the store has nothing, and no upstream can be used", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_damaged_or_no_image_has_a_row_all_the_same()
    {
        using var store = samples.Copy();
        await File.WriteAllTextAsync(new LocalStore(store.Path).RootFile(samples.Two), "damaged", RunningGateway.Cancel);
        await using var gateway = await RunningGateway.StartAsync(store.Path);
        var page = await Page.GetAsync(gateway, "/");
        Assert.Contains("Damaged it cannot be read", page.Text, StringComparison.Ordinal);
        Assert.Contains($"/image?name={samples.Tiny.ToRepositoryComponent()}/t/tiny:s2", page.Links);
    }

    /// <summary>Of 10 000 roots all but the newest are unreadable: who opened one that is not on the page would show it.</summary>
    [Fact]
    public async Task Of_ten_thousand_roots_those_on_the_page_alone_are_opened()
    {
        using var store = samples.Copy();
        var roots = new LocalStore(store.Path);
        var old = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        for (var i = 0; i < 10_000; i++)
        {
            var file = roots.RootFile(Cid.V0(Digest.Sha256(BitConverter.GetBytes(i)).ToHash()));
            await File.WriteAllBytesAsync(file, "unreadable"u8.ToArray(), RunningGateway.Cancel);
            File.SetLastWriteTimeUtc(file, old.AddMinutes(i));
        }
        for (var i = 0; i < 30; i++)
        {
            using var tree = new SyntheticTree(store.Path);
            tree.AddManifest("latest", MediaType.OciManifest, SyntheticTree.Image(MediaType.OciManifest, $"{i}"));
            tree.Commit();
        }
        await using var gateway = await RunningGateway.StartAsync(store.Path);
        var first = await Page.GetAsync(gateway, "/");
        Assert.Contains("10,033 roots", first.Text, StringComparison.Ordinal);
        Assert.Contains("Page 1 of 402", first.Text, StringComparison.Ordinal);
        Assert.Equal(25, first.Links.Count(l => l.StartsWith("/ipfs/", StringComparison.Ordinal)));
        Assert.DoesNotContain("Damaged", first.Text, StringComparison.Ordinal);
        Assert.Equal("/?page=2", Assert.Single(first.Links, l => l.Contains("page=", StringComparison.Ordinal)));

        var second = await Page.GetAsync(gateway, "/?page=2");
        Assert.Equal(17, second.Text.Split("Damaged").Length - 1);
        var last = await Page.GetAsync(gateway, "/?page=402");
        Assert.Equal("/?page=401", Assert.Single(last.Links, l => l.Contains("page=", StringComparison.Ordinal)));
        Assert.Contains("2026-01-01 00:00", last.Text, StringComparison.Ordinal);
        Assert.Equal(last.Text, (await Page.GetAsync(gateway, "/?page=99999999")).Text);
        Assert.Contains("33 roots of 10,033", (await Page.GetAsync(gateway, "/?q=ciq")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_root_of_many_names_shows_some_and_all_of_them_by_itself()
    {
        var layout = new TestLayout();
        var image = layout.Image(TestLayer.Gzip([1]));
        for (var i = 0; i < 40; i++)
            layout.List(image, $"team/app{i:00}:1");
        for (var i = 0; i < 20; i++)
            layout.List(image, $"team/app00:v{i:00}");
        using var published = await PublishedLayout.OfAsync(layout);
        await using var gateway = await RunningGateway.StartAsync(published.Store);
        var component = published.Root.ToRepositoryComponent();
        // Another root, so that it is not the only one.
        await Samples.PublishAsync(published.Store, "docker-20.10.24.tar");
        var page = await Page.GetAsync(gateway, "/");
        Assert.Equal(6, Names(page).Count());
        Assert.Contains("and 34 more names", page.Text, StringComparison.Ordinal);
        Assert.Contains("and 10 more", page.Text, StringComparison.Ordinal);
        Assert.Contains($"/?q={component}", page.Links);
        Assert.Equal(40, Names(await Page.GetAsync(gateway, $"/?q={component}")).Count());

        IEnumerable<string> Names(Page page) => page.Links.Where(l => l.StartsWith($"/image?name={component}/team/app", StringComparison.Ordinal) && !l[6..].Contains(':', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Upstreams_are_shown_as_readiness_sees_them()
    {
        var image = UpstreamImage.Of(Keystream.Bytes("page", 1000));
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(image.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream);
        var page = await Page.GetAsync(gateway.Running, "/");
        Assert.Contains($"gateway1 {upstream.Address}", page.Text, StringComparison.Ordinal);
        Assert.Contains("Fill of the cache", page.Html, StringComparison.Ordinal);
        await gateway.GetBlobAsync(image, image.Layers[0]);
        Assert.DoesNotContain(upstream.Requests, r => !r.IsProbe && !r.ToString()!.Contains("/ipfs/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("99999999999999999999")]
    public async Task A_page_that_is_no_number_is_an_error(string number)
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder);
        Assert.Equal(400, (await Page.GetAsync(gateway, $"/?page={number}")).Status);
    }
}

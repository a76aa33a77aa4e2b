using System.Text;
using System.Text.Json.Nodes;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Pages;

/// <summary>A repository's tags, and one image, whether they lie in the store or with an upstream.</summary>
public sealed class ImagePageTests
{
    private const string Config = """
        {"created":"2026-02-03T04:05:06Z","author":"Ann","architecture":"amd64","os":"linux",
         "config":{"Entrypoint":["/bin/app"],"Cmd":["--serve","all of it"],"User":"1000","WorkingDir":"/srv","Env":["A=1","B=x=y"],"ExposedPorts":{"80/tcp":{}},"Labels":{"label.one":"first"}},
         "history":[
           {"created":"2026-02-01T00:00:00Z","created_by":"/bin/sh -c #(nop) ADD file:1 in / "},
           {"created":"2026-02-02T00:00:00Z","created_by":"ENV A=1","empty_layer":true},
           {"created":"2026-02-03T00:00:00Z","created_by":"RUN /bin/sh -c make install # buildkit","comment":"buildkit.dockerfile.v0"}],
         "rootfs":{"type":"layers","diff_ids":["DIFF0","DIFF1"]}}
        """;

    private readonly TestLayout _layout = new();
    private readonly TestLayer[] _layers = [TestLayer.Gzip(TestImage.Content(1, 90_000)), TestLayer.Gzip(TestImage.Content(2, 30_000))];
    private readonly JsonObject _image;
    private readonly JsonObject _index;
    private readonly JsonObject _signature;

    public ImagePageTests()
    {
        var config = Config.Replace("DIFF0", $"sha256:{TestImage.Hex(_layers[0].Content)}", StringComparison.Ordinal).Replace("DIFF1", $"sha256:{TestImage.Hex(_layers[1].Content)}", StringComparison.Ordinal);
        _image = _layout.Manifest(_layout.Blob(MediaType.OciConfig.Value, Encoding.UTF8.GetBytes(config)), _layers.Select(_layout.Layer), null, ("annotations", TestLayout.Texts(("test.note", "of the image"))));
        var arm = _layout.Image("linux/arm64/v8", TestLayer.Gzip([3]));
        _index = _layout.Index([TestLayout.With(_image, "platform", TestLayout.Platform("linux/amd64")), TestLayout.With(arm, "platform", TestLayout.Platform("linux/arm64/v8"))], null, ("annotations", TestLayout.Texts(("test.note", "of the index"))));
        _signature = _layout.Referrer(_index, "application/vnd.test.signature", [7]);
        _layout.List(_index, "team/app:1.0").List(_index, "team/app:latest").List(_image, "team/app:amd").List(_signature);
    }

    public static TheoryData<string> Places => ["store", "Car", "Path"];

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_repository_lists_its_tags_with_forms_platforms_and_sizes(string place)
    {
        await using var site = await SiteAsync(place);
        var page = await Page.GetAsync(site.Gateway, $"/image?name={site.Name}");
        Assert.Equal(200, page.Status);
        Assert.Contains("3 tags", page.Text, StringComparison.Ordinal);
        Assert.Matches(@"1\.0 OCI index, manifest list linux/amd64, linux/arm64/v8 sha256:[0-9a-f]{64} \d+(\.\d)? kB 2026-02-03 04:05", page.Text);
        Assert.Matches(@"amd OCI, schema 2, schema 1 linux/amd64 sha256:[0-9a-f]{64} \d+(\.\d)? kB 2026-02-03 04:05", page.Text);
        Assert.Equal(place == "Path", page.Text.Contains("Nothing proves what lies under this name", StringComparison.Ordinal));
        await LinksHoldAsync(site, page);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task An_index_shows_its_platforms_and_one_of_them_whole(string place)
    {
        await using var site = await SiteAsync(place);
        var page = await Page.GetAsync(site.Gateway, $"/image?name={site.Name}:1.0");
        Assert.Equal(200, page.Status);
        foreach (var text in new[]
        {
            "team/app :1.0", $"Digest {TestLayout.Digest(_index)} Copy", "Type OCI index", "linux/arm64/v8", "Layers and history for linux/amd64", "2 layers, ", "1 ADD file:1 in / ", "ENV A=1 no layer", "2 RUN make install ", "tar, gzip 2026-02-03 00:00 buildkit.dockerfile.v0",
            "Entrypoint [\"/bin/app\"] Command [\"--serve\", \"all of it\"] User 1000 Working folder /srv Ports 80/tcp Author Ann", "A 1 B x=y", "label.one first", "test.note of the index", "application/vnd.test.signature",
        })
            Assert.Contains(text, page.Text, StringComparison.Ordinal);
        Assert.Contains($"/image?name={site.Name}@{TestLayout.Digest(_image)}", page.Links);
        Assert.Contains($"/image?name={site.Name}@{TestLayout.Digest(_signature)}", page.Links);
        Assert.Contains($"/v2/{site.Name}/blobs/sha256:{TestImage.Hex(_layers[1].Bytes)}", page.Links);
        await LinksHoldAsync(site, page);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task An_image_is_shown_by_its_digest(string place)
    {
        await using var site = await SiteAsync(place);
        var page = await Page.GetAsync(site.Gateway, $"/image?name={site.Name}@{TestLayout.Digest(_image)}");
        Assert.Equal(200, page.Status);
        Assert.Contains("Platform linux/amd64", page.Text, StringComparison.Ordinal);
        Assert.Contains("test.note of the image", page.Text, StringComparison.Ordinal);
        Assert.Contains("Nothing in this repository speaks of this manifest.", page.Text, StringComparison.Ordinal);
        Assert.Contains($"docker pull {site.Gateway.Address.Authority}/{site.Name}@{TestLayout.Digest(_image)} ", page.Text, StringComparison.Ordinal);
        // Its share of the layers: 100 in all.
        var widths = System.Text.RegularExpressions.Regex.Matches(page.Html, "<rect width=\"([0-9.]+)\"").Select(m => double.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(2, widths.Count);
        Assert.InRange(widths.Sum(), 99.8, 100.2);

        var schema1 = page.Links.Single(l => l.Contains("/blobs/sha256:", StringComparison.Ordinal) && l.Contains(TestImage.Hex(_layers[0].Bytes), StringComparison.Ordinal));
        Assert.Equal(_layers[0].Bytes, (await site.Gateway.GetAsync(schema1)).Body);
    }

    [Fact]
    public async Task A_signature_says_what_it_speaks_of_and_schema_1_what_it_knows()
    {
        await using var site = await SiteAsync("store");
        var signature = await Page.GetAsync(site.Gateway, $"/image?name={site.Name}@{TestLayout.Digest(_signature)}");
        Assert.Contains("Type application/vnd.test.signature", signature.Text, StringComparison.Ordinal);
        Assert.Contains($"/image?name={site.Name}@{TestLayout.Digest(_index)}", signature.Links);
        Assert.Contains("Blobs 1 blob, 1 B", signature.Text, StringComparison.Ordinal);

        var tag = await Page.GetAsync(site.Gateway, $"/image?name={site.Name}:amd");
        var schema1 = await Page.GetAsync(site.Gateway, tag.Links.Last(l => l.Contains("@sha256:", StringComparison.Ordinal) && tag.Html.Contains($"href=\"{l}\">schema 1</a>", StringComparison.Ordinal)));
        Assert.Contains("Type schema 1", schema1.Text, StringComparison.Ordinal);
        Assert.Contains("1 ADD file:1 in / ", schema1.Text, StringComparison.Ordinal);
        Assert.Contains("ENV A=1 no layer", schema1.Text, StringComparison.Ordinal);
        Assert.Contains("User 1000", schema1.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(":none", 404, "has no tag none")]
    [InlineData("@sha256:0000000000000000000000000000000000000000000000000000000000000000", 404, "has no manifest sha256:0000")]
    [InlineData("x", 404, "There is no ")]
    [InlineData("@sha256:short", 400, "'sha256:short' is not a digest")]
    [InlineData(":-", 400, "'-' is not a tag")]
    [InlineData("/<script>alert(1)</script>", 400, "is not a repository name")]
    public async Task What_is_not_there_or_no_name_is_a_page_too(string suffix, int status, string says)
    {
        await using var site = await SiteAsync("store");
        var page = await Page.GetAsync(site.Gateway, $"/image?name={Uri.EscapeDataString(site.Name + suffix)}");
        Assert.Equal(status, page.Status);
        Assert.Contains(says, page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_is_understood_as_people_paste_it()
    {
        await using var site = await SiteAsync("store");
        var (own, cid) = (site.Gateway.Address.Authority, site.Published.Root);
        foreach (var name in new[] { $"{own}/{site.Name}:amd", $"docker://{own}/{site.Name}:amd", $" registry.example:5000/{site.Name}:amd ", $"localhost/{site.Name}:amd", $"{cid}/team/app:amd", $"ipfs/{cid}/team/app:amd", $"{cid.ToBase36()}/team/app:amd", $"{site.Name}:any@{TestLayout.Digest(_image)}" })
        {
            var page = await Page.GetAsync(site.Gateway, $"/image?name={Uri.EscapeDataString(name)}");
            Assert.True(page.Status == 200, $"{name}: {page.Status}");
            Assert.Contains(TestLayout.Digest(_image), page.Text, StringComparison.Ordinal);
        }
        Assert.Equal(400, (await Page.GetAsync(site.Gateway, "/image")).Status);
        Assert.Equal(400, (await Page.GetAsync(site.Gateway, $"/image?name={new string('a', 5000)}")).Status);
    }

    [Fact]
    public async Task What_upstreams_say_stands_on_the_page_with_the_status_of_the_registry()
    {
        await using var site = await SiteAsync("Car", PullingGateway.Patient(patience: 1));
        site.Upstream!.Arm(Faults.Named("500"));
        var page = await Page.GetAsync(site.Gateway, $"/image?name={site.Name}:amd");
        var registry = await site.Gateway.GetAsync($"/v2/{site.Name}/manifests/amd");
        Assert.Equal((502, 502), (registry.Status, page.Status));
        Assert.Matches(@"What each upstream said Upstream Outcome gateway1 answered \d+", page.Text);
        site.Upstream.Disarm();
    }

    [Fact]
    public async Task What_is_damaged_is_said_and_not_shown()
    {
        await using var site = await SiteAsync("store");
        var config = _layout.Files.Single(f => Encoding.UTF8.GetString(f.Value).Contains("\"Ann\"", StringComparison.Ordinal));
        var file = Path.Combine(site.Published.Store, config.Key);
        await File.WriteAllTextAsync(file, Encoding.UTF8.GetString(config.Value).Replace("Ann", "Bob", StringComparison.Ordinal), RunningGateway.Cancel);
        var page = await Page.GetAsync(site.Gateway, $"/image?name={site.Name}:amd");
        Assert.Equal(200, page.Status);
        Assert.Contains("it has other bytes than its digest says", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Bob", page.Text, StringComparison.Ordinal);

        await File.WriteAllTextAsync(Path.Combine(site.Published.Store, TestLayout.PathOf(_signature)), "{}", RunningGateway.Cancel);
        var signature = await Page.GetAsync(site.Gateway, $"/image?name={site.Name}@{TestLayout.Digest(_signature)}");
        Assert.Equal(500, signature.Status);
        Assert.Contains("image2ipfs verify", signature.Text, StringComparison.Ordinal);
        Assert.NotEmpty(site.Gateway.TakeProblems());
    }

    [Fact]
    public async Task Many_tags_come_in_pages()
    {
        for (var i = 0; i < 60; i++)
            _layout.List(_image, $"team/app:t{i:00}");
        await using var site = await SiteAsync("store");
        var first = await Page.GetAsync(site.Gateway, $"/image?name={site.Name}");
        Assert.Contains("63 tags", first.Text, StringComparison.Ordinal);
        var (tags, next) = (new List<string>(), $"/image?name={site.Name}");
        for (var pages = 0; next is not null; pages++)
        {
            Assert.InRange(pages, 0, 2);
            var page = await Page.GetAsync(site.Gateway, next);
            tags.AddRange(page.Links.Where(l => l.StartsWith($"/image?name={site.Name}:", StringComparison.Ordinal)));
            next = page.Links.SingleOrDefault(l => l.EndsWith($"&page={pages + 2}", StringComparison.Ordinal));
        }
        Assert.Equal(63, tags.Distinct().Count());
    }

    private async Task<ImageSite> SiteAsync(string place, params string[] settings)
    {
        var published = await PublishedLayout.OfAsync(_layout);
        if (place == "store")
            return new ImageSite(published, await RunningGateway.StartAsync(published.Store, settings), null);
        var upstream = await TestUpstream.StartAsync(published.Blocks(), Enum.Parse<Ways>(place));
        return new ImageSite(published, await RunningGateway.StartAsync(
            Path.Combine(published.Store, "empty"), [PullingGateway.To(upstream), $"--Gateway:Cache:Folder={Path.Combine(published.Store, "cache")}", .. settings]), upstream);
    }

    private static async Task LinksHoldAsync(ImageSite site, Page page)
    {
        foreach (var link in page.Links.Where(l => l != "#main" && !l.StartsWith("/ipfs/", StringComparison.Ordinal)).Distinct())
            Assert.True((await site.Gateway.HeadAsync(link)).Status == 200, link);
    }

    private sealed record ImageSite(PublishedLayout Published, RunningGateway Gateway, TestUpstream? Upstream) : IAsyncDisposable
    {
        public string Name => $"{Published.Root.ToRepositoryComponent()}/team/app";

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            if (Upstream is not null)
                await Upstream.DisposeAsync();
            Published.Dispose();
        }
    }
}

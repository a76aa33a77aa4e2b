using System.Text.Json;
using System.Text.Json.Nodes;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>The referrers API, over what the publisher makes of layouts with signatures: in the store, and with upstreams that give blocks or plain files.</summary>
public sealed class ReferrerTests
{
    private const string Signature = "application/vnd.dev.cosign.artifact.sig.v1+json";
    private const string Sbom = "application/spdx+json";

    private readonly TestLayout _layout = new();
    private readonly JsonObject _image;

    public ReferrerTests() => _image = _layout.Image(TestLayer.Gzip(TestImage.Layer("file")));

    public static TheoryData<string> Places => ["store", "Car", "Raw", "Path"];

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Everything_that_speaks_of_an_image_is_listed_as_it_describes_itself(string place)
    {
        var signature = _layout.Manifest(
            _layout.Blob("application/vnd.oci.empty.v1+json", "{}"u8), [_layout.Blob("test/blob", [1])], null,
            ("subject", _image), ("artifactType", Signature), ("annotations", TestLayout.Texts(("org.opencontainers.image.created", "2026-01-01"), (TestLayout.RefName, "v1"))));
        var chart = _layout.Manifest(_layout.Blob("application/vnd.cncf.helm.config.v1+json", "{}"u8), [_layout.Blob("test/blob", [2])], null, ("subject", _image));
        var index = _layout.Index([], null, ("subject", _image));
        var typedIndex = _layout.Index([], null, ("subject", _image), ("artifactType", "test/list"));
        var ofSignature = _layout.Referrer(signature, Sbom, [3]);
        var other = _layout.Image(TestLayer.Gzip([9]));
        _layout.List(_image, "app:1").List(other, "app:2").List(signature).List(chart).List(index).List(typedIndex).List(ofSignature).List(_layout.Referrer(other, Sbom, [4]));
        await using var site = await SiteAsync(place);

        var reply = await site.Gateway.GetAsync(site.Referrers(_image));
        var listed = Listed(reply);
        Assert.Equal(new[] { signature, chart, index, typedIndex }.Select(TestLayout.Digest).Order(StringComparer.Ordinal), listed.Select(d => d.Digest.ToString()));
        foreach (var (one, type, artifact) in new[] { (signature, MediaType.OciManifest, Signature), (chart, MediaType.OciManifest, "application/vnd.cncf.helm.config.v1+json"), (index, MediaType.OciIndex, null), (typedIndex, MediaType.OciIndex, "test/list") })
        {
            var itself = Assert.Single(listed, d => d.Digest.ToString() == TestLayout.Digest(one));
            Assert.Equal((type, _layout[one].Length, artifact), (itself.MediaType, itself.Size, itself.ArtifactType));
            // What is listed can be pulled.
            Assert.Equal(itself.Digest, (await site.Gateway.GetAsync($"{site.Repository}/manifests/{itself.Digest}")).BodyDigest);
        }
        var described = listed.Single(d => d.Digest.ToString() == TestLayout.Digest(signature));
        Assert.Equal(("v1", "2026-01-01"), (described.Name, described.Annotations!["org.opencontainers.image.created"]));
        Assert.Null(reply["OCI-Filters-Applied"]);
        Assert.Null(reply["Link"]);
        Assert.Equal(place == "Path", reply["Warning"] is not null);

        // Of a referrer too, and of nothing.
        Assert.Equal(TestLayout.Digest(ofSignature), Assert.Single(Listed(await site.Gateway.GetAsync(site.Referrers(signature)))).Digest.ToString());
        Assert.Empty(Listed(await site.Gateway.GetAsync(site.Referrers(chart))));
        foreach (var unknown in new[] { $"sha256:{new string('0', 64)}", $"sha512:{new string('a', 128)}" })
            Assert.Empty(Listed(await site.Gateway.GetAsync($"{site.Repository}/referrers/{unknown}")));
        (await site.Gateway.GetAsync($"{site.Repository}/referrers/sha256:short")).IsError(400, "DIGEST_INVALID");

        var head = await site.Gateway.HeadAsync(site.Referrers(_image));
        Assert.Equal((200, reply["Content-Length"], reply["Content-Type"], 0), (head.Status, head["Content-Length"], head["Content-Type"], head.Body.Length));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_type_of_artifact_is_filtered_for(string place)
    {
        var (first, second, sbom) = (_layout.Referrer(_image, Signature, [1]), _layout.Referrer(_image, Signature, [2]), _layout.Referrer(_image, Sbom, [3]));
        _layout.List(_image, "app:1").List(first).List(second).List(sbom);
        await using var site = await SiteAsync(place);

        var reply = await site.Gateway.GetAsync($"{site.Referrers(_image)}?artifactType={Uri.EscapeDataString(Sbom)}");
        Assert.Equal(TestLayout.Digest(sbom), Assert.Single(Listed(reply)).Digest.ToString());
        Assert.Equal("artifactType", reply["OCI-Filters-Applied"]);
        var raw = await site.Gateway.GetAsync($"{site.Referrers(_image)}?artifactType={Signature}");
        Assert.Empty(Listed(raw)); // a plus in a query is a space
        Assert.Equal(2, Listed(await site.Gateway.GetAsync($"{site.Referrers(_image)}?artifactType={Uri.EscapeDataString(Signature)}")).Count);
        Assert.Empty(Listed(await site.Gateway.GetAsync($"{site.Referrers(_image)}?artifactType=no/such")));
        var unfiltered = await site.Gateway.GetAsync($"{site.Referrers(_image)}?artifactType=");
        Assert.Equal((3, null), (Listed(unfiltered).Count, unfiltered["OCI-Filters-Applied"]));
    }

    /// <summary>Clients write a tag where a registry knows nothing of referrers; a registry that does lists those too.</summary>
    [Theory]
    [MemberData(nameof(Places))]
    public async Task What_the_fallback_tag_lists_is_listed_once(string place)
    {
        var says = _layout.Referrer(_image, Signature, [1]);
        var saysNothing = _layout.Manifest(_layout.Blob("test/config", "{}"u8), [_layout.Blob("test/blob", [2])]);
        var ofAnother = _layout.Referrer(says, Sbom, [3]);
        var fallback = _layout.Index([TestLayout.With(says, "artifactType", Signature), saysNothing, ofAnother]);
        _layout.List(_image, "app:1").List(says).List(fallback, $"app:{TestLayout.Digest(_image).Replace(':', '-')}");
        await using var site = await SiteAsync(place);

        var listed = Listed(await site.Gateway.GetAsync(site.Referrers(_image)));
        Assert.Equal(new[] { says, saysNothing }.Select(TestLayout.Digest).Order(StringComparer.Ordinal), listed.Select(d => d.Digest.ToString()));
        Assert.Equal("test/config", listed.Single(d => d.Digest.ToString() == TestLayout.Digest(saysNothing)).ArtifactType);
        // The tag itself stays what it is.
        Assert.Equal(TestLayout.Digest(fallback), (await site.Gateway.GetAsync($"{site.Repository}/manifests/{TestLayout.Digest(_image).Replace(':', '-')}", ("Accept", MediaType.OciIndex.Value)))["Docker-Content-Digest"]);
    }

    [Fact]
    public async Task A_list_of_more_than_4_MiB_comes_in_pages()
    {
        var all = Enumerable.Range(0, 9).Select(i => _layout.Manifest(
            _layout.Blob("application/vnd.oci.empty.v1+json", "{}"u8), [_layout.Blob("test/blob", [(byte)i])], null,
            ("subject", _image), ("artifactType", i % 3 == 0 ? Sbom : Signature), ("annotations", TestLayout.Texts(("test.large", new string('x', 1 << 20)))))).ToList();
        _layout.List(_image, "app:1");
        all.ForEach(one => _layout.List(one));
        await using var site = await SiteAsync("store");

        Assert.Equal(all.Select(TestLayout.Digest).Order(StringComparer.Ordinal), await FollowAsync(site.Referrers(_image), pages: 3));
        Assert.Equal(6, (await FollowAsync($"{site.Referrers(_image)}?artifactType={Uri.EscapeDataString(Signature)}", pages: 2)).Count);

        async Task<List<string>> FollowAsync(string first, int pages)
        {
            var (digests, asked) = (new List<string>(), 0);
            for (var next = first; next is not null; asked++)
            {
                var reply = await site.Gateway.GetAsync(next);
                Assert.InRange(reply.Body.Length, 1, 4 << 20);
                Assert.Equal(first.Contains('?', StringComparison.Ordinal) ? "artifactType" : null, reply["OCI-Filters-Applied"]);
                digests.AddRange(Listed(reply).Select(d => d.Digest.ToString()));
                next = reply.Next();
            }
            Assert.Equal(pages, asked);
            return digests;
        }
    }

    [Theory]
    [InlineData("Car")]
    [InlineData("Path")]
    public async Task Manifests_are_fetched_once_however_many_ask_at_the_same_time(string place)
    {
        for (var i = 0; i < 20; i++)
            _layout.List(_layout.Referrer(_image, Signature, [(byte)i]));
        _layout.List(_image, "app:1");
        await using var site = await SiteAsync(place);
        Assert.Equal(200, (await site.Gateway.GetAsync($"{site.Repository}/tags/list")).Status);
        site.Upstream!.ClearRequests();
        var replies = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => site.Gateway.GetAsync(site.Referrers(_image))));
        Assert.All(replies, r => Assert.Equal(20, Listed(r).Count));
        var asked = site.Upstream.Requests.Where(r => !r.IsProbe).GroupBy(r => r.ToString()).Where(g => g.Count() > 1).ToList();
        Assert.True(asked.Count == 0, string.Join('\n', asked.Select(g => g.Key)));

        site.Upstream.ClearRequests();
        Assert.Equal(20, Listed(await site.Gateway.GetAsync(site.Referrers(_image))).Count);
        Assert.DoesNotContain(site.Upstream.Requests, r => !r.IsProbe);
    }

    /// <summary>An image whose signature cannot be seen for a moment must not look like one that has none.</summary>
    [Fact]
    public async Task An_upstream_that_fails_is_an_error_and_no_empty_list()
    {
        _layout.List(_image, "app:1").List(_layout.Referrer(_image, Signature, [1]));
        await using var site = await SiteAsync("Path", "--Gateway:Upstreams:Patience=00:00:01");
        Assert.Equal(200, (await site.Gateway.GetAsync($"{site.Repository}/tags/list")).Status);
        site.Upstream!.Arm(Faults.Named("500"));
        Assert.Equal(502, (await site.Gateway.GetAsync(site.Referrers(_image))).Status);
        site.Upstream.Disarm();
        var reply = await site.Gateway.GetAsync(site.Referrers(_image));
        for (var i = 0; i < 50 && reply.Status != 200; i++)
        {
            await Task.Delay(200, RunningGateway.Cancel);
            reply = await site.Gateway.GetAsync(site.Referrers(_image));
        }
        Assert.Single(Listed(reply));
    }

    [Fact]
    public async Task A_manifest_that_is_damaged_is_left_out_and_the_answer_says_so()
    {
        var (whole, damaged) = (_layout.Referrer(_image, Signature, [1]), _layout.Referrer(_image, Sbom, [2]));
        _layout.List(_image, "app:1").List(whole).List(damaged);
        await using var site = await SiteAsync("store");
        await File.WriteAllTextAsync(Path.Combine(site.Published.Store, TestLayout.PathOf(damaged)), "damaged", RunningGateway.Cancel);

        var reply = await site.Gateway.GetAsync(site.Referrers(_image));
        Assert.Equal(TestLayout.Digest(whole), Assert.Single(Listed(reply)).Digest.ToString());
        Assert.StartsWith("299 - \"", reply["Warning"], StringComparison.Ordinal);
        Assert.Contains("1 manifest", reply["Warning"], StringComparison.Ordinal);
    }

    private static IReadOnlyList<Descriptor> Listed(Reply reply)
    {
        Assert.Equal((200, "application/vnd.oci.image.index.v1+json"), (reply.Status, reply["Content-Type"]));
        using var json = JsonDocument.Parse(reply.Body);
        Assert.Equal(2, json.RootElement.GetProperty("schemaVersion").GetInt32());
        Assert.Equal(MediaType.OciIndex.Value, json.RootElement.GetProperty("mediaType").GetString());
        return ImageIndex.Parse(reply.Body);
    }

    private async Task<ReferrerSite> SiteAsync(string place, params string[] settings)
    {
        var published = await PublishedLayout.OfAsync(_layout);
        if (place == "store")
            return new ReferrerSite(published, await RunningGateway.StartAsync(published.Store), null);
        var upstream = await TestUpstream.StartAsync(published.Blocks(), Enum.Parse<Ways>(place));
        return new ReferrerSite(published, await RunningGateway.StartAsync(
            Path.Combine(published.Store, "empty"), [PullingGateway.To(upstream), $"--Gateway:Cache:Folder={Path.Combine(published.Store, "cache")}", .. settings]), upstream);
    }

    private sealed record ReferrerSite(PublishedLayout Published, RunningGateway Gateway, TestUpstream? Upstream) : IAsyncDisposable
    {
        public string Repository => Published.Repository("app");

        public string Referrers(JsonObject subject) => $"{Repository}/referrers/{TestLayout.Digest(subject)}";

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            if (Upstream is not null)
                await Upstream.DisposeAsync();
            Published.Dispose();
        }
    }
}

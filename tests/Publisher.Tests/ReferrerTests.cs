using System.Text.Json.Nodes;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>Signatures, attestations, charts: what has a manifest and is no image.</summary>
public sealed class ReferrerTests
{
    private const string Signature = "application/vnd.dev.cosign.artifact.sig.v1+json";

    private readonly TestLayout _layout = new();
    private readonly JsonObject _image;

    public ReferrerTests() => _image = _layout.Image(TestLayer.Gzip(TestImage.Layer("file")));

    [Fact]
    public async Task A_referrer_lies_without_a_name_where_its_subject_lies()
    {
        _layout.List(_image, "app:1").List(_image, "app:2");
        var without = await PublishedLayout.OfAsync(_layout);
        var signature = _layout.Referrer(_image, Signature, "signature"u8.ToArray(), "{\"a\":1}"u8.ToArray());
        var published = await PublishedLayout.OfAsync(_layout.List(signature));
        Assert.Equal(["app:1", "app:2"], published.Names);
        published.Holds(_image);
        published.Holds(signature);
        var entry = Assert.Single(published.Index(), d => d.Digest.ToString() == TestLayout.Digest(signature));
        Assert.Equal((null, Signature), (entry.Name, entry.ArtifactType));
        // The image's own tags and manifests are as they would be without.
        foreach (var (path, content) in without.Tree.Files.Where(f => f.Key != "app/index.json"))
            Assert.Equal(content, published.Tree.Files[path]);
        Assert.Equal(without.Index().Select(d => (d.Digest, d.Name)), published.Index().Where(d => d.Digest != entry.Digest).Select(d => (d.Digest, d.Name)));
    }

    [Fact]
    public async Task It_lies_in_every_repository_of_its_subject_and_in_no_other()
    {
        var other = _layout.Image(TestLayer.Gzip([1]));
        var signature = _layout.Referrer(_image, Signature, [1]);
        var published = await PublishedLayout.OfAsync(_layout.List(signature).List(_image, "app:1").List(_image, "copy:1").List(other, "other:1"));
        foreach (var name in new[] { "app", "copy" })
            published.Holds(signature, name);
        Assert.DoesNotContain(published.Tree.Files.Keys, p => p.StartsWith("other/", StringComparison.Ordinal) && p.EndsWith(TestLayout.Digest(signature), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_subject_may_be_an_index_or_a_platform_of_one()
    {
        var index = _layout.Index([TestLayout.With(_image, "platform", TestLayout.Platform("linux/amd64"))]);
        var (ofIndex, ofImage) = (_layout.Referrer(index, Signature, [1]), _layout.Referrer(_image, "application/spdx+json", [2]));
        var published = await PublishedLayout.OfAsync(_layout.List(index, "app:1").List(ofIndex).List(ofImage));
        Assert.Equal(["app:1"], published.Names);
        published.Holds(ofIndex);
        published.Holds(ofImage);
        Assert.Equal([Signature, "application/spdx+json"], published.Index().Select(d => d.ArtifactType).OfType<string>());
    }

    /// <summary>A signature of an SBOM of an image.</summary>
    [Fact]
    public async Task A_referrer_of_a_referrer_goes_along()
    {
        var sbom = _layout.Referrer(_image, "application/spdx+json", [1]);
        var signature = _layout.Referrer(sbom, Signature, [2]);
        var published = await PublishedLayout.OfAsync(_layout.List(signature).List(sbom).List(_image, "app:1"));
        Assert.Equal(["app:1"], published.Names);
        published.Holds(sbom);
        published.Holds(signature);
        Assert.Equal(2, published.Index().Count(d => d.ArtifactType is not null));
    }

    [Fact]
    public async Task A_referrer_that_is_an_image_or_an_index_keeps_its_digest()
    {
        var asImage = _layout.Manifest(_layout.Blob(MediaType.OciConfig.Value, TestImage.ConfigOf([[1]])), [_layout.Layer(TestLayer.Gzip([1]))], null, ("subject", _image));
        var asIndex = _layout.Index([], null, ("subject", _image), ("artifactType", "test/list"));
        var published = await PublishedLayout.OfAsync(_layout.List(_image, "app:1").List(asImage).List(asIndex));
        Assert.Equal(["app:1"], published.Names);
        published.Holds(asImage);
        published.Holds(asIndex);
        Assert.Contains(published.Index(), d => d.Digest.ToString() == TestLayout.Digest(asImage));
        Assert.Contains(published.Index(), d => d.Digest.ToString() == TestLayout.Digest(asIndex));
    }

    /// <summary>cosign's way before registries knew of referrers.</summary>
    [Fact]
    public async Task A_signature_with_a_tag_has_that_tag()
    {
        var tag = TestLayout.Digest(_image).Replace(':', '-') + ".sig";
        var signature = _layout.Manifest(
            _layout.Blob(MediaType.OciConfig.Value, """{"architecture":"","os":"","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:aa8f3b4c5d8f0b2a4f2f4f9c6f1e6d3e2b1a0c9d8e7f6a5b4c3d2e1f0a9b8c7d"]}}"""u8),
            [_layout.Blob("application/vnd.dev.cosign.simplesigning.v1+json", "{\"critical\":{}}"u8)]);
        var published = await PublishedLayout.OfAsync(_layout.List(signature, "app:" + tag).List(_image, "app:1"));
        Assert.Equal(["app:" + tag, "app:1"], published.Names);
        published.Holds(signature);
        Assert.Equal(_layout[signature], published.Manifest(tag, "oci"));
        Assert.False(published.Has(tag, "v2"));
        // latest is an image, whatever comes first.
        Assert.Equal(_layout[_image], published.Manifest("latest", "oci"));
        Assert.Equal([TestImage.Layer("file")], published.Tree.CheckImage("app", "1"));
    }

    [Fact]
    public async Task A_referrer_with_a_tag_keeps_it()
    {
        var signature = _layout.Referrer(_image, Signature, [1]);
        var published = await PublishedLayout.OfAsync(_layout.List(_image, "app:1").List(signature, "app:signed"));
        Assert.Equal(["app:1", "app:signed"], published.Names);
        published.Holds(signature);
    }

    [Fact]
    public async Task An_artifact_may_be_alone()
    {
        var layout = new TestLayout();
        var chart = layout.Manifest(
            layout.Blob("application/vnd.cncf.helm.config.v1+json", """{"name":"app","version":"1.2.3"}"""u8),
            [layout.Blob("application/vnd.cncf.helm.chart.content.v1.tar+gzip", Compress.Gzip(TestImage.Layer("Chart.yaml")))], null, ("annotations", TestLayout.Texts(("org.opencontainers.image.title", "app"))));
        var published = await PublishedLayout.OfAsync(layout.List(chart, "charts/app:1.2.3"));
        Assert.Equal(["charts/app:1.2.3"], published.Names.Select(n => n));
        published.Holds(chart, "charts/app");
        Assert.Equal("application/vnd.cncf.helm.config.v1+json", published.Index("charts/app")[0].ArtifactType);
        Assert.Contains("\"artifactType\": \"application/vnd.cncf.helm.config.v1+json\"", await JsonOf(layout), StringComparison.Ordinal);

        layout.Entries.Clear();
        var nameless = await PublishedLayout.OfAsync(layout.List(chart));
        Assert.Equal([TestLayout.Digest(chart)["sha256:".Length..][..12]], nameless.Names);
    }

    private static async Task<string> JsonOf(TestLayout layout)
    {
        using var cli = new Cli();
        return (await cli.PublishAsync(layout.Tar(), "--json")).Succeeded().Output;
    }

    [Fact]
    public async Task A_referrer_without_its_subject_goes_by_its_own_digest()
    {
        var layout = new TestLayout();
        var signature = layout.Referrer(_image, Signature, [1]);
        var published = await PublishedLayout.OfAsync(layout.List(signature));
        Assert.Equal([TestLayout.Digest(signature)["sha256:".Length..][..12]], published.Names);
        published.Holds(signature);
    }

    [Fact]
    public async Task A_blob_of_nine_MiB_of_JSON_is_as_good_as_any()
    {
        var json = new byte[9 << 20];
        json.AsSpan().Fill((byte)' ');
        (json[0], json[^1]) = ((byte)'{', (byte)'}');
        var sbom = _layout.Referrer(_image, "application/spdx+json", json);
        (await PublishedLayout.OfAsync(_layout.List(sbom).List(_image, "app:1"))).Holds(sbom);
    }

    /// <summary>IPFS-aware tools name in urls where else a blob is.</summary>
    [Fact]
    public async Task A_blob_with_urls_goes_along_where_it_is_there()
    {
        var there = TestLayout.With(_layout.Blob("test/blob", "there"u8), "urls", new JsonArray("ipfs://bafk"));
        var elsewhere = TestLayout.With(TestLayout.Descriptor("test/blob", "elsewhere"u8), "urls", new JsonArray("https://example.com/blob"));
        var artifact = _layout.Manifest(_layout.Blob("test/config", "{}"u8), [there, elsewhere]);
        (await PublishedLayout.OfAsync(_layout.List(artifact, "app:1"))).Holds(artifact);
    }

    [Fact]
    public async Task An_artifact_without_layers_or_with_an_empty_one_is_whole()
    {
        var none = _layout.Manifest(_layout.Blob("test/config", "{}"u8), [], null, ("layers", null));
        var empty = _layout.Manifest(_layout.Blob("test/config", "{}"u8), [_layout.Blob("test/blob", [])]);
        var published = await PublishedLayout.OfAsync(_layout.List(none, "a:1").List(empty, "b:1"));
        published.Holds(none, "a");
        published.Holds(empty, "b");
    }
}

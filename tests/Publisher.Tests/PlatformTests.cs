using System.Text.Json.Nodes;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary><c>--platform</c>: one of an image of several, or some of them.</summary>
public sealed class PlatformTests
{
    private readonly TestLayout _layout = new();
    private readonly JsonObject _amd, _arm7, _arm64, _index;
    private readonly JsonObject[] _attestations;

    public PlatformTests()
    {
        _amd = _layout.Image(TestLayer.Gzip(TestImage.Layer("amd64")));
        _arm7 = _layout.Image("linux/arm/v7", TestLayer.Gzip(TestImage.Layer("arm7")));
        _arm64 = _layout.Image("linux/arm64/v8", TestLayer.Gzip(TestImage.Layer("arm64")));
        JsonObject[] images = [On(_amd, "linux/amd64"), On(_arm7, "linux/arm/v7"), On(_arm64, "linux/arm64/v8")];
        _attestations = Array.ConvertAll(images, Attestation);
        _index = _layout.Index([.. images, .. _attestations]);
        _layout.List(_index, "app:1");
    }

    private static JsonObject On(JsonObject manifest, string platform, string? osVersion = null) =>
        TestLayout.With(manifest, "platform", TestLayout.Platform(platform, osVersion));

    /// <summary>As buildx writes it: an image of nothing, whose layers are statements.</summary>
    private JsonObject Attestation(JsonObject image)
    {
        var statement = TestLayout.With(_layout.Blob("application/vnd.in-toto+json", TestImage.Layer(TestLayout.Digest(image))), "annotations", TestLayout.Texts(("in-toto.io/predicate-type", "https://slsa.dev/provenance/v0.2")));
        var manifest = _layout.Manifest(_layout.Blob(MediaType.OciConfig.Value, TestLayout.ConfigFor("unknown/unknown", TestImage.Layer(TestLayout.Digest(image)))), [statement]);
        var annotated = TestLayout.With(manifest, "annotations", TestLayout.Texts(("vnd.docker.reference.digest", TestLayout.Digest(image)), ("vnd.docker.reference.type", "attestation-manifest")));
        return On(annotated, "unknown/unknown");
    }

    [Fact]
    public async Task Without_it_all_go_along_with_their_attestations()
    {
        var published = await PublishedLayout.OfAsync(_layout);
        published.Holds(_index);
        Assert.Equal(["linux/amd64", "linux/arm/v7", "linux/arm64/v8"], Platforms(published, "v2"));
    }

    private static List<string> Platforms(PublishedLayout published, string suffix) =>
        [.. ImageIndex.Parse(published.Manifest("1", suffix)).Select(d => d.Platform!.ToString())];

    [Theory]
    [InlineData("linux/arm64/v8")]
    [InlineData("linux/arm64")]
    public async Task One_is_the_manifest_itself_under_its_own_digest(string platform)
    {
        var published = await PublishedLayout.OfAsync(_layout, "--platform", platform);
        Assert.Equal(TestLayout.Digest(_arm64), published.Original("1").Digest.ToString());
        published.Holds(_arm64);
        Assert.Equal([TestImage.Layer("arm64")], published.Tree.CheckImage("app", "1"));
        Assert.All([_index, _amd, _arm7, .. _attestations], m => Assert.False(published.Knows(m)));
    }

    [Theory]
    [InlineData("linux/amd64,linux/arm")]
    [InlineData("linux/arm/v7", "linux/amd64")]
    public async Task Several_are_an_index_of_them_with_their_attestations(params string[] platforms)
    {
        var published = await PublishedLayout.OfAsync(_layout, [.. platforms.SelectMany(p => new[] { "--platform", p })]);
        Assert.Equal(["linux/amd64", "linux/arm/v7", "unknown/unknown", "unknown/unknown"], Platforms(published, "oci"));
        Assert.Equal(["linux/amd64", "linux/arm/v7"], Platforms(published, "v2"));
        Assert.Equal(
            new[] { _amd, _arm7, _attestations[0], _attestations[1] }.Select(TestLayout.Digest),
            ImageIndex.Parse(published.Manifest("1", "oci")).Select(d => d.Digest.ToString()));
        foreach (var manifest in new[] { _amd, _arm7, _attestations[0], _attestations[1] })
            published.Holds(manifest);
        Assert.All([_index, _arm64, _attestations[2]], m => Assert.False(published.Knows(m)));
    }

    [Fact]
    public async Task Platforms_of_an_index_in_an_index_are_chosen_too()
    {
        var layout = _layout;
        layout.Entries.Clear();
        layout.List(layout.Index([_index, On(layout.Image("linux/s390x", TestLayer.Gzip(TestImage.Layer("s390x"))), "linux/s390x")]), "app:1");
        var published = await PublishedLayout.OfAsync(layout, "--platform", "linux/amd64,linux/s390x");
        Assert.Equal(["linux/amd64", "unknown/unknown", "linux/s390x"], Platforms(published, "oci"));
        Assert.Equal(["linux/amd64", "linux/s390x"], Platforms(published, "v2"));
        published.Holds(_amd);
        published.Holds(_attestations[0]);
        Assert.False(published.Knows(_arm64));
        Assert.Equal(TestLayout.Digest(_amd), (await PublishedLayout.OfAsync(layout, "--platform", "linux/amd64")).Original("1").Digest.ToString());
    }

    [Fact]
    public async Task Several_builds_of_Windows_are_one_platform()
    {
        var layout = new TestLayout();
        var index = layout.Index([
            On(layout.Image("windows/amd64", TestLayer.Gzip([1])), "windows/amd64", "10.0.1"),
            On(layout.Image("windows/amd64", TestLayer.Gzip([2])), "windows/amd64", "10.0.2"),
            On(layout.Image(TestLayer.Gzip([3])), "linux/amd64")]);
        var published = await PublishedLayout.OfAsync(layout.List(index, "app:1"), "--platform", "windows/amd64");
        Assert.Equal(["10.0.1", "10.0.2"], ImageIndex.Parse(published.Manifest("1", "oci")).Select(d => d.Platform!.OsVersion));
    }

    [Fact]
    public async Task An_index_without_platforms_is_chosen_by_its_images_configurations()
    {
        var layout = new TestLayout();
        var arm = layout.Image("linux/arm64", TestLayer.Gzip([2]));
        layout.List(layout.Index([layout.Image(TestLayer.Gzip([1])), arm]), "app:1");
        Assert.Equal(TestLayout.Digest(arm), (await PublishedLayout.OfAsync(layout, "--platform", "linux/arm64")).Original("1").Digest.ToString());
    }

    [Theory]
    [InlineData("linux/riscv64", "linux/riscv64", "linux/arm/v7")]
    [InlineData("linux/amd64,linux/arm/v6", "linux/arm/v6", "linux/arm64/v8")]
    [InlineData("windows/amd64", "windows/amd64", "linux/amd64")]
    public async Task One_that_is_not_there_is_an_error_that_says_which_are(string platforms, string missing, string there)
    {
        using var cli = new Cli();
        var error = (await cli.PublishAsync(_layout.Tar(), "--platform", platforms)).FailedWithHint().Error;
        Assert.Contains($"is not there for {missing}\n", error, StringComparison.Ordinal);
        Assert.Contains(there, error.Split("hint:")[1], StringComparison.Ordinal);
        Assert.Empty(cli.Listing());
    }

    [Fact]
    public async Task One_whose_manifest_is_not_there_is_missing()
    {
        using var cli = new Cli();
        _layout.Without(_arm64);
        Assert.DoesNotContain("arm64", (await cli.PublishAsync(_layout.Tar(), "--platform", "linux/arm64")).FailedWithHint().Error.Split("hint:")[1], StringComparison.Ordinal);
        (await cli.PublishAsync(_layout.Tar(), "--platform", "linux/arm")).Published();
    }

    [Fact]
    public async Task An_index_of_attestations_alone_has_no_platform()
    {
        using var cli = new Cli();
        var layout = _layout;
        layout.Entries.Clear();
        layout.List(layout.Index(_attestations), "app:1");
        (await cli.PublishAsync(layout.Tar(), "--platform", "linux/amd64")).FailedWithHint();
        (await cli.PublishAsync(layout.Tar())).Published();
    }

    [Fact]
    public async Task It_holds_for_an_image_of_one_platform()
    {
        using var cli = new Cli();
        var saved = new TestImage([TestImage.Layer("file")], "app:1").Save();
        Assert.Equal((await cli.PublishAsync(saved)).Published().Output, (await cli.PublishAsync(saved, "--platform", "linux/amd64")).Published().Output);
        Assert.Equal((await cli.PublishAsync(saved)).Published().Output, (await cli.PublishAsync(saved, "--platform", "linux/arm64,linux/amd64")).Published().Output);
        Assert.Contains("hint: it is there for linux/amd64", (await cli.PublishAsync(saved, "--platform", "linux/arm64")).FailedWithHint().Error, StringComparison.Ordinal);
    }

    /// <summary>What speaks of a manifest that stays behind has nothing to speak of.</summary>
    [Fact]
    public async Task Signatures_go_with_the_manifest_that_they_speak_of()
    {
        var (ofAmd, ofArm, ofIndex) = (_layout.Referrer(_amd, "test/signature", [1]), _layout.Referrer(_arm64, "test/signature", [2]), _layout.Referrer(_index, "test/signature", [3]));
        _layout.List(ofAmd).List(ofArm).List(ofIndex);
        var one = await PublishedLayout.OfAsync(_layout, "--platform", "linux/arm64");
        one.Holds(ofArm);
        Assert.All([ofAmd, ofIndex], m => Assert.False(one.Knows(m)));
        var all = await PublishedLayout.OfAsync(_layout);
        Assert.All([ofAmd, ofArm, ofIndex], m => all.Holds(m));
    }

    [Fact]
    public async Task What_has_no_platform_is_not_asked_for_one()
    {
        var layout = new TestLayout();
        var elsewhere = TestLayout.Descriptor(MediaType.OciManifest.Value, "not here"u8);
        var signature = layout.Referrer(elsewhere, "test/signature", [1]);
        Assert.True((await PublishedLayout.OfAsync(layout.List(signature, "signature:1"), "--platform", "linux/amd64")).Knows(signature));
    }

    [Theory]
    [InlineData("linux")]
    [InlineData("linux/")]
    [InlineData("/amd64")]
    [InlineData("linux/amd64/")]
    [InlineData("linux/arm/v7/8")]
    [InlineData("linux/amd64,")]
    [InlineData("")]
    public async Task A_text_that_is_no_platform_is_a_wrong_command_line(string text)
    {
        using var cli = new Cli();
        (await cli.PublishAsync(_layout.Tar(), "--platform", text)).FailedWithHint(exit: 2);
    }
}

using System.Text;
using System.Text.Json.Nodes;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>OCI image layouts: what the source says keeps its bytes, and what it does not say is derived.</summary>
public sealed class OciInputTests
{
    private static readonly byte[] One = TestImage.Layer("one");
    private static readonly byte[] Two = TestImage.Layer("two");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_manifest_keeps_its_bytes_and_the_other_family_gets_one_that_names_the_same(bool docker)
    {
        var layout = new TestLayout();
        TestLayer[] layers = [TestLayer.Gzip(One), TestLayer.Gzip(Two)];
        var image = docker ? layout.DockerImage(layers) : layout.Image(layers);
        var published = await PublishedLayout.OfAsync(layout.List(image, "app:1"));
        published.Holds(image);
        Assert.Equal(TestLayout.Digest(image), published.Original("1").Digest.ToString());
        Assert.Equal(layout[image], published.Manifest("1", docker ? "v2" : "oci"));
        Assert.Equal([One, Two], published.Tree.CheckImage("app", "1"));
        published.Tree.CheckImage("app", "latest");
        var (v2, oci) = (JsonNode.Parse(published.Manifest("1", "v2"))!, JsonNode.Parse(published.Manifest("1", "oci"))!);
        Assert.Equal(Digests(v2), Digests(oci));
    }

    private static List<string> Digests(JsonNode manifest) => [.. manifest["layers"]!.AsArray().Prepend(manifest["config"]).Select(d => d!["digest"]!.GetValue<string>())];

    [Fact]
    public async Task A_manifest_without_its_media_type_is_what_its_descriptor_says()
    {
        var layout = new TestLayout();
        var layer = TestLayer.Gzip(One);
        var image = layout.Manifest(layout.Blob(MediaType.OciConfig.Value, TestImage.ConfigOf([One])), [layout.Layer(layer)], null, ("mediaType", null), ("annotations", TestLayout.Texts(("a", "b"))));
        var published = await PublishedLayout.OfAsync(layout.List(image, "app:1"));
        published.Holds(image);
        Assert.Equal(layout[image], published.Manifest("1", "oci"));
        Assert.Equal([One], published.Tree.CheckForm("app", "1", MediaType.Schema2));
    }

    /// <summary>As umoci's unpacked and buildah's uncompressed layouts have it.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10_240)]
    [InlineData(3_000_001)]
    public async Task Layers_that_are_not_compressed_come_back_byte_for_byte(int length)
    {
        var content = TestImage.Content(length, length);
        var layout = new TestLayout();
        var image = layout.Image(TestLayer.Plain(content), TestLayer.Plain(One));
        var published = await PublishedLayout.OfAsync(layout.List(image, "app:1"));
        published.Holds(image);
        Assert.Equal([content, One], published.Tree.CheckForm("app", "1", MediaType.OciManifest));
        Assert.Equal([content, One], published.Tree.CheckForm("app", "1", MediaType.Schema2));
        // Its readers know gzip alone.
        Assert.False(published.Has("1", "v1"));
    }

    public static TheoryData<string> MixedTypes => [.. Mixed.Keys];

    private static readonly Dictionary<string, (MediaType Form, string Config, string Layer)> Mixed = new()
    {
        ["Docker's layer types in OCI"] = (MediaType.OciManifest, MediaType.OciConfig.Value, MediaType.DockerLayerGzip.Value),
        ["Docker's configuration type in OCI"] = (MediaType.OciManifest, MediaType.DockerConfig.Value, MediaType.OciLayerGzip.Value),
        ["OCI's layer types in schema 2"] = (MediaType.Schema2, MediaType.DockerConfig.Value, MediaType.OciLayerGzip.Value),
        ["OCI's configuration type in schema 2"] = (MediaType.Schema2, MediaType.OciConfig.Value, MediaType.DockerLayerGzip.Value),
    };

    [Theory]
    [MemberData(nameof(MixedTypes))]
    public async Task Mixed_media_types_stay_in_the_original_and_are_right_in_the_other(string name)
    {
        var (form, config, layer) = Mixed[name];
        var layout = new TestLayout();
        var image = layout.Manifest(layout.Blob(config, TestImage.ConfigOf([One])), [layout.Layer(TestLayer.Gzip(One) with { MediaType = layer })], form);
        var published = await PublishedLayout.OfAsync(layout.List(image, "app:1"));
        published.Holds(image);
        var other = form == MediaType.Schema2 ? MediaType.OciManifest : MediaType.Schema2;
        Assert.Equal([One], published.Tree.CheckForm("app", "1", form, mixed: true));
        Assert.Equal([One], published.Tree.CheckForm("app", "1", other));
    }

    [Fact]
    public async Task An_image_may_have_no_layer()
    {
        var layout = new TestLayout();
        var image = layout.Image();
        var published = await PublishedLayout.OfAsync(layout.List(image, "scratch:1"));
        published.Holds(image);
        Assert.Empty(published.Tree.CheckImage("scratch", "1", schema1: false));
    }

    [Fact]
    public async Task A_layer_may_be_there_twice()
    {
        var layout = new TestLayout();
        var image = layout.Image(TestLayer.Gzip(One), TestLayer.Gzip(Two), TestLayer.Gzip(One));
        var published = await PublishedLayout.OfAsync(layout.List(image, "app:1"));
        published.Holds(image);
        Assert.Equal([One, Two, One], published.Tree.CheckImage("app", "1"));
    }

    public static TheoryData<string> OddCompressions => [.. Odd.Keys];

    private static readonly Dictionary<string, TestLayer> Odd = new()
    {
        ["gzip of several members"] = TestLayer.Gzip([.. One, .. Two]) with { Bytes = [.. Compress.Gzip(One), .. Compress.Gzip(Two)] },
        ["gzip with an empty member"] = TestLayer.Gzip([.. One, .. Two]) with { Bytes = [.. Compress.Gzip(One), .. Compress.Gzip([]), .. Compress.Gzip(Two)] },
        ["gzip of nothing"] = TestLayer.Gzip([]),
        ["gzip with a name and a comment"] = TestLayer.Gzip(One) with { Bytes = [0x1F, 0x8B, 8, 0x18, 1, 2, 3, 4, 0, 3, .. "name\0comment\0"u8, .. Compress.Gzip(One)[10..]] },
        ["zstd"] = TestLayer.Zstd(One),
        ["zstd of several frames"] = TestLayer.Zstd([.. One, .. Two]) with { Bytes = [.. Compress.Zstd(One), .. Compress.Zstd(Two)] },
        ["zstd with a skippable frame behind"] = TestLayer.Zstd(One) with { Bytes = [.. Compress.Zstd(One), .. Compress.ZstdSkippable(new byte[1000])] },
        ["zstd with skippable frames between"] = TestLayer.Zstd([.. One, .. Two]) with { Bytes = [.. Compress.Zstd(One), .. Compress.ZstdSkippable("{}"u8), .. Compress.Zstd(Two), .. Compress.ZstdSkippable([])] },
        ["a tar that is called gzip"] = TestLayer.Gzip(One) with { Bytes = One },
        ["gzip that is called a tar"] = TestLayer.Plain(One) with { Bytes = Compress.Gzip(One) },
        ["zstd that is called gzip"] = TestLayer.Gzip(One) with { Bytes = Compress.Zstd(One) },
        ["a layer that is JSON"] = TestLayer.Plain("{\"a\": 1}"u8.ToArray()),
        ["a layer that is nine MiB of JSON"] = TestLayer.Plain(Encoding.UTF8.GetBytes("[" + new string(' ', 9 << 20) + "]")),
    };

    [Theory]
    [MemberData(nameof(OddCompressions))]
    public async Task A_layer_stays_as_it_is_however_it_is_compressed(string name)
    {
        var layout = new TestLayout();
        var image = layout.Image(Odd[name], TestLayer.Gzip(Two));
        var published = await PublishedLayout.OfAsync(layout.List(image, "app:1"));
        published.Holds(image);
        Assert.Equal([Odd[name].Content, Two], published.Tree.CheckForm("app", "1", MediaType.OciManifest));
        var isZstd = Odd[name].MediaType.EndsWith("zstd", StringComparison.Ordinal);
        Assert.Equal(!isZstd, published.Has("1", "v2"));
        if (!isZstd)
            Assert.Equal([Odd[name].Content, Two], published.Tree.CheckForm("app", "1", MediaType.Schema2));
    }

    /// <summary>eStargz, zstd:chunked and SOCI keep what their snapshotters need in annotations of layers.</summary>
    [Fact]
    public async Task Annotations_of_layers_stay_in_OCI_and_are_left_out_of_schema_2()
    {
        const string toc = "containerd.io/snapshot/stargz/toc.digest";
        var annotations = new Dictionary<string, string> { [toc] = "sha256:" + new string('a', 64) };
        foreach (var docker in new[] { false, true })
        {
            var layout = new TestLayout();
            var layer = TestLayer.Gzip(One) with { Annotations = annotations };
            var image = docker ? layout.DockerImage(layer) : layout.Image(layer);
            var published = await PublishedLayout.OfAsync(layout.List(image, "app:1"));
            published.Holds(image);
            published.Tree.CheckImage("app", "1");
            Assert.Equal(annotations[toc], JsonNode.Parse(published.Manifest("1", "oci"))!["layers"]![0]!["annotations"]![toc]!.GetValue<string>());
            // An original of schema 2 keeps its own.
            Assert.Equal(docker, JsonNode.Parse(published.Manifest("1", "v2"))!["layers"]![0]!["annotations"] is not null);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_layer_that_nobody_may_pass_on_is_named_and_not_looked_for(bool docker)
    {
        var layout = new TestLayout();
        TestLayer[] layers = [TestLayer.Foreign(One), TestLayer.Gzip(Two)];
        var image = docker ? layout.DockerImage(layers) : layout.Image(layers);
        var published = await PublishedLayout.OfAsync(layout.List(image, "windows:1"));
        published.Holds(image);
        CheckForeign(published, TestLayout.Digest(layout.Layer(layers[0])));
    }

    [Fact]
    public async Task A_foreign_layer_that_is_there_goes_along()
    {
        var layout = new TestLayout();
        var layer = TestLayer.Foreign(One) with { IsElsewhere = false };
        var image = layout.Image(layer);
        var published = await PublishedLayout.OfAsync(layout.List(image, "windows:1"));
        published.Holds(image);
        Assert.Equal([One], published.Tree.CheckForm("windows", "1", MediaType.OciManifest));
        Assert.Equal([One], published.Tree.CheckForm("windows", "1", MediaType.Schema2));
    }

    [Fact]
    public async Task A_foreign_layer_of_docker_saves_LayerSources_is_named()
    {
        var foreign = TestLayer.Foreign(One).OfDocker();
        var source = TestLayout.With(TestLayout.Descriptor(foreign.MediaType, foreign.Bytes), "urls", new JsonArray(foreign.Urls[0]));
        var image = new TestImage([One, Two], "windows:1");
        var manifest = JsonNode.Parse(image.Manifest)!;
        manifest["LayerSources"] = new JsonObject { [$"sha256:{TestImage.Hex(One)}"] = source.DeepClone() };
        var archive = (image with { Manifest = manifest.ToJsonString() }).Without(TestImage.BlobPath(One));
        CheckForeign(await PublishedLayout.OfAsync(new TestLayout(), archive), TestLayout.Digest(source));
    }

    private static void CheckForeign(PublishedLayout published, string digest)
    {
        foreach (var (suffix, type) in new[] { ("oci", "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"), ("v2", "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip") })
        {
            var layer = JsonNode.Parse(published.Manifest("1", suffix))!["layers"]![0]!;
            Assert.Equal((type, digest, "https://mcr.example/layer"), (layer["mediaType"]!.GetValue<string>(), layer["digest"]!.GetValue<string>(), layer["urls"]![0]!.GetValue<string>()));
        }
        Assert.False(published.Has("1", "v1"));
        Assert.DoesNotContain(published.Tree.Files.Keys, p => p.EndsWith(digest["sha256:".Length..], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_index_keeps_its_bytes_and_the_other_family_gets_one_of_its_own_manifests(bool docker)
    {
        var layout = new TestLayout();
        var (amd, arm) = (layout.Image(TestLayer.Gzip(One)), layout.Image("linux/arm64/v8", TestLayer.Gzip(Two)));
        if (docker)
            amd = layout.DockerImage(TestLayer.Gzip(One));
        var index = layout.Index([On(amd, "linux/amd64"), On(arm, "linux/arm64/v8")], docker ? MediaType.ManifestList : MediaType.OciIndex);
        var published = await PublishedLayout.OfAsync(layout.List(index, "app:1"));
        published.Holds(index);
        Assert.Equal(TestLayout.Digest(index), published.Original("1").Digest.ToString());
        var derived = ImageIndex.Parse(published.Manifest("1", docker ? "oci" : "v2"));
        Assert.Equal(["linux/amd64", "linux/arm64/v8"], derived.Select(d => d.Platform!.ToString()));
        Assert.All(derived, d => Assert.Equal(docker ? MediaType.OciManifest : MediaType.Schema2, d.MediaType));
        foreach (var child in derived)
            Assert.Equal(child.Digest, Digest.Sha256(published.Tree.Files[$"app/manifests/{child.Digest}"]));
        Assert.False(published.Has("1", "v1"));
    }

    private static JsonObject On(JsonObject manifest, string platform, string? osVersion = null) =>
        TestLayout.With(manifest, "platform", TestLayout.Platform(platform, osVersion));

    [Fact]
    public async Task Builds_of_Windows_keep_their_versions_in_the_derived_list()
    {
        var layout = new TestLayout();
        var index = layout.Index([
            On(layout.Image("windows/amd64", TestLayer.Foreign(One), TestLayer.Gzip(Two)), "windows/amd64", "10.0.17763.1"),
            On(layout.Image("windows/amd64", TestLayer.Gzip(Two)), "windows/amd64", "10.0.20348.2")]);
        var published = await PublishedLayout.OfAsync(layout.List(index, "windows:1"));
        published.Holds(index);
        Assert.Equal(["10.0.17763.1", "10.0.20348.2"], ImageIndex.Parse(published.Manifest("1", "v2")).Select(d => d.Platform!.OsVersion));
    }

    [Fact]
    public async Task An_index_of_indexes_is_flat_in_the_other_family()
    {
        var layout = new TestLayout();
        var (amd, arm) = (layout.Image(TestLayer.Gzip(One)), layout.Image("linux/arm64", TestLayer.Gzip(Two)));
        var inner = layout.Index([On(arm, "linux/arm64")]);
        var outer = layout.Index([On(amd, "linux/amd64"), inner]);
        var top = layout.Index([outer]);
        var published = await PublishedLayout.OfAsync(layout.List(top, "app:1"));
        published.Holds(top);
        Assert.Equal(["linux/amd64", "linux/arm64"], ImageIndex.Parse(published.Manifest("1", "v2")).Select(d => d.Platform!.ToString()));
    }

    /// <summary>containerd keeps the platforms that somebody pulled, and writes the index whole; pulling, it asks for all that an index names.</summary>
    [Fact]
    public async Task Platforms_that_are_not_there_are_left_out_of_the_tags_index_and_the_whole_one_is_there_by_its_digest()
    {
        var layout = new TestLayout();
        var (amd, arm) = (layout.Image(TestLayer.Gzip(One)), layout.Image("linux/arm64", TestLayer.Gzip(Two)));
        var index = layout.Index([On(arm, "linux/arm64"), On(amd, "linux/amd64")]);
        var published = await PublishedLayout.OfAsync(layout.List(index, "app:1").Without(arm));
        published.Holds(index);
        Assert.False(published.Knows(arm));
        Assert.Equal(["linux/amd64"], ImageIndex.Parse(published.Manifest("1", "v2")).Select(d => d.Platform!.ToString()));
        Assert.Equal("linux/amd64", Assert.Single(ImageIndex.Parse(published.Manifest("1", "oci"))).Platform!.ToString());
    }

    [Fact]
    public async Task An_index_in_an_index_that_is_not_whole_gives_what_it_has_to_the_tags_index()
    {
        var layout = new TestLayout();
        var (amd, arm) = (layout.Image(TestLayer.Gzip(One)), layout.Image("linux/arm64", TestLayer.Gzip(Two)));
        var inner = layout.Index([On(arm, "linux/arm64"), On(amd, "linux/amd64")]);
        var outer = layout.Index([inner]);
        var published = await PublishedLayout.OfAsync(layout.List(outer, "app:1").Without(arm));
        published.Holds(outer);
        Assert.Equal(TestLayout.Digest(amd), Assert.Single(ImageIndex.Parse(published.Manifest("1", "oci"))).Digest.ToString());
    }

    [Theory]
    [InlineData("config")]
    [InlineData("layer")]
    public async Task A_platform_that_is_not_whole_counts_as_not_there(string missing)
    {
        var layout = new TestLayout();
        var layer = TestLayer.Gzip(Two);
        var (amd, arm) = (layout.Image(TestLayer.Gzip(One)), layout.Image("linux/arm64", layer));
        var index = layout.Index([On(amd, "linux/amd64"), On(arm, "linux/arm64")]);
        layout.List(index, "app:1").Without(missing == "layer" ? layout.Layer(layer) : JsonNode.Parse(layout[arm])!["config"]!.AsObject());
        var published = await PublishedLayout.OfAsync(layout);
        Assert.False(published.Knows(arm));
        Assert.Equal(["linux/amd64"], ImageIndex.Parse(published.Manifest("1", "v2")).Select(d => d.Platform!.ToString()));
    }

    [Fact]
    public async Task A_layout_that_lists_platforms_itself_is_one_image()
    {
        var layout = new TestLayout();
        layout.List(On(layout.Image(TestLayer.Gzip(One)), "linux/amd64")).List(On(layout.Image("linux/arm64", TestLayer.Gzip(Two)), "linux/arm64"));
        var published = await PublishedLayout.OfAsync(layout, "--name", "app");
        Assert.Equal(["app"], published.Names);
        Assert.Equal(["linux/amd64", "linux/arm64"], ImageIndex.Parse(published.Manifest("latest", "oci")).Select(d => d.Platform!.ToString()));
        Assert.Equal(["linux/amd64", "linux/arm64"], ImageIndex.Parse(published.Manifest("latest", "v2")).Select(d => d.Platform!.ToString()));
        Assert.Equal(TarFile(layout.Tar(), "index.json"), published.Manifest("latest", "oci"));
    }

    private static byte[] TarFile(byte[] tar, string name)
    {
        using var reader = new System.Formats.Tar.TarReader(new MemoryStream(tar));
        while (reader.GetNextEntry(copyData: true) is { } entry)
        {
            if (entry.Name != name)
                continue;
            using var content = new MemoryStream();
            entry.DataStream!.CopyTo(content);
            return content.ToArray();
        }
        throw new FileNotFoundException(name);
    }

    /// <summary>A folder that this program wrote is a layout too.</summary>
    [Fact]
    public async Task A_repository_of_a_tree_can_be_published_again()
    {
        using var cli = new Cli();
        foreach (var docker in new[] { false, true })
        {
            var layout = new TestLayout();
            var image = docker ? layout.DockerImage(TestLayer.Gzip(One)) : layout.Image(TestLayer.Gzip(One));
            layout.List(image, "app:1").List(layout.Image(TestLayer.Gzip(Two)), "app:2");
            var folder = cli[$"tree{docker}"];
            var first = (await cli.PublishAsync(layout.Tar(), "--to", "dir:" + folder)).Published();
            var second = (await cli.RunAsync(Path.Combine(folder, "app"), "--name", "app")).Published();
            Assert.Equal(first.Lines.Select(l => l.Split(':')[^1]).Append("latest").Order(), second.Lines.Select(l => l[l.LastIndexOf('/')..].Split(':') is [_, var tag] ? tag : "latest").Order());
            var tree = await PublishedTree.ExportAsync(cli, second.Root);
            Assert.Equal(layout[image], tree.Files[$"app/manifests/1-{(docker ? "v2" : "oci")}"]);
            Assert.Equal(first.Root, second.Root);
        }
    }

    [Fact]
    public async Task Docker_saves_graph_driver_is_read_by_its_manifest_json()
    {
        var layout = new TestLayout();
        var madeUp = layout.Image(TestLayer.Plain(Two));
        layout.List(madeUp, "1", "docker.io/library/app:1");
        var image = new TestImage([One], "app:1");
        var manifest = JsonNode.Parse(image.Manifest)!;
        manifest["LayerSources"] = new JsonObject { [$"sha256:{TestImage.Hex(One)}"] = TestLayout.Descriptor("application/vnd.oci.image.layer.v1.tar", One) };
        var tar = layout.File(image.ConfigPath, image.Config).File(TestImage.BlobPath(One), One).File("manifest.json", $"[{manifest.ToJsonString()}]").Tar();
        var published = await PublishedLayout.OfAsync(layout, tar);
        Assert.Equal([One], published.Tree.CheckImage("app", "1", image.Config));
        Assert.False(published.Knows(madeUp));
        using var cli = new Cli();
        Assert.Equal((await cli.PublishAsync(image.Save())).Published().Output, published.Outcome.Output);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Names_that_a_tar_header_cannot_hold_are_read(bool pax)
    {
        var layout = new TestLayout();
        var image = layout.List(layout.Image(TestLayer.Gzip(One)), "app:1");
        var plain = await PublishedLayout.OfAsync(image);
        // With folders as long as these, every blob's path has more than 100 characters.
        var deep = string.Concat(Enumerable.Repeat("./", 60));
        var tar = new TarBuilder();
        foreach (var (path, content) in layout.Files.Append(KeyValuePair.Create("index.json", TarFile(layout.Tar(), "index.json"))))
            _ = pax ? tar.PaxFile(deep + path, content) : tar.GnuFile(deep + path, content);
        Assert.Equal(plain.Outcome.Output, (await PublishedLayout.OfAsync(layout, tar.ToArray())).Outcome.Output);
    }
}

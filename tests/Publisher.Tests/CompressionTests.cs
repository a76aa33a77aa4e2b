using System.Text.Json;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary><c>--compression</c>: how layers are stored that come uncompressed.</summary>
public sealed class CompressionTests
{
    private const int MiB = 1024 * 1024;

    private static readonly byte[] One = TestImage.Layer("one");
    private static readonly byte[] Two = TestImage.Layer("two");

    /// <summary>Layers on both sides of the size of a block, and one of them twice.</summary>
    private static readonly TestImage Sizes = new(
        [.. new[] { 0, 1, MiB - 1, MiB, MiB + 1, 5 * MiB }.Select((size, i) => TestImage.Content(i, size)), TestImage.Content(4, MiB + 1), []], "app:1");

    /// <summary>What compresses well and badly, in runs of many lengths: a search for matches has choices in it.</summary>
    private static readonly TestImage Varied = new([.. Enumerable.Range(1, 2).Select(seed => Text(seed, 3 * MiB + 17))], "app:1");

    /// <summary>Each compression, what a manifest calls its layers, and the forms that can say so.</summary>
    public static TheoryData<string, string, string> Compressions => new()
    {
        { "gzip", "application/vnd.oci.image.layer.v1.tar+gzip", "latest latest-oci latest-v1 latest-v2" },
        { "zstd", "application/vnd.oci.image.layer.v1.tar+zstd", "latest-oci" },
        { "none", "application/vnd.oci.image.layer.v1.tar", "latest-oci latest-v2" },
    };

    public static TheoryData<string> Names => [.. Compressions.Select(c => c.Data.Item1)];

    [Theory]
    [MemberData(nameof(Compressions))]
    public async Task Layers_of_every_size_come_back_in_every_form_that_can_say_them(string compression, string type, string forms)
    {
        using var cli = new Cli();
        var tree = await PublishAsync(cli, Sizes.Save(), "--compression", compression);
        Assert.Equal(
            forms.Replace("latest-", "1-", StringComparison.Ordinal).Replace("latest ", "", StringComparison.Ordinal) + " " + forms,
            string.Join(' ', tree.Files.Keys.Where(p => p.StartsWith("app/manifests/", StringComparison.Ordinal) && !p.Contains(':', StringComparison.Ordinal)).Select(p => p["app/manifests/".Length..])));
        foreach (var tag in new[] { "1", "latest" })
        {
            Assert.Equal(Sizes.Layers, tree.CheckForm("app", tag, MediaType.OciManifest, Sizes.Config));
            if (forms.Contains("-v2", StringComparison.Ordinal))
                Assert.Equal(Sizes.Layers, tree.CheckForm("app", tag, MediaType.Schema2, Sizes.Config));
            if (forms.Contains("-v1", StringComparison.Ordinal))
                tree.CheckImage("app", tag, Sizes.Config);
        }
        Assert.All(Layers(tree, "app", "1"), layer => Assert.Equal(type, layer.MediaType.Value));
        // Even nothing has a header and an end where there is a compression.
        Assert.Equal(compression == "none", Layers(tree, "app", "1")[0].Size == 0);
    }

    [Theory]
    [InlineData("--compression", "gzip")]
    [InlineData("--compression", "none")]
    [InlineData("--compression", "zstd")]
    [InlineData("--compression", "zstd", "--level", "1")]
    [InlineData("--compression", "zstd", "--level", "6")]
    [InlineData("--compression", "zstd", "--level", "12")]
    [InlineData("--compression", "zstd", "--level", "19")]
    public async Task Neither_another_run_nor_the_number_of_threads_changes_the_bytes(params string[] options)
    {
        using var cli = new Cli();
        var archive = Varied.Save();
        var outputs = new List<string>();
        foreach (var threads in new[] { "1", "1", "2", "8" })
            outputs.Add((await cli.PublishAsync(archive, ["-n", "--threads", threads, .. options])).Published().Output);
        Assert.Single(outputs.Distinct());
    }

    [Fact]
    public async Task Without_the_options_it_is_gzip_and_the_level_is_3()
    {
        using var cli = new Cli();
        var outputs = new List<string>();
        foreach (var options in new[] { "", "--compression gzip", "--level 3", "--compression zstd", "--compression zstd --level 3", "--compression none" })
            outputs.Add((await cli.PublishAsync(Varied.Save(), ["-n", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)])).Published().Output);
        Assert.Single(outputs[..3].Distinct());
        Assert.Equal(outputs[3], outputs[4]);
        Assert.Equal(3, outputs.Distinct().Count());
    }

    [Fact]
    public async Task A_higher_level_of_zstd_makes_less_of_the_same_layers()
    {
        using var cli = new Cli();
        var sizes = new List<long>();
        foreach (var level in new[] { "1", "3", "9", "19" })
        {
            var tree = await PublishAsync(cli, Varied.Save(), "--compression", "zstd", "--level", level);
            Assert.Equal(Varied.Layers, tree.CheckForm("app", "1", MediaType.OciManifest, Varied.Config));
            sizes.Add(Layers(tree, "app", "1").Sum(l => l.Size));
        }
        Assert.Equal(sizes.OrderDescending(), sizes);
        Assert.Equal(4, sizes.Distinct().Count());
    }

    [Fact]
    public async Task Uncompressed_a_layers_digest_is_its_diffID()
    {
        using var cli = new Cli();
        var tree = await PublishAsync(cli, Sizes.Save(), "--compression", "none");
        Assert.Equal(Sizes.Layers.Select(l => $"sha256:{TestImage.Hex(l)}"), Layers(tree, "app", "1").Select(l => l.Digest.ToString()));
        Assert.All(Sizes.Layers, layer => Assert.Equal(layer, tree.Files[$"app/{TestImage.BlobPath(layer)}"]));
        Assert.Contains("application/vnd.docker.image.rootfs.diff.tar\"", System.Text.Encoding.UTF8.GetString(tree.Files["app/manifests/1-v2"]), StringComparison.Ordinal);
    }

    /// <summary>Each block is a frame of its own that says how long it is, and even a layer of nothing is one.</summary>
    [Fact]
    public async Task The_program_zstd_reads_a_layer()
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "zstd"))), "there is no zstd");
        using var cli = new Cli();
        var tree = await PublishAsync(cli, Sizes.Save(), "--compression", "zstd");
        foreach (var (layer, content) in Layers(tree, "app", "1").Zip(Sizes.Layers))
        {
            await File.WriteAllBytesAsync(cli["layer.zst"], tree.Files[$"app/blobs/{layer.Digest}"], TestContext.Current.CancellationToken);
            (await Command.RunAsync("zstd", ["-t", cli["layer.zst"]])).Succeeded();
            (await Command.RunAsync("zstd", ["-q", "-d", "-f", cli["layer.zst"], "-o", cli["layer"]])).Succeeded();
            Assert.Equal(content, await File.ReadAllBytesAsync(cli["layer"], TestContext.Current.CancellationToken));
            var says = (await Command.RunAsync("zstd", ["-l", "-v", cli["layer.zst"]])).Succeeded().Output;
            Assert.Matches($@"Zstandard Frames: {Math.Max(1, (content.Length + MiB - 1) / MiB)}\n", says);
            Assert.Matches($@"Decompressed Size: .*\({content.Length} B\)", says);
        }
    }

    /// <summary>What the layout's manifests name has its digest from them, compressed or not.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_an_OCI_layout_names_is_the_same_with_each(string compression)
    {
        var layout = new TestLayout();
        var image = layout.Image(TestLayer.Gzip(One), TestLayer.Zstd(Two), TestLayer.Plain(TestImage.Content(1, 3 * MiB)), TestLayer.Plain(One), TestLayer.Plain([]));
        layout.List(image, "app:1");
        var published = await PublishedLayout.OfAsync(layout, "--compression", compression);
        published.Holds(image);
        Assert.Equal((await PublishedLayout.OfAsync(layout)).Outcome.Root, published.Outcome.Root);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Only_layers_that_come_uncompressed_are_compressed(string compression)
    {
        using var cli = new Cli();
        byte[][] stored = [Compress.Gzip(One), Compress.Zstd(Two), Varied.Layers[0]];
        var image = new TestImage(stored, "app:1") { Config = TestImage.ConfigOf([One, Two, Varied.Layers[0]]) };
        var tree = await PublishAsync(cli, image.Save(), "--compression", compression);
        Assert.Equal([One, Two, Varied.Layers[0]], tree.CheckForm("app", "1", MediaType.OciManifest, image.Config));
        var layers = Layers(tree, "app", "1");
        Assert.Equal(stored[0], tree.Files[$"app/blobs/{layers[0].Digest}"]);
        Assert.Equal(stored[1], tree.Files[$"app/blobs/{layers[1].Digest}"]);
        Assert.Equal(compression == "none", layers[2].Digest == Digest.Sha256(stored[2]));
        Assert.DoesNotContain("app/manifests/1-v2", tree.Files.Keys);
    }

    [Fact]
    public async Task Gzip_and_plain_layers_together_have_a_schema_2_and_no_schema_1()
    {
        using var cli = new Cli();
        var image = new TestImage([Compress.Gzip(One), Two], "app:1") { Config = TestImage.ConfigOf([One, Two]) };
        var tree = await PublishAsync(cli, image.Save(), "--compression", "none");
        Assert.Equal([One, Two], tree.CheckForm("app", "1", MediaType.Schema2, image.Config));
        Assert.Equal([One, Two], tree.CheckForm("app", "1", MediaType.OciManifest, image.Config));
        Assert.DoesNotContain("app/manifests/1-v1", tree.Files.Keys);
    }

    /// <summary>Docker from 1.6 on, before there were configurations and since; podman, skopeo, crane.</summary>
    public static TheoryData<string, string> Archives
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var archive in ExpectedArchive.All.Where(a => !a.HasManifests && !a.IsHollow))
            {
                rows.Add(archive.File, "zstd");
                rows.Add(archive.File, "none");
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Archives))]
    public async Task The_images_of_real_archives_are_the_same_with_each(string file, string compression)
    {
        using var cli = new Cli();
        var archive = ExpectedArchive.All.Single(a => a.File == file);
        var usual = JsonElement.Parse((await cli.RunAsync(archive.Path, "-n", "--json")).Succeeded().Output);
        var outcome = (await cli.RunAsync(archive.Path, "--json", "--compression", compression)).Succeeded();
        (await cli.RunAsync("verify")).Succeeded();
        var json = JsonElement.Parse(outcome.Output);
        Assert.Equal(Images(usual), Images(json));

        var tree = await PublishedTree.ExportAsync(cli, Ipfs.Cid.Parse(json.GetProperty("root").GetProperty("cid").GetString()!));
        foreach (var image in archive.Images)
        {
            foreach (var (name, tag) in image.Names())
            {
                tree.CheckForm(name, tag, MediaType.OciManifest);
                tree.CheckForm(name, "latest", MediaType.OciManifest);
                Assert.Equal(image.Compression.Select(c => c == "none" ? compression : c), Layers(tree, name, tag).Select(Word));
                var hasSchema2 = !image.Compression.Contains("zstd") && (compression == "none" || !image.Compression.Contains("none"));
                Assert.Equal(hasSchema2, tree.Files.ContainsKey($"{name}/manifests/{tag}-v2"));
                if (hasSchema2)
                    tree.CheckForm(name, tag, MediaType.Schema2);
                Assert.Equal(image.Compression.All(c => c == "gzip"), tree.Files.ContainsKey($"{name}/manifests/{tag}-v1"));
            }
        }
    }

    [Theory]
    [InlineData("--compression gzip --level 0", "--level of gzip is 1 to 9, not 0")]
    [InlineData("--compression gzip --level 10", "--level of gzip is 1 to 9, not 10")]
    [InlineData("--level 19", "--level of gzip is 1 to 9, not 19")]
    [InlineData("--compression zstd --level 0", "--level of zstd is 1 to 19, not 0")]
    [InlineData("--compression zstd --level 20", "--level of zstd is 1 to 19, not 20")]
    [InlineData("--compression zstd --level -1", "--level of zstd is 1 to 19, not -1")]
    [InlineData("--compression none --level 3", "--level is for a compression, and --compression is none")]
    [InlineData("--compression xz", "--compression is one of gzip, zstd, none")]
    public async Task A_level_that_the_compression_has_not_is_a_fault_of_the_command_line(string arguments, string error)
    {
        using var cli = new Cli();
        Assert.Contains(error, (await cli.PublishAsync(Sizes.Save(), arguments.Split(' '))).FailedWithHint(exit: 2).Error, StringComparison.Ordinal);
        Assert.Empty(cli.Listing());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_damaged_archive_leaves_nothing(string compression)
    {
        using var cli = new Cli();
        var archive = Varied.Save();
        (await cli.PublishAsync(archive[..(2 * MiB + 300)], "--compression", compression)).FailedWithHint();
        Assert.Empty(cli.Listing());
        (await cli.PublishAsync(archive[..(5 * MiB)], "--compression", compression)).FailedWithHint();
        Assert.Empty(cli.Listing());
        byte[] other = [.. archive];
        other[4 * MiB] ^= 1;
        Assert.Contains("has the diffID", (await cli.PublishAsync(other, "--compression", compression)).FailedWithHint().Error, StringComparison.Ordinal);
        Assert.Empty(cli.Listing());
    }

    private static async Task<PublishedTree> PublishAsync(Cli cli, byte[] archive, params string[] options)
    {
        var root = (await cli.PublishAsync(archive, options)).Published().Root;
        (await cli.RunAsync("verify", root.ToString())).Succeeded();
        return await PublishedTree.ExportAsync(cli, root);
    }

    private static IReadOnlyList<Descriptor> Layers(PublishedTree tree, string name, string tag) => ImageManifest.Parse(tree.Files[$"{name}/manifests/{tag}-oci"]).Layers;

    private static string Word(Descriptor layer) => layer.MediaType == LayerType.Plain.Oci ? "none" : layer.MediaType.Value.Split('+')[1];

    /// <summary>What no compression changes: names, IDs and diffIDs.</summary>
    private static List<string> Images(JsonElement json) => [.. json.GetProperty("images").EnumerateArray().Select(i =>
        $"{i.GetProperty("name")}:{i.GetProperty("tag")} {i.GetProperty("id")} {string.Join(' ', i.GetProperty("layers").EnumerateArray().Select(l => l.GetProperty("diffId").GetString()))}")];

    private static byte[] Text(int seed, int length)
    {
#pragma warning disable CA5394 // Random is not for secrets: it is to give the same bytes each time.
        var random = new Random(seed);
        var text = new byte[length];
        random.NextBytes(text.AsSpan(0, 1000));
        for (var end = 1000; end < length;)
        {
            var run = Math.Min(random.Next(1, 60), length - end);
            // Mostly what was there before, near or far; sometimes new.
            if (random.Next(8) == 0)
                random.NextBytes(text.AsSpan(end, run));
            else
                text.AsSpan(random.Next(Math.Max(0, end - (64 << random.Next(15))), end - run + 1), run).CopyTo(text.AsSpan(end));
            end += run;
        }
        return text;
#pragma warning restore CA5394
    }
}

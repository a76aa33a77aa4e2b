using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>Images and damage that nobody thought of. <c>IMAGE2IPFS_TEST_RUNS</c> multiplies how many.</summary>
public sealed class RandomTests
{
    private static readonly int Runs = int.TryParse(Environment.GetEnvironmentVariable("IMAGE2IPFS_TEST_RUNS"), out var runs) ? runs : 1;

    /// <summary>A run that takes longer than this hangs.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(2);

    private static readonly Gen<byte[]> Layers = LayersUpTo(3_000_000);

    private static Gen<byte[]> LayersUpTo(int length) => Gen.OneOf(
        Gen.Byte.Array[0, 2000],
        Gen.Select(Gen.Int, Gen.Int[0, length], TestImage.Content),
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 1, 90], Gen.String[Gen.Char, 0, 2000], TestImage.Layer));

    private static readonly Gen<string> Names = Gen.Select(
        Gen.String[Gen.Char.AlphaNumeric, 1, 12].Select(s => s.ToLowerInvariant()).Array[1, 3].Select(a => string.Join('/', a)),
        Gen.OneOf(Gen.Const(""), Gen.String[Gen.Char.AlphaNumeric, 1, 12].Select(s => ":" + s)),
        (name, tag) => name + tag);

    private static readonly Gen<TestImage> Images = Gen.Select(Layers.Array[0, 4], Names.HashSet[1, 3], (layers, names) => new TestImage(layers, [.. names]));

    [Fact]
    public async Task A_random_image_comes_back_as_it_went_in() =>
        await Images.SampleAsync(async image =>
        {
            using var cli = new Cli();
            var outcome = (await cli.PublishAsync(image.Save())).Published();
            (await cli.RunAsync("verify")).Succeeded();
            var tree = await PublishedTree.ExportAsync(cli, outcome.Root);
            foreach (var (name, tag) in image.Tags.Select(t => t.Split(':')).Select(t => (t[0], t.Length > 1 ? t[1] : "latest")))
                Assert.Equal(image.Layers.Select(TestImage.Hex), tree.CheckImage(name, tag, image.Config, schema1: image.Layers.Count > 0).Select(TestImage.Hex));
        }, iter: 25 * Runs, threads: 2);

    /// <summary>One form of a layer, with the types that it may have in a manifest.</summary>
    private static readonly Gen<TestLayer> LayoutLayers = Gen.Select(LayersUpTo(300_000), Gen.Int[0, 5], (content, form) => form switch
    {
        0 => TestLayer.Plain(content),
        1 => TestLayer.Zstd(content),
        2 => TestLayer.Gzip(content) with { Bytes = [.. Compress.Gzip(content.AsSpan(0, content.Length / 2)), .. Compress.Gzip(content.AsSpan(content.Length / 2))] },
        _ => TestLayer.Gzip(content),
    });

    private static readonly string[] Platforms = ["linux/amd64", "linux/arm64/v8", "linux/arm/v7", "windows/amd64"];

    /// <summary>Images for a platform each, alone or in an index, or in an index in one; some with a referrer, under some names.</summary>
    private static readonly Gen<(TestLayer[][] Images, int Nesting, int Referrers, bool Docker, HashSet<string> Names)> Layouts =
        Gen.Select(LayoutLayers.Array[0, 4].Array[1, 4], Gen.Int[0, 2], Gen.Int[0, 3], Gen.Bool, Names.HashSet[1, 2]);

    [Fact]
    public async Task A_random_layout_comes_back_as_it_went_in() =>
        await Layouts.SampleAsync(async given =>
        {
            var layout = new TestLayout();
            var images = given.Images.Zip(Platforms, (layers, platform) => (Layers: layers, Platform: platform, Manifest: given.Docker && !HasZstd(layers)
                ? layout.Manifest(layout.Blob(MediaType.DockerConfig.Value, TestLayout.ConfigFor(platform, layers.Select(l => l.Content))), layers.Select(l => layout.Layer(l.OfDocker())), MediaType.Schema2)
                : layout.Image(platform, layers))).ToList();
            var tops = images.Select(i => i.Manifest).ToList();
            if (given.Nesting > 0)
                tops = [layout.Index(images.Select(i => TestLayout.With(i.Manifest, "platform", TestLayout.Platform(i.Platform))), given.Docker ? MediaType.ManifestList : null)];
            if (given.Nesting > 1)
                tops = [layout.Index(tops)];
            // Names that do not lie in one another.
            var names = given.Names.Select((n, i) => $"{(char)('a' + i)}-{n}").ToList();
            foreach (var (top, i) in tops.Select((top, i) => (top, i)))
                names.ForEach(name => layout.List(top, $"{i}/{name}"));
            var referrers = tops.Take(given.Referrers).Select((top, i) => layout.Referrer(top, "test/referrer", [(byte)i])).ToList();
            referrers.ForEach(r => layout.List(r));

            var published = await PublishedLayout.OfAsync(layout);
            Assert.Equal(tops.Count * names.Count, published.Names.Count);
            foreach (var (i, name, tag) in tops.SelectMany((_, i) => names.Select(n => (i, Split($"{i}/{n}"))).Select(n => (n.i, n.Item2.Name, n.Item2.Tag))))
            {
                published.Holds(tops[i], name);
                if (i < referrers.Count)
                    published.Holds(referrers[i], name);
                Assert.Equal(TestLayout.Digest(tops[i]), published.Original(tag, name).Digest.ToString());
                if (given.Nesting == 0)
                    CheckForms(published.Tree, name, tag, images[i].Layers);
                else
                    CheckPlatforms(published.Tree, name, tag, images);
            }
        }, iter: 12 * Runs, threads: 2);

    private static bool HasZstd(TestLayer[] layers) => Array.Exists(layers, l => l.MediaType == LayerType.Zstd.Oci.Value);

    private static (string Name, string Tag) Split(string name) => name.Split(':') is [var repository, var tag] ? (repository, tag) : (name, "latest");

    private static void CheckForms(PublishedTree tree, string name, string tag, TestLayer[] layers)
    {
        Assert.Equal(layers.Select(l => l.Content), tree.CheckForm(name, tag, MediaType.OciManifest));
        Assert.Equal(HasZstd(layers), !tree.Files.ContainsKey($"{name}/manifests/{tag}-v2"));
        if (!HasZstd(layers))
            Assert.Equal(layers.Select(l => l.Content), tree.CheckForm(name, tag, MediaType.Schema2));
        Assert.Equal(layers.Length > 0 && layers.All(l => l.MediaType == LayerType.Gzip.Oci.Value), tree.Files.ContainsKey($"{name}/manifests/{tag}-v1"));
    }

    /// <summary>Each family's index leads to every platform that it can say, and to the blobs that went in.</summary>
    private static void CheckPlatforms(PublishedTree tree, string name, string tag, List<(TestLayer[] Layers, string Platform, JsonObject Manifest)> images)
    {
        foreach (var (suffix, all) in new[] { ("oci", true), ("v2", false) })
        {
            var expected = images.Where(i => all || !HasZstd(i.Layers)).ToList();
            if (!tree.Files.TryGetValue($"{name}/manifests/{tag}-{suffix}", out var index))
            {
                Assert.Empty(expected);
                continue;
            }
            var found = Below(index).ToList();
            // An original lists the manifests that it has, whichever family they are of.
            if (found.Count != images.Count)
                Assert.Equal(expected.Select(i => i.Platform), found.Select(d => d.Platform!.ToString()));
            foreach (var descriptor in found)
            {
                var layers = images.Single(i => i.Platform == descriptor.Platform!.ToString()).Layers;
                var manifest = ImageManifest.Parse(tree.Files[$"{name}/manifests/{descriptor.Digest}"]);
                Assert.Equal(layers.Select(l => Digest.Sha256(l.Bytes)), manifest.Layers.Select(l => l.Digest));
            }
        }

        IEnumerable<Descriptor> Below(byte[] index) => ImageIndex.Parse(index).SelectMany(d => d.MediaType.IsIndex ? Below(tree.Files[$"{name}/manifests/{d.Digest}"]) : [d]);
    }

    private static readonly byte[][] Archives =
    [
        new TestImage([TestImage.Layer("a"), TestImage.Content(1, 3000)], "app:1", "team/other").Save(),
        .. Directory.GetFiles(Vectors.File("archives"), "*.tar").Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
        .. new[] { 0, 1, 2, 3 }.Select(Built),
        Vectors.Bytes("compressed", "docker-20.10.24.tar.zst"),
        Vectors.Bytes("compressed", "docker-20.10.24.tar.bz2"),
        Vectors.Bytes("compressed", "docker-20.10.24.tar.xz"),
        Compress.Gzip(Vectors.Bytes("archives", "docker-20.10.24.tar")),
    ];

    /// <summary>Changes a byte of text to another one more often than to noise: the JSON is worth it.</summary>
    private static readonly Gen<Func<byte[], byte[]>> Damage = Gen.OneOf<Func<byte[], byte[]>>(
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Byte, (at, value) => Edit(a => a[at % a.Length] = value)),
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Char[" \"\\[]{},:0-19aAZ/.\0"], (at, value) => Edit(a => a[NotZero(a, at)] = (byte)value)),
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, 7], (at, bit) => Edit(a => a[NotZero(a, at)] ^= (byte)(1 << bit))),
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[1, 1000], (at, length) => new Func<byte[], byte[]>(a => [.. a[..(at % a.Length)], .. a[Math.Min(a.Length, at % a.Length + length)..]])),
        // Two neighbours change places, and a part is there twice.
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[1, 16], (at, distance) => Edit(a => Swap(a, NotZero(a, at), distance))),
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[1, 4000], (at, length) => new Func<byte[], byte[]>(a => [.. a[..Math.Min(a.Length, at % a.Length + length)], .. a[(at % a.Length)..]])),
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue], (from, to) => Edit(a => CopyBlock(a, from, to))),
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue], (from, to) => new Func<byte[], byte[]>(a => [.. a[..Block(a, to)], .. a[Block(a, from)..]])));

    [Fact]
    public async Task A_damaged_archive_never_crashes_hangs_or_changes_the_store() =>
        await Gen.Select(Gen.OneOf(Array.ConvertAll(Archives, a => Gen.Const(a))), Damage.Array[1, 4]).SampleAsync(async (archive, damages) =>
            await PublishAsync(damages.Aggregate(archive, (bytes, damage) => bytes.Length == 0 ? bytes : damage(bytes))), iter: 400 * Runs, threads: 2);

    /// <summary>A digest that is wrong ends the reading early: what was spoilt gets the right one, and what names it.</summary>
    [Fact]
    public async Task A_damaged_text_under_its_own_digest_never_crashes_hangs_or_changes_the_store() =>
        await Gen.Select(Gen.Int[0, 5], Damage.Array[1, 3]).SampleAsync(async (place, damages) =>
            await PublishAsync(Spoilt(place, text => damages.Aggregate(text, (bytes, damage) => bytes.Length == 0 ? bytes : damage(bytes)))), iter: 300 * Runs, threads: 2);

    private static byte[] Spoilt(int place, Func<byte[], byte[]> damage)
    {
        var layout = new TestLayout();
        TestLayer[] layers = [TestLayer.Gzip(TestImage.Layer("a")), TestLayer.Zstd([1, 2, 3]), TestLayer.Foreign([4])];
        if (place == 0)
            layers[0] = layers[0] with { Bytes = damage(layers[0].Bytes) };
        var config = TestLayout.ConfigFor("linux/arm64/v8", layers.Select(l => l.Content));
        var image = Spoil(1, layout.Manifest(layout.Blob(MediaType.OciConfig.Value, place == 2 ? damage(config) : config), layers.Select(layout.Layer)));
        var referrer = Spoil(3, layout.Referrer(image, "test/referrer", [5]));
        var index = Spoil(4, layout.Index([TestLayout.With(image, "platform", TestLayout.Platform("linux/arm64/v8")), TestLayout.With(referrer, "annotations", TestLayout.Texts(("a", "b")))]));
        layout.List(index, "app:1").List(image, "1").List(referrer);
        var text = new JsonObject { ["schemaVersion"] = 2, ["manifests"] = layout.Entries.DeepClone() }.ToJsonString();
        return layout.File("index.json", place == 5 ? damage(Encoding.UTF8.GetBytes(text)) : Encoding.UTF8.GetBytes(text)).Tar();

        JsonObject Spoil(int at, JsonObject manifest) => place == at ? layout.Manifest(manifest["mediaType"]!.GetValue<string>(), damage(layout[manifest])) : manifest;
    }

    /// <summary>Layouts that no writer at hand writes: several of each, and in a folder of skopeo's.</summary>
    private static byte[] Built(int kind)
    {
        var layout = new TestLayout();
        var image = layout.Image(TestLayer.Gzip(TestImage.Layer("a")), TestLayer.Zstd(TestImage.Layer("b")), TestLayer.Plain(TestImage.Layer("c")));
        var docker = layout.DockerImage(TestLayer.Foreign([1]), TestLayer.Gzip(TestImage.Layer("a")));
        var index = layout.Index([TestLayout.With(image, "platform", TestLayout.Platform("linux/amd64")), TestLayout.With(docker, "platform", TestLayout.Platform("windows/amd64", "10.0.1"))]);
        return kind switch
        {
            0 => layout.List(index, "app:1").List(image, "2").List(docker, null, "docker.io/library/app:3").List(layout.Referrer(image, "test/referrer", [1])).Tar(),
            1 => layout.List(layout.Index([index, image]), "app:1").Without(docker).Tar(),
            2 => layout.DirectoryMembers(docker).ToArray(),
            _ => layout.DirectoryMembers(index).ToArray(),
        };
    }

    /// <summary>A failure leaves nothing, and says what is wrong in words that were meant for it; what is published is whole.</summary>
    private static async Task PublishAsync(byte[] archive)
    {
        using var cli = new Cli();
        var outcome = await cli.PublishAsync(archive).WaitAsync(Hang);
        if (outcome.Exit != 0)
        {
            outcome.FailedWithHint();
            Assert.Empty(cli.Listing());
            return;
        }
        outcome.Published();
        (await cli.RunAsync("verify")).Succeeded();
    }

    private static Func<byte[], byte[]> Edit(Action<byte[]> edit) => bytes =>
    {
        byte[] copy = [.. bytes];
        edit(copy);
        return copy;
    };

    private static int NotZero(byte[] bytes, int at)
    {
        at %= bytes.Length;
        var next = bytes.AsSpan(at).IndexOfAnyExcept((byte)0);
        return next < 0 ? at : at + next;
    }

    private static int Block(byte[] bytes, int at) => at % (bytes.Length / TarBuilder.Block + 1) * TarBuilder.Block;

    private static void Swap(byte[] bytes, int at, int distance)
    {
        var other = (at + distance) % bytes.Length;
        (bytes[at], bytes[other]) = (bytes[other], bytes[at]);
    }

    private static void CopyBlock(byte[] bytes, int from, int to)
    {
        if (Block(bytes, from) + TarBuilder.Block <= bytes.Length && Block(bytes, to) + TarBuilder.Block <= bytes.Length)
            bytes.AsSpan(Block(bytes, from), TarBuilder.Block).CopyTo(bytes.AsSpan(Block(bytes, to)));
    }
}

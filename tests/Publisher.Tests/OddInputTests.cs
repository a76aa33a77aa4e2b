using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>Archives that look odd and are right.</summary>
public sealed class OddInputTests
{
    private static readonly byte[] Layer = TestImage.Layer("file");
    private static readonly TestImage Image = new([Layer], "app:1");
    private static readonly string LongPath = string.Join('/', Enumerable.Repeat("folder-of-some-length", 12)) + "/layer.tar";

    private static readonly Dictionary<string, Func<byte[]>> Cases = new()
    {
        ["a long name in a PAX header"] = () => Moved(LongPath, t => t.PaxFile(LongPath, Layer)),
        ["a long name in GNU's way"] = () => Moved(LongPath, t => t.GnuFile(LongPath, Layer)),
        ["a size in a PAX header"] = () => Moved("layer.tar", t => t
            .Member(new TarMember("pax") { Type = 'x' }, TarBuilder.PaxRecord("size", $"{Layer.Length}"))
            .Raw(new TarMember("layer.tar").Header(0)).Raw(Layer)),
        ["a size in GNU's binary form"] = () => Moved("layer.tar", t => t.Member(new TarMember("layer.tar") { SizeField = TarMember.Base256(Layer.Length) }, Layer)),
        ["names that begin with ./"] = () => new TarBuilder().Folder("./").File("./" + TestImage.BlobPath(Layer), Layer).File("./" + Image.ConfigPath, Image.Config).File("./manifest.json", $"[{Image.Manifest}]").ToArray(),
        ["paths with .. that stay inside"] = () => Moved("a/../b/./layer.tar", t => t.File("b/layer.tar", Layer)),
        ["a symbolic link to the layer"] = () => Moved("a/layer.tar", t => t.File("b/layer.tar", Layer).SymbolicLink("a/layer.tar", "../b/layer.tar")),
        ["a hard link to the layer"] = () => Moved("a/layer.tar", t => t.File("b/layer.tar", Layer).HardLink("a/layer.tar", "b/layer.tar")),
        ["a link before what it names"] = () => Moved("a/layer.tar", t => t.SymbolicLink("a/layer.tar", "../b/layer.tar").File("b/layer.tar", Layer)),
        ["links in a row"] = () => Moved("l0", t => Enumerable.Range(0, 10).Aggregate(t, (tar, i) => tar.SymbolicLink($"l{i}", $"l{i + 1}")).File("l10", Layer)),
        ["the metadata first"] = () => new TarBuilder().File("manifest.json", $"[{Image.Manifest}]").File(Image.ConfigPath, Image.Config).File(TestImage.BlobPath(Layer), Layer).ToArray(),
        ["members that no image needs"] = () => TestImage.Members([Image]).File("README", "text").File("empty", "").File("noise", TestImage.Content(1, 3000)).Folder("more/").ToArray(),
        ["a global PAX header"] = () => new TarBuilder().Member(new TarMember("pax_global_header") { Type = 'g' }, TarBuilder.PaxRecord("comment", "x")).Raw(Image.Save()).ToArray(),
        ["garbage behind the end"] = () => [.. Image.Save(), .. TestImage.Content(1, 5000)],
        ["megabytes behind the end"] = () => [.. Image.Save(), .. new byte[3 << 20]],
        ["one empty block at the end"] = () => Image.Save()[..^TarBuilder.Block],
        ["white space and more members in manifest.json"] = () => Manifest($$"""  [ { "Parent": null, "LayerSources": {}, "Config" : "{{Image.ConfigPath}}", "RepoTags": ["app:1"],{{"\n"}}"Layers":["{{TestImage.BlobPath(Layer)}}"]}]  """),
        ["a name twice"] = () => (Image with { Tags = ["app:1", "app:1"] }).Save(),
        ["the image twice"] = () => TestImage.Save([Image, Image]),
        ["a name with its host and without"] = () => (Image with { Tags = ["localhost/app:1", "docker.io/library/app:1", "r.example:5000/app:1"] }).Save(),
        ["gzip of gzip's fastest"] = () => Compress.Gzip(Image.Save()),
        ["a header of tar before POSIX"] = () => Moved("layer.tar", t => t.Member(new TarMember("layer.tar") { Magic = "", Type = '\0' }, Layer)),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_has_the_root_of_the_plain_archive(string name)
    {
        using var cli = new Cli();
        var plain = (await cli.PublishAsync(Image.Save(), "-n")).Published();
        var odd = (await cli.PublishAsync(Cases[name]())).Published();
        Assert.Equal(plain.Output, odd.Output);
    }

    public static TheoryData<string> OddLayers => [.. Layers.Keys];

    private static readonly Dictionary<string, byte[]> Layers = new()
    {
        ["nothing"] = [],
        ["two empty blocks"] = new byte[1024],
        ["a tar whose first file is called {"] = TestImage.Layer("{"),
        ["a tar whose first file is called BZh1"] = TestImage.Layer("BZh1"),
        ["a JSON text"] = "{\"a\": 1}"u8.ToArray(),
        ["a bracket and noise"] = [(byte)'[', .. TestImage.Content(1, 2000)],
        ["a brace and 3 MiB"] = [(byte)'{', .. TestImage.Content(1, 3 << 20)],
        ["a brace and 9 MiB"] = [(byte)'{', .. TestImage.Content(1, 9 << 20)],
        ["a block of MiB and a byte"] = TestImage.Content(1, (1 << 20) + 1),
    };

    [Theory]
    [MemberData(nameof(OddLayers))]
    public async Task A_layer_may_be_any_bytes(string name)
    {
        using var cli = new Cli();
        var image = new TestImage([Layers[name], Layer, Layers[name]], "app:1");
        var root = (await cli.PublishAsync(image.Save())).Published().Root;
        Assert.Equal(image.Layers, (await PublishedTree.ExportAsync(cli, root)).CheckImage("app", "1", image.Config));
        (await cli.RunAsync("verify")).Succeeded();
    }

    [Theory]
    [InlineData("app", "app/blobs")]
    [InlineData("app", "app/manifests")]
    [InlineData("app", "app/blobs/sha256")]
    [InlineData("team", "team/app")]
    [InlineData("a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p", "a/b")]
    public async Task An_image_may_lie_in_anothers_folder(string outer, string inner)
    {
        using var cli = new Cli();
        TestImage[] images = [new([TestImage.Layer("outer")], outer), new([TestImage.Layer("inner")], inner)];
        var outcome = (await cli.PublishAsync(TestImage.Save(images))).Published();
        var tree = await PublishedTree.ExportAsync(cli, outcome.Root);
        Assert.Equal(images[0].Layers, tree.CheckImage(outer, "latest", images[0].Config));
        Assert.Equal(images[1].Layers, tree.CheckImage(inner, "latest", images[1].Config));
        Assert.Equal(outcome.Lines.Order(), (await cli.RunAsync("list")).Succeeded().Lines.Order());
        (await cli.RunAsync("verify")).Succeeded();
    }

    [Fact]
    public async Task The_longest_name_that_can_be_pulled_is_taken()
    {
        using var cli = new Cli();
        var name = new string('a', 255 - 56);
        Assert.EndsWith($"/{name}\n", (await cli.PublishAsync((Image with { Tags = [name] }).Save())).Published().Output, StringComparison.Ordinal);
        (await cli.PublishAsync((Image with { Tags = [name + "a"] }).Save())).FailedWithHint();
    }

    [Fact]
    public async Task A_directory_of_thousands_of_manifests_is_sharded_and_comes_back()
    {
        using var cli = new Cli();
        var image = Image with { Tags = [.. Enumerable.Range(0, 1300).Select(i => $"app:tag-{i}")] };
        var outcome = (await cli.PublishAsync(image.Save(), "--to", "dir:" + cli["dir"])).Published();
        Assert.Equal(1300, outcome.Lines.Length);
        Assert.Equal(1301, (await cli.RunAsync("list")).Succeeded().Lines.Length);
        (await cli.RunAsync("verify")).Succeeded();
        // Three forms a tag and one of the oldest registries; schema 1 a tag, schema 2 and OCI by digest.
        Assert.Equal(1301 * 3 + 1 + 1301 + 2, Directory.EnumerateFiles(cli["dir/app/manifests"]).Count());
        var tree = await PublishedTree.ExportAsync(cli, outcome.Root);
        tree.CheckImage("app", "tag-1299", image.Config);
        tree.CheckImage("app", "latest", image.Config);
    }

    private static byte[] Moved(string layerPath, Action<TarBuilder> layer)
    {
        var tar = new TarBuilder();
        layer(tar);
        return tar.File(Image.ConfigPath, Image.Config).File("manifest.json", $"[{(Image with { LayerPaths = [layerPath] }).Manifest}]").ToArray();
    }

    private static byte[] Manifest(string json) => new TarBuilder().File(TestImage.BlobPath(Layer), Layer).File(Image.ConfigPath, Image.Config).File("manifest.json", json).ToArray();
}

using System.Text.Json;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>What a publish prints, and where.</summary>
public sealed class OutputTests
{
    private static readonly string Archive = Vectors.File("archives", "docker-20.10.24.tar");
    private static readonly TestImage Image = new([TestImage.Layer("file")], "registry.example:5000/team/app:1.0");

    [Fact]
    public async Task Stdout_is_the_pull_name_and_nothing_else()
    {
        using var cli = new Cli();
        var outcome = (await cli.PublishAsync(Image.Save())).Published();
        Assert.Matches(@"\Alocalhost:5000/ciq[a-z2-7]{52}/team/app:1\.0\n\z", outcome.Output);
        Assert.Contains("bytes of layers", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("registry.example.com")]
    [InlineData("https://registry.example.com")]
    [InlineData("http://registry.example.com/")]
    [InlineData("registry.example.com/")]
    public async Task The_registry_is_a_host_with_or_without_scheme_and_slash(string registry)
    {
        using var cli = new Cli();
        Assert.StartsWith("registry.example.com/ciq", (await cli.PublishAsync(Image.Save(), "-r", registry)).Published().Output, StringComparison.Ordinal);
        Assert.StartsWith("registry.example.com/ciq", (await cli.RunAsync("list", "--registry", registry)).Published().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quiet_leaves_stderr_empty()
    {
        using var cli = new Cli();
        Assert.Equal("", (await cli.PublishAsync(Image.Save(), "-q")).Published().Error);
        Assert.NotEqual("", (await cli.RunAsync("-q", cli["nothing"])).Failed().Error);
    }

    [Fact]
    public async Task No_add_prints_the_same_name_and_keeps_nothing()
    {
        using var cli = new Cli();
        var computed = (await cli.PublishAsync(Image.Save(), "-n")).Published();
        Assert.Empty(cli.Listing());
        Assert.Equal(computed.Output, (await cli.PublishAsync(Image.Save())).Published().Output);
        var before = cli.Listing();
        Assert.Equal(computed.Output, (await cli.PublishAsync(Image.Save(), "--no-add")).Published().Output);
        Assert.Equal(before, cli.Listing());
    }

    [Fact]
    public async Task Verbose_says_what_was_added_and_debug_where_an_error_comes_from()
    {
        using var cli = new Cli();
        var verbose = (await cli.PublishAsync(Image.Save(), "-v")).Published();
        Assert.Contains($"added sha256:{TestImage.Hex(Image.Config)}, {Image.Config.Length} bytes", verbose.Error, StringComparison.Ordinal);
        Assert.Single(verbose.Lines);

        var debug = await cli.RunAsync("-d", cli["nothing"]);
        Assert.Equal((1, ""), (debug.Exit, debug.Output));
        Assert.Contains(nameof(FileNotFoundException), debug.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_holds_the_root_the_digests_and_the_sizes()
    {
        using var cli = new Cli();
        var outcome = (await cli.PublishAsync(Image.Save(), "--json")).Succeeded();
        var json = JsonElement.Parse(outcome.Output);
        var root = Ipfs.Cid.Parse(json.GetProperty("root").GetProperty("cid").GetString()!);
        Assert.Equal(root.ToRepositoryComponent(), json.GetProperty("root").GetProperty("component").GetString());

        var image = Assert.Single(json.GetProperty("images").EnumerateArray());
        Assert.Equal($"localhost:5000/{root.ToRepositoryComponent()}/team/app:1.0", image.GetProperty("pull").GetString());
        Assert.Equal(("team/app", "1.0"), (image.GetProperty("name").GetString(), image.GetProperty("tag").GetString()));
        Assert.Equal("sha256:" + TestImage.Hex(Image.Config), image.GetProperty("id").GetString());
        Assert.Equal("linux/amd64", image.GetProperty("platform").GetString());

        var tree = await PublishedTree.ExportAsync(cli, root);
        tree.CheckImage("team/app", "1.0", Image.Config);
        foreach (var manifest in image.GetProperty("manifests").EnumerateArray())
            Assert.Equal(manifest.GetProperty("size").GetInt64(), tree.Files[$"team/app/manifests/{manifest.GetProperty("digest").GetString()}"].Length);
        Assert.Equal(3, image.GetProperty("manifests").GetArrayLength());
        var layer = Assert.Single(image.GetProperty("layers").EnumerateArray());
        Assert.Equal("sha256:" + TestImage.Hex(Image.Layers[0]), layer.GetProperty("diffId").GetString());
        Assert.Equal(layer.GetProperty("size").GetInt64(), tree.Files[$"team/app/blobs/{layer.GetProperty("digest").GetString()}"].Length);
        Assert.Equal(cli.BlobBytes(), json.GetProperty("added").EnumerateArray().Sum(b => b.GetProperty("size").GetInt64()));
    }

    [Fact]
    public async Task Name_and_tag_replace_the_archives()
    {
        using var cli = new Cli();
        Assert.EndsWith("/other/name:2\n", (await cli.PublishAsync(Image.Save(), "--name", "other/name", "--tag", "2")).Published().Output, StringComparison.Ordinal);
        Assert.EndsWith("/other/name:1.0\n", (await cli.PublishAsync(Image.Save(), "--name", "other/name")).Published().Output, StringComparison.Ordinal);
        Assert.EndsWith("/team/app:2\n", (await cli.PublishAsync(Image.Save(), "--tag", "2")).Published().Output, StringComparison.Ordinal);
        Assert.EndsWith("/team/app\n", (await cli.PublishAsync(Image.Save(), "--tag", "latest")).Published().Output, StringComparison.Ordinal);
        // The root depends on the names alone, not on how they came.
        Assert.Equal(
            (await cli.PublishAsync((Image with { Tags = ["x:3"] }).Save())).Published().Output,
            (await cli.PublishAsync(Image.Save(), "--name", "x", "--tag", "3")).Published().Output);
    }

    [Fact]
    public async Task A_name_of_the_command_line_replaces_one_that_cannot_be_read()
    {
        using var cli = new Cli();
        var archive = (Image with { Tags = ["NOT A NAME:1"] }).Save();
        Assert.Contains("--name", (await cli.PublishAsync(archive)).FailedWithHint().Error, StringComparison.Ordinal);
        Assert.EndsWith("/app\n", (await cli.PublishAsync(archive, "--name", "app")).Published().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_without_a_name_goes_by_its_short_id()
    {
        using var cli = new Cli();
        var outcome = (await cli.PublishAsync((Image with { Tags = [] }).Save())).Published();
        Assert.EndsWith($"/{TestImage.Hex(Image.Config)[..12]}\n", outcome.Output, StringComparison.Ordinal);
        Assert.EndsWith("/named:1\n", (await cli.PublishAsync((Image with { Tags = [] }).Save(), "--name", "named", "--tag", "1")).Published().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_images_have_a_line_each_and_one_root()
    {
        using var cli = new Cli();
        TestImage[] images = [new([TestImage.Layer("a")], "a:1", "a:2"), new([TestImage.Layer("b")], "b", "a:3")];
        var outcome = (await cli.PublishAsync(TestImage.Save(images))).Published();
        var root = outcome.Root.ToRepositoryComponent();
        Assert.Equal([$"localhost:5000/{root}/a:1", $"localhost:5000/{root}/a:2", $"localhost:5000/{root}/b", $"localhost:5000/{root}/a:3"], outcome.Lines);
        (await cli.PublishAsync(TestImage.Save(images), "--name", "one")).FailedWithHint();

        var tree = await PublishedTree.ExportAsync(cli, outcome.Root);
        foreach (var (name, tag, image) in new[] { ("a", "1", 0), ("a", "2", 0), ("b", "latest", 1), ("a", "3", 1), ("a", "latest", 0) })
            Assert.Equal(images[image].Layers, tree.CheckImage(name, tag, images[image].Config));
        // An OCI layout's readers take the first manifest of a name.
        Assert.Equal(MediaType.OciManifest, ImageIndex.Parse(tree.Files["a/index.json"])[0].MediaType);
    }

    [Fact]
    public async Task The_version_and_the_help_are_results()
    {
        using var cli = new Cli();
        var version = await PublisherProcess.RunAsync(default, "--version");
        Assert.Matches(@"\A\d+\.\d+\.\d+\S*\n\z", version.Succeeded().Output);
        foreach (var command in new[] { "", "publish", "list", "remove", "verify", "export", "cid" })
            Assert.Contains("--store", (await cli.RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"])).Published().Output, StringComparison.Ordinal);
    }

    public static TheoryData<string> Senseless =>
    [
        "--level 0", "--level 10", "--level x", "--compression", "--compression lzma", "--compression GZIP", "--threads 0", "--threads 257", "--cid-profile v2", "--to ftp:x", "--to car:", "--to dir:", "--to nothing",
        "--name UPPER", "--name a//b", "--tag a:b", "--tag -x", "--unknown", "-x", "--level", "publish --unknown", "list --unknown", "list more", "remove",
        "remove --unknown", "export", "cid", "cid --unknown", "verify --unknown", "verify a b", "a b", "-n --to car:x", "ARCHIVE -i ARCHIVE", "ARCHIVE --unknown",
        "list --to car:x", "--json=maybe ARCHIVE",
    ];

    [Theory]
    [MemberData(nameof(Senseless))]
    public async Task A_command_line_without_sense_ends_with_2_and_a_hint(string arguments)
    {
        using var cli = new Cli();
        var words = arguments.Split(' ').Select(w => w == "ARCHIVE" ? Archive : w).ToList();
        if (words[0].StartsWith('-') && !arguments.Contains("ARCHIVE", StringComparison.Ordinal))
            words.Insert(0, Archive);
        (await cli.RunAsync([.. words])).FailedWithHint(exit: 2);
        Assert.Empty(cli.Listing());
    }
}

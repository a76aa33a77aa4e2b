using System.Text.Json;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>list, remove, verify, export and cid.</summary>
public sealed class StoreCommandTests
{
    private static readonly TestImage Image = new([TestImage.Layer("file"), TestImage.Content(3, 700_000)], "team/app:1");

    /// <summary>The ways to say which root is meant.</summary>
    private static string[] Forms(Cid root, string pullName) =>
    [
        root.ToString(), root.ToRepositoryComponent(), root.ToBase32(), root.ToBase36(), root.ToBase16(), pullName, $"/ipfs/{root}", $"ipfs://{root.ToBase32()}",
        $"v{SimpleBase.Base32.ExtendedHexLower.Encode(root.ToV1().Bytes)}",
        // Without a multibase prefix, as only the old ones may be.
        .. root.Version == 0 ? (string[])[SimpleBase.Base36.LowerCase.Encode(root.Bytes)] : [],
    ];

    [Theory]
    [InlineData("unixfs-v0-2015")]
    [InlineData("unixfs-v1-2025")]
    public async Task Every_command_takes_a_root_in_every_form(string profile)
    {
        using var cli = new Cli();
        var published = (await cli.PublishAsync(Image.Save(), "--cid-profile", profile)).Published();
        foreach (var form in Forms(published.Root, published.Lines[0]))
        {
            Assert.Equal($"{published.Root} ok\n", (await cli.RunAsync("verify", form)).Succeeded().Output);
            Assert.Equal($"{published.Root}\n", (await cli.RunAsync("export", form, "--to", "car:" + cli["x.car"])).Succeeded().Output);
            Assert.Contains(published.Root.ToBase32(), (await cli.RunAsync("cid", form)).Succeeded().Lines);
            (await cli.RunAsync("remove", form)).Succeeded();
            Assert.Empty(cli.Listing());
            await cli.PublishAsync(Image.Save(), "--cid-profile", profile);
        }
    }

    [Fact]
    public async Task Cid_prints_every_form_of_one()
    {
        using var cli = new Cli();
        var cid = Cid.Parse("QmXobd2Bvr2NaLwvWamszFEZQVw9qMh5rJtdx9CSwQWw5a");
        var outcome = (await cli.RunAsync("cid", cid.ToRepositoryComponent())).Succeeded();
        Assert.All(outcome.Lines, line => Assert.Equal(cid.ToV1(), Cid.Parse(line).ToV1()));
        Assert.Equal([cid.ToString(), cid.ToRepositoryComponent(), cid.ToBase32(), cid.ToBase36(), cid.ToBase16()], outcome.Lines);
        var json = JsonElement.Parse((await cli.RunAsync("cid", cid.ToString(), "--json")).Succeeded().Output);
        Assert.All(json.EnumerateObject(), form => Assert.Equal(cid.ToV1(), Cid.Parse(form.Value.GetString()!).ToV1()));
    }

    [Fact]
    public async Task List_prints_what_can_be_pulled()
    {
        using var cli = new Cli();
        Assert.Equal("", (await cli.RunAsync("list")).Succeeded().Output);
        Assert.Equal("[]\n", (await cli.RunAsync("list", "--json")).Succeeded().Output);
        var one = (await cli.PublishAsync(Image.Save())).Published();
        var two = (await cli.PublishAsync((Image with { Tags = ["other", "other:x"] }).Save())).Published();

        var list = (await cli.RunAsync("list")).Succeeded();
        // The tag that every repository has is one more.
        Assert.Equal(one.Lines.Append(one.Lines[0][..^":1".Length]).Concat(two.Lines).Order(), list.Lines.Order());
        var json = JsonElement.Parse((await cli.RunAsync("list", "--json")).Succeeded().Output);
        Assert.Equal(list.Lines, json.EnumerateArray().SelectMany(r => r.GetProperty("pull").EnumerateArray().Select(p => p.GetString()!)));
        Assert.Equal(cli.Store.Roots().Select(r => r.ToString()), json.EnumerateArray().Select(r => r.GetProperty("root").GetProperty("cid").GetString()!));
    }

    [Fact]
    public async Task A_root_that_is_not_there_is_an_error_with_a_hint()
    {
        using var cli = new Cli();
        const string Nowhere = "QmXobd2Bvr2NaLwvWamszFEZQVw9qMh5rJtdx9CSwQWw5a";
        foreach (var command in new string[][] { ["remove", Nowhere], ["verify", Nowhere], ["export", Nowhere, "--to", "car:" + cli["x.car"]] })
            (await cli.RunAsync(command)).FailedWithHint();
        foreach (var command in new string[][] { ["remove", "no-cid"], ["verify", "a/b:c"], ["export", "Qm", "--to", "car:" + cli["x.car"]], ["cid", "fabc"], ["cid", "z"], ["cid", ""] })
            (await cli.RunAsync(command)).FailedWithHint();
        Assert.False(File.Exists(cli["x.car"]));
    }

    [Fact]
    public async Task A_car_has_the_root_in_its_header_and_every_byte_inside()
    {
        using var cli = new Cli();
        var car = cli["image.car"];
        var published = (await cli.PublishAsync(Image.Save(), "--to", "car:" + car)).Published();
        var tree = PublishedTree.FromCar(await File.ReadAllBytesAsync(car, TestContext.Current.CancellationToken));
        Assert.Equal(published.Root, tree.Root);
        Assert.Equal(Image.Layers, tree.CheckImage("team/app", "1", Image.Config));
        foreach (var (path, _) in cli.Listing().Where(f => f.Path.StartsWith("blobs", StringComparison.Ordinal)))
            Assert.Contains(tree.Files.Values, content => content.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(cli.StoreFolder, path))));

        var again = cli["again.car"];
        (await cli.RunAsync("export", published.Root.ToString(), "--to", "car:" + again)).Succeeded();
        Assert.Equal(await File.ReadAllBytesAsync(car, TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(again, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_folder_has_the_files_of_the_tree()
    {
        using var cli = new Cli();
        var folder = cli["folder"];
        var published = (await cli.PublishAsync(Image.Save(), "--to", "dir:" + folder)).Published();
        var tree = await PublishedTree.ExportAsync(cli, published.Root);
        AssertSameFiles(tree, folder);

        Directory.CreateDirectory(cli["empty"]);
        (await cli.RunAsync("export", published.Root.ToString(), "--to", "dir:" + cli["empty"] + "/", "--to", "dir:" + cli["more/levels"])).Succeeded();
        AssertSameFiles(tree, cli["empty"]);
        AssertSameFiles(tree, cli["more/levels"]);
    }

    private static void AssertSameFiles(PublishedTree tree, string folder)
    {
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(f => Path.GetRelativePath(folder, f));
        Assert.Equal(tree.Files.Keys, files.Keys.Order(StringComparer.Ordinal));
        foreach (var (path, content) in tree.Files)
            Assert.Equal(content, File.ReadAllBytes(files[path]));
    }

    [Theory]
    [InlineData("dir:full")]
    [InlineData("dir:file")]
    [InlineData("dir:file/below")]
    [InlineData("car:full")]
    [InlineData("car:missing/x.car")]
    [InlineData("car:file/x.car")]
    public async Task A_target_that_cannot_be_written_keeps_what_it_has_and_gets_nothing_half(string target)
    {
        using var cli = new Cli();
        Directory.CreateDirectory(cli["full"]);
        await File.WriteAllTextAsync(cli["full/kept"], "kept", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(cli["file"], "kept", TestContext.Current.CancellationToken);
        var to = $"{target[..4]}{cli[target[4..]]}";

        (await cli.PublishAsync(Image.Save(), "--to", to)).FailedWithHint();
        Assert.Equal(["file", "full", "store"], Directory.EnumerateFileSystemEntries(cli[""]).Select(Path.GetFileName).Order());
        Assert.Equal("kept", await File.ReadAllTextAsync(Assert.Single(Directory.EnumerateFileSystemEntries(cli["full"])), TestContext.Current.CancellationToken));
        Assert.Equal("kept", await File.ReadAllTextAsync(cli["file"], TestContext.Current.CancellationToken));

        // What fails on the way to a target is taken up again from the store.
        var root = Assert.Single(cli.Store.Roots());
        (await cli.RunAsync("export", root.ToString(), "--to", to)).FailedWithHint();
        (await cli.RunAsync("export", root.ToString(), "--to", "car:" + cli["good.car"])).Succeeded();
    }

    [Fact]
    public async Task A_damaged_blob_is_found_not_exported_and_healed_by_a_publish()
    {
        using var cli = new Cli();
        var root = (await cli.PublishAsync(Image.Save())).Published().Root;
        var blob = cli.Store.BlobFile(Digest.Sha256(Image.Config));
        var bytes = await File.ReadAllBytesAsync(blob, TestContext.Current.CancellationToken);
        bytes[10] ^= 1;
        await File.WriteAllBytesAsync(blob, bytes, TestContext.Current.CancellationToken);

        var verify = await cli.RunAsync("verify");
        Assert.Equal((1, ""), (verify.Exit, verify.Output));
        Assert.Contains($"blob {Digest.Sha256(Image.Config)} is damaged", verify.Error, StringComparison.Ordinal);
        foreach (var target in new[] { "car:x", "dir:y" })
            (await cli.RunAsync("export", root.ToString(), "--to", $"{target[..4]}{cli[target[4..]]}")).FailedWithHint();
        Assert.Equal(["store"], Directory.EnumerateFileSystemEntries(cli[""]).Select(Path.GetFileName));

        (await cli.PublishAsync(Image.Save())).Published();
        Assert.Equal($"{root} ok\n", (await cli.RunAsync("verify")).Succeeded().Output);
    }

    [Fact]
    public async Task A_missing_blob_and_a_damaged_root_are_found()
    {
        using var cli = new Cli();
        var root = (await cli.PublishAsync(Image.Save())).Published().Root;
        File.Delete(cli.Store.BlobFile(Digest.Sha256(Image.Config)));
        Assert.Contains("is missing", (await cli.RunAsync("verify")).Error, StringComparison.Ordinal);
        (await cli.RunAsync("export", root.ToString(), "--to", "car:" + cli["x"])).FailedWithHint();

        var car = await File.ReadAllBytesAsync(cli.Store.RootFile(root), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(cli.Store.RootFile(root), car[..(car.Length / 2)], TestContext.Current.CancellationToken);
        (await cli.RunAsync("list", "-q")).FailedWithHint();
        Assert.Equal(1, (await cli.RunAsync("verify", "-q")).FailedWithHint().Exit);
        (await cli.RunAsync("remove", root.ToString())).Succeeded();
        Assert.Empty(cli.Listing());
    }
}

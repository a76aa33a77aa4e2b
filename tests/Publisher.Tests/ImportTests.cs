using System.Text.Json;
using Image2Ipfs.Publisher.Tests.Targets;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary><c>image2ipfs import</c>: what another one's export wrote.</summary>
public sealed class ImportTests
{
    private static readonly TestImage Image = new([TestImage.Layer("file"), TestImage.Content(3, 700_000)], "team/app:1");

    [Theory]
    [InlineData("unixfs-v0-2015")]
    [InlineData("unixfs-v1-2025")]
    public async Task What_was_exported_can_be_pulled_where_it_is_imported(string profile)
    {
        using var here = new Cli();
        using var there = new Cli();
        var car = here["image.car"];
        var published = (await here.PublishAsync(Image.Save(), "--cid-profile", profile, "--to", "car:" + car)).Published();
        var imported = (await there.RunAsync("import", car)).Succeeded();
        Assert.Equal((await here.RunAsync("list")).Output, imported.Output);
        Assert.Equal(here.Listing(), there.Listing());
        Assert.Equal($"{published.Root} ok\n", (await there.RunAsync("verify")).Succeeded().Output);

        var again = (await there.RunAsync("import", car)).Succeeded();
        Assert.Equal(imported.Output, again.Output);
        Assert.Contains("already in the store", again.Error, StringComparison.Ordinal);
        var json = JsonElement.Parse((await there.RunAsync("import", car, "--json")).Succeeded().Output);
        Assert.Equal(published.Root.ToString(), json[0].GetProperty("root").GetProperty("cid").GetString());
        Assert.Equal(imported.Lines, json[0].GetProperty("pull").EnumerateArray().Select(p => p.GetString()!));
        (await there.RunAsync("export", published.Root.ToString(), "--to", "car:" + there["again.car"])).Succeeded();
        Assert.Equal(await File.ReadAllBytesAsync(car, TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(there["again.car"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_CAR_comes_through_a_pipe()
    {
        using var here = new Cli();
        using var there = new Cli();
        var published = (await here.PublishAsync(Image.Save(), "--to", "car:" + here["image.car"])).Published();
        var car = await File.ReadAllBytesAsync(here["image.car"], TestContext.Current.CancellationToken);
        foreach (var name in new string[][] { [], ["-"], ["-"] })
        {
            var outcome = await PublisherProcess.RunAsync(car, ["import", .. name, "--store", there.StoreFolder]);
            Assert.Contains(published.Lines[0], outcome.Succeeded().Lines);
        }
        Assert.Equal(here.Listing(), there.Listing());
    }

    public static TheoryData<ForeignRoot> ForeignRoots => [.. ForeignRoot.All];

    [Theory]
    [MemberData(nameof(ForeignRoots))]
    public async Task What_older_publishers_made_can_be_listed_verified_handed_on_and_removed(ForeignRoot tree)
    {
        using var cli = new Cli();
        await using var node = TestNode.Start();
        await File.WriteAllBytesAsync(cli["older.car"], tree.Car(), TestContext.Current.CancellationToken);
        var roots = tree.Roots.Select(r => r.Cid.ToString()).ToList();
        Assert.Equal(roots, (await cli.RunAsync("import", cli["older.car"])).Succeeded().Lines);
        Assert.Equal(roots.Order(StringComparer.Ordinal), (await cli.RunAsync("list")).Succeeded().Lines);
        var json = JsonElement.Parse((await cli.RunAsync("list", "--json")).Succeeded().Output);
        Assert.All(json.EnumerateArray(), root => Assert.Empty(root.GetProperty("pull").EnumerateArray()));
        Assert.Equal(roots.Select(r => $"{r} ok").Order(StringComparer.Ordinal), (await cli.RunAsync("verify")).Succeeded().Lines);
        foreach (var root in tree.Roots)
        {
            (await cli.RunAsync("export", root.Cid.ToString(), "--to", "car:" + cli["again.car"], "--to", node.To)).Succeeded();
            Assert.Equal(root.Car(), await File.ReadAllBytesAsync(cli["again.car"], TestContext.Current.CancellationToken));
            Assert.Contains(root.Cid, node.Pins.Keys);
            var folder = cli[$"{root.Cid}"];
            var files = tree.Files.Where(f => f.Root == root).ToList();
            if (files is [(_, "", _)])
            {
                Assert.Contains("is one file, and no folder", (await cli.RunAsync("export", root.Cid.ToString(), "--to", "dir:" + folder)).FailedWithHint().Error, StringComparison.Ordinal);
                Assert.False(Path.Exists(folder));
                continue;
            }
            (await cli.RunAsync("export", root.Cid.ToString(), "--to", "dir:" + folder)).Succeeded();
            foreach (var (_, path, content) in files)
                Assert.Equal(content, await File.ReadAllBytesAsync(Path.Combine(folder, path), TestContext.Current.CancellationToken));
            Assert.Equal(files.Count, Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count());
        }
        foreach (var root in roots)
            (await cli.RunAsync("remove", root)).Succeeded();
        Assert.Empty(cli.Listing());
    }

    /// <summary>The store holds what is no image too.</summary>
    [Theory]
    [InlineData("no JSON")]
    [InlineData("{}")]
    [InlineData("""{"manifests":[{"mediaType":"x","digest":"no","size":1}]}""")]
    public async Task An_index_that_is_none_names_nothing_to_pull(string index)
    {
        using var cli = new Cli();
        var root = ForeignRoot.Folder(Ipfs.CidProfile.UnixFsV0, ("app/index.json", PlainDag.File(Ipfs.CidProfile.UnixFsV0, System.Text.Encoding.UTF8.GetBytes(index))));
        await File.WriteAllBytesAsync(cli["site.car"], root.Car(), TestContext.Current.CancellationToken);
        Assert.Equal($"{root.Cid}\n", (await cli.RunAsync("import", cli["site.car"])).Succeeded().Output);
        Assert.Equal($"{root.Cid}\n", (await cli.RunAsync("list")).Succeeded().Output);
    }

    [Fact]
    public async Task A_bad_CAR_is_an_error_with_a_hint_and_leaves_nothing()
    {
        using var here = new Cli();
        using var there = new Cli();
        (await here.PublishAsync(Image.Save(), "--to", "car:" + here["image.car"])).Published();
        var car = await File.ReadAllBytesAsync(here["image.car"], TestContext.Current.CancellationToken);
        foreach (var bad in new byte[][] { [], "text"u8.ToArray(), car[..(car.Length / 2)], [.. car[..^1], 0], Image.Save() })
        {
            await File.WriteAllBytesAsync(there["bad.car"], bad, TestContext.Current.CancellationToken);
            Assert.Contains("the CAR cannot be taken: ", (await there.RunAsync("import", there["bad.car"])).FailedWithHint().Error, StringComparison.Ordinal);
            Assert.Empty(there.Listing());
        }
        Assert.Contains("cannot be read", (await there.RunAsync("import", there["nothing.car"])).FailedWithHint().Error, StringComparison.Ordinal);
        (await there.RunAsync("import", Path.GetTempPath())).FailedWithHint();
        (await there.RunAsync("import", "--frobnicate")).FailedWithHint(exit: 2);
    }
}

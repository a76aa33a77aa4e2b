using System.Text.Json;
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

using System.Text.Json;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>What two images share lies in the store once.</summary>
public sealed class DedupeTests
{
    private static readonly byte[] Base = TestImage.Content(1, 400_000);

    [Fact]
    public async Task A_second_image_adds_only_what_is_new()
    {
        using var cli = new Cli();
        await cli.PublishAsync(new TestImage([Base, TestImage.Layer("one")], "one:1").Save());
        var before = cli.Listing();

        var outcome = (await cli.PublishAsync(new TestImage([Base, TestImage.Layer("two")], "two:1").Save(), "--json")).Succeeded();
        var added = JsonElement.Parse(outcome.Output).GetProperty("added").EnumerateArray().ToList();

        var bytes = added.Sum(b => b.GetProperty("size").GetInt64());
        Assert.Equal(before.Where(IsBlob).Sum(f => f.Length) + bytes, cli.BlobBytes());
        // The layer, the configuration, two manifests and two tags' schema 1.
        Assert.Equal(6, added.Count);
        Assert.True(bytes < 10_000, $"{bytes} bytes");
        Assert.Empty(before.Except(cli.Listing()));
        Assert.Equal(added.Select(b => b.GetProperty("digest").GetString()!["sha256:".Length..]).Order(),
            cli.Listing().Except(before).Where(IsBlob).Select(f => Path.GetFileName(f.Path)).Order());
    }

    [Fact]
    public async Task Another_name_of_an_image_adds_its_schema_1_only()
    {
        using var cli = new Cli();
        var image = new TestImage([Base], "one:1").Save();
        await cli.PublishAsync(image);
        var added = JsonElement.Parse((await cli.PublishAsync(image, "--json", "--name", "other")).Succeeded().Output).GetProperty("added");
        Assert.Equal(2, added.GetArrayLength());
    }

    [Fact]
    public async Task The_same_image_adds_nothing()
    {
        using var cli = new Cli();
        var image = new TestImage([Base], "one:1").Save();
        await cli.PublishAsync(image);
        var before = cli.Listing();
        Assert.Equal(0, JsonElement.Parse((await cli.PublishAsync(image, "--json")).Succeeded().Output).GetProperty("added").GetArrayLength());
        Assert.Equal(before, cli.Listing());
    }

    [Fact]
    public async Task A_layer_that_an_image_has_twice_lies_there_once()
    {
        using var cli = new Cli();
        var image = new TestImage([Base, Base, Base], "thrice:1");
        var root = (await cli.PublishAsync(image.Save())).Published().Root;
        Assert.True(cli.BlobBytes() < Base.Length);
        Assert.Equal(image.Layers, (await PublishedTree.ExportAsync(cli, root)).CheckImage("thrice", "1", image.Config));
    }

    [Fact]
    public async Task Removing_a_root_frees_what_no_other_holds()
    {
        using var cli = new Cli();
        var one = (await cli.PublishAsync(new TestImage([Base, TestImage.Layer("one")], "one:1").Save())).Published().Root;
        var before = cli.Listing();
        var two = (await cli.PublishAsync(new TestImage([Base, TestImage.Layer("two")], "two:1").Save())).Published().Root;

        (await cli.RunAsync("remove", two.ToString())).Succeeded();
        Assert.Equal(before, cli.Listing());
        (await cli.RunAsync("verify")).Succeeded();
        (await cli.RunAsync("remove", one.ToString())).Succeeded();
        Assert.Empty(cli.Listing());
    }

    private static bool IsBlob((string Path, long Length) file) => file.Path.StartsWith("blobs", StringComparison.Ordinal);
}

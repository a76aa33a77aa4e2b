using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>The same image has the same root, however it comes in and however many cores work on it.</summary>
public sealed class SamenessTests
{
    private const int MiB = 1024 * 1024;

    private static readonly string Archive = Vectors.File("archives", "docker-26.1.5-graph-two.tar");

    /// <summary>Layers on both sides of the size of a compressed block.</summary>
    private static readonly TestImage Large = new([.. new[] { 0, 1, MiB - 1, MiB, MiB + 1, 5 * MiB }.Select((size, i) => TestImage.Content(i, size))], "large:1");

    [Fact]
    public async Task A_file_a_pipe_and_every_way_to_name_them_give_one_root()
    {
        using var cli = new Cli();
        var expected = (await cli.RunAsync(Archive)).Published().Output;
        Assert.Equal(expected, (await cli.RunAsync(Archive)).Published().Output);
        Assert.Equal(expected, (await cli.RunAsync("publish", Archive)).Published().Output);
        Assert.Equal(expected, (await cli.RunAsync("-i", Archive)).Published().Output);
        Assert.Equal(expected, (await cli.RunAsync("publish", "--input", Archive)).Published().Output);
        Assert.Equal(expected, (await cli.RunAsync("--no-add", Archive)).Published().Output);

        var bytes = await File.ReadAllBytesAsync(Archive, TestContext.Current.CancellationToken);
        foreach (var input in new string[][] { [], ["-"], ["-i", "-"], ["publish"], ["publish", "-"] })
            Assert.Equal(expected, (await PublisherProcess.RunAsync(bytes, [.. input, "--store", cli.StoreFolder])).Published().Output);
    }

    [Fact]
    public async Task The_number_of_threads_does_not_matter()
    {
        using var cli = new Cli();
        var archive = Large.Save();
        var outputs = new List<string>();
        foreach (var threads in new[] { "1", "2", "8" })
            outputs.Add((await cli.PublishAsync(archive, "--threads", threads)).Published().Output);
        outputs.Add((await PublisherProcess.RunAsync(archive, "--store", cli.StoreFolder)).Published().Output);
        Assert.Single(outputs.Distinct());
    }

    [Theory]
    [InlineData("unixfs-v0-2015")]
    [InlineData("unixfs-v1-2025")]
    public async Task Layers_of_every_size_come_back_as_they_went_in(string profile)
    {
        using var cli = new Cli();
        var root = (await cli.PublishAsync(Large.Save(), "--cid-profile", profile)).Published().Root;
        (await cli.RunAsync("verify")).Succeeded();
        var tree = await PublishedTree.ExportAsync(cli, root);
        Assert.Equal(Large.Layers, tree.CheckImage("large", "1", Large.Config));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("9")]
    public async Task Another_level_is_another_root_of_the_same_layers(string level)
    {
        using var cli = new Cli();
        var image = new TestImage([TestImage.Layer("file", new string('x', 100_000)), TestImage.Content(1, 300_000)], "app");
        var usual = (await cli.PublishAsync(image.Save())).Published().Root;
        var root = (await cli.PublishAsync(image.Save(), "--level", level)).Published().Root;
        Assert.NotEqual(usual, root);
        Assert.Equal(image.Layers, (await PublishedTree.ExportAsync(cli, root)).CheckImage("app", "latest", image.Config));
    }

    [Fact]
    public async Task A_layer_with_more_chunks_than_a_node_has_links_comes_back()
    {
        using var cli = new Cli();
        // 174 links of 256 KiB are 43.5 MiB; half of this content does not compress.
        var image = new TestImage([TestImage.Content(7, 92 * MiB)], "deep");
        var root = (await cli.PublishAsync(image.Save())).Published().Root;
        (await cli.RunAsync("verify", root.ToString())).Succeeded();
        Assert.Equal(TestImage.Hex(image.Layers[0]), TestImage.Hex((await PublishedTree.ExportAsync(cli, root)).CheckImage("deep", "latest")[0]));
    }
}

using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>Inputs and stores that the system refuses.</summary>
public sealed class StoreFaultTests
{
    private static readonly TestImage Image = new([TestImage.Layer("file")], "app:1");

    [Fact]
    public async Task An_input_that_is_not_there_or_a_folder_is_an_error()
    {
        using var cli = new Cli();
        Assert.Contains(cli["nothing"], (await cli.RunAsync(cli["nothing"])).FailedWithHint().Error, StringComparison.Ordinal);
        Assert.Contains("is a folder without an image", (await cli.RunAsync(Path.GetTempPath())).FailedWithHint().Error, StringComparison.Ordinal);
        (await cli.RunAsync("-i", cli["no/such/folder"])).FailedWithHint();
        Assert.Empty(cli.Listing());
    }

    [Fact]
    public async Task An_input_that_cannot_be_read_is_an_error()
    {
        // The system refuses to read a process's memory at the address 0.
        Assert.SkipUnless(File.Exists("/proc/self/mem"), "there is no /proc");
        using var cli = new Cli();
        Assert.Contains("the input cannot be read", (await cli.RunAsync("/proc/self/mem")).FailedWithHint().Error, StringComparison.Ordinal);
        Assert.Empty(cli.Listing());
    }

    [Theory]
    [InlineData("")]
    [InlineData("roots")]
    [InlineData("blobs")]
    [InlineData("staging")]
    public async Task A_store_whose_folder_is_a_file_is_an_error(string part)
    {
        using var cli = new Cli();
        if (part.Length > 0)
            Directory.CreateDirectory(cli.StoreFolder);
        await File.WriteAllTextAsync(Path.Combine(cli.StoreFolder, part), "in the way", TestContext.Current.CancellationToken);
        (await cli.PublishAsync(Image.Save())).FailedWithHint();
        Assert.Equal("in the way", await File.ReadAllTextAsync(Path.Combine(cli.StoreFolder, part), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_full_disk_is_an_error_and_leaves_nothing()
    {
        using var cli = new Cli();
        await using var disk = await SmallDisk.MountAsync(cli.StoreFolder, mebibytes: 3);
        Assert.SkipWhen(disk is null, "no file system can be mounted here");

        (await cli.PublishAsync(Image.Save())).Published();
        var before = cli.Listing();
        var image = new TestImage([TestImage.Content(1, 20 << 20), TestImage.Content(2, 1 << 20)], "large");
        Assert.Contains("--store", (await cli.PublishAsync(image.Save())).FailedWithHint().Error, StringComparison.Ordinal);
        Assert.Equal(before, cli.Listing());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(cli.StoreFolder, "staging")));
        (await cli.RunAsync("verify")).Succeeded();
        (await cli.PublishAsync(new TestImage([TestImage.Content(1, 1 << 20)], "fits").Save())).Published();
    }

    [Fact]
    public async Task A_store_on_a_disk_that_is_read_only_can_be_read_and_is_an_error_to_publish_to()
    {
        using var cli = new Cli();
        await using var disk = await SmallDisk.MountAsync(cli.StoreFolder, mebibytes: 3);
        Assert.SkipWhen(disk is null, "no file system can be mounted here");

        var root = (await cli.PublishAsync(Image.Save())).Published().Root;
        await disk.MakeReadOnlyAsync();
        (await cli.PublishAsync(Image.Save())).FailedWithHint();
        (await cli.RunAsync("remove", root.ToString())).FailedWithHint();
        Assert.NotEmpty((await cli.RunAsync("list")).Succeeded().Lines);
        (await cli.RunAsync("verify")).Succeeded();
    }

    [Fact]
    public async Task A_writer_that_goes_on_behind_the_end_is_not_waited_for()
    {
        using var cli = new Cli();
        (await PublisherProcess.RunAsync((byte[])[.. Image.Save(), .. new byte[8 << 20]], "-q", "--store", cli.StoreFolder)).Published();
    }
}

using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests.Targets;

/// <summary><c>--to car:-</c>: stdout carries the archive, and nothing else.</summary>
public sealed class StdoutTests
{
    private static readonly TestImage Image = new([TestImage.Layer("file"), TestImage.Content(3, 700_000)], "team/app:1");

    [Fact]
    public async Task The_archive_goes_to_stdout_and_the_names_to_stderr()
    {
        using var cli = new Cli();
        var published = (await cli.PublishAsync(Image.Save(), "--to", "car:" + cli["image.car"])).Published();
        var expected = await File.ReadAllBytesAsync(cli["image.car"], TestContext.Current.CancellationToken);

        await File.WriteAllBytesAsync(cli["image.tar"], Image.Save(), TestContext.Current.CancellationToken);
        var (car, error) = await RunAsync(cli["image.tar"], "--to", "car:-", "-q", "--store", cli["other"]);
        Assert.Equal(expected, car);
        Assert.Equal(published.Output, error);

        (car, error) = await RunAsync("export", published.Root.ToString(), "--to", "car:-", "--to", "car:" + cli["second.car"], "--store", cli.StoreFolder);
        Assert.Equal(expected, car);
        Assert.Equal(expected, await File.ReadAllBytesAsync(cli["second.car"], TestContext.Current.CancellationToken));
        Assert.Equal($"{published.Root}\n", error);
    }

    [Fact]
    public async Task Stdout_takes_one_archive()
    {
        using var cli = new Cli();
        await cli.PublishAsync(Image.Save());
        (await cli.RunAsync("export", cli.Store.Roots()[0].ToString(), "--to", "car:-", "--to", "car:-")).FailedWithHint(exit: 2);
    }

    [Fact]
    public async Task A_reader_that_goes_away_is_an_error()
    {
        using var cli = new Cli();
        var root = (await cli.PublishAsync(new TestImage([TestImage.Content(7, 30_000_000)], "large:1").Save(), "--level", "1")).Published().Root;
        using var process = PublisherProcess.Start("export", root.ToString(), "--to", "car:-", "--store", cli.StoreFolder);
        process.StandardOutput.Close();
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        new Outcome(process.ExitCode, "", error).FailedWithHint();
        Assert.Contains("stdout cannot be written", error, StringComparison.Ordinal);
    }

    private static async Task<(byte[] Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = PublisherProcess.Start(arguments);
        process.StandardInput.Close();
        using var output = new MemoryStream();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardOutput.BaseStream.CopyToAsync(output, TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await error);
        return (output.ToArray(), await error);
    }
}

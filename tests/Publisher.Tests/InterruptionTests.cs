using System.Diagnostics;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>Ctrl-C, and the SIGTERM by which a CI runner, Docker and systemd end a program.</summary>
public sealed class InterruptionTests
{
    private static readonly TestImage Image = new([TestImage.Content(1, 4 << 20), TestImage.Content(2, 4 << 20)], "app");

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_publish_that_waits_for_its_pipe_ends_at_once_and_leaves_nothing(string signal, int exit)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no signals");
        using var cli = new Cli();
        using var process = PublisherProcess.Start("--store", cli.StoreFolder);
        await process.StandardInput.BaseStream.WriteAsync(Image.Save().AsMemory(0, 6 << 20), TestContext.Current.CancellationToken);
        await process.StandardInput.BaseStream.FlushAsync(TestContext.Current.CancellationToken);
        // The pipe stays open: nothing but the signal ends the run.
        var outcome = await SignalAsync(process, signal);
        Stopped(exit, outcome);
        Assert.Empty(Left(cli));
        (await cli.PublishAsync(Image.Save())).Published();
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("INT", 130, "--compression", "zstd")]
    [InlineData("TERM", 143, "--compression", "zstd", "--level", "9")]
    public async Task A_publish_of_a_file_ends_between_two_blocks_and_leaves_nothing(string signal, int exit, params string[] options)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no signals");
        using var cli = new Cli();
        var archive = cli["archive.tar"];
        await File.WriteAllBytesAsync(archive, new TestImage([TestImage.Content(1, 150 << 20)], "app").Save(), TestContext.Current.CancellationToken);
        using var process = PublisherProcess.Start([archive, "--to", $"car:{cli["app.car"]}", "--to", $"dir:{cli["app"]}", "--store", cli.StoreFolder, .. options]);
        while (!process.HasExited && Left(cli).Count == 0)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        var outcome = await SignalAsync(process, signal);
        Stopped(exit, outcome);
        Assert.Empty(Left(cli));
        Assert.Equal([archive, cli.StoreFolder], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(archive)!).Order());
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_target_that_is_half_written_goes_and_the_root_stays(string signal, int exit)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no signals");
        using var cli = new Cli();
        var root = (await cli.PublishAsync(new TestImage([TestImage.Content(1, 100 << 20), TestImage.Content(2, 100 << 20)], "app").Save())).Published().Root;
        using var process = PublisherProcess.Start("export", root.ToString(), "--to", $"car:{cli["app.car"]}", "--store", cli.StoreFolder);
        while (!process.HasExited && !Directory.EnumerateFiles(Path.GetDirectoryName(cli.StoreFolder)!, "app.car.*").Any())
            await Task.Delay(5, TestContext.Current.CancellationToken);
        Stopped(exit, await SignalAsync(process, signal));
        Assert.Equal([cli.StoreFolder], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(cli.StoreFolder)!));
        (await cli.RunAsync("verify", root.ToString())).Succeeded();
    }

    private static async Task<Outcome> SignalAsync(Process process, string signal)
    {
        using (var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Outcome(process.ExitCode, await output, await error);
    }

    private static void Stopped(int exit, Outcome outcome)
    {
        Assert.True(exit == outcome.Exit, $"exit {outcome.Exit}: {outcome.Output} {outcome.Error}");
        Assert.Equal("", outcome.Output);
        Assert.EndsWith("image2ipfs: stopped; nothing is left half-written\n", outcome.Error, StringComparison.Ordinal);
    }

    /// <summary>What lies in the store of a publish that has not ended, or has not cleaned up.</summary>
    private static IReadOnlyList<string> Left(Cli cli)
    {
        var staging = Path.Combine(cli.StoreFolder, "staging");
        return Directory.Exists(staging) ? [.. Directory.EnumerateFileSystemEntries(staging)] : [];
    }
}

using System.Collections.Concurrent;
using System.Text;
using Image2Ipfs.Publisher.Output;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>What stands in a build's log while a publish runs.</summary>
public sealed class LogTests
{
    private const string Layer = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";

    [Fact]
    public async Task A_long_publish_has_a_line_for_a_layer_and_one_now_and_then()
    {
        using var error = new Log();
        var progress = new PublishProgress();
        var work = new TaskCompletionSource<int>();
        var watched = Watch(error, quiet: false, soonest: 20, latest: 60_000).WatchAsync(progress, work.Task);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.Empty(error.Lines);

        progress.BeginLayer($"{Layer}/layer.tar", 3_000_000);
        progress.Read(1_500_000);
        await UntilAsync(() => !error.Lines.IsEmpty);
        Assert.Matches(@"\Alayer 5f70bf18a086: 1\.5 of 3\.0 MB; 1\.5 MB read, 0\.0 MB written, \d+ s\z", error.Lines.First());
        // The same layer is not news, the next one is.
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.Single(error.Lines);
        progress.BeginLayer("blobs/sha256/" + Layer, 10);
        await UntilAsync(() => error.Lines.Count == 2);

        work.SetResult(7);
        Assert.Equal(7, await watched);
    }

    [Fact]
    public async Task A_layer_that_takes_long_shows_that_the_publish_lives()
    {
        using var error = new Log();
        var progress = new PublishProgress();
        var work = new TaskCompletionSource<int>();
        var watched = Watch(error, quiet: false, soonest: 10, latest: 30).WatchAsync(progress, work.Task);
        progress.BeginLayer("layer.tar", 100);
        await UntilAsync(() => error.Lines.Count > 3);
        work.SetResult(0);
        await watched;
    }

    [Fact]
    public async Task Quiet_says_nothing_however_long_it_takes()
    {
        using var error = new Log();
        var progress = new PublishProgress();
        progress.BeginLayer("layer.tar", 100);
        var work = new TaskCompletionSource<int>();
        var watched = Watch(error, quiet: true, soonest: 5, latest: 5).WatchAsync(progress, work.Task);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        work.SetResult(0);
        await watched;
        Assert.Empty(error.Lines);
    }

    [Fact]
    public async Task A_pipe_that_is_slow_is_seen_in_the_log_of_the_program()
    {
        using var cli = new Cli();
        var archive = new TestImage([TestImage.Content(1, 3 << 20)], "app").Save();
        using var process = PublisherProcess.Start("--store", cli.StoreFolder);
        await process.StandardInput.BaseStream.WriteAsync(archive.AsMemory(0, 2 << 20), TestContext.Current.CancellationToken);
        await process.StandardInput.BaseStream.FlushAsync(TestContext.Current.CancellationToken);
        var line = await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("layer ", line, StringComparison.Ordinal);
        Assert.Contains(" of 3.1 MB", line, StringComparison.Ordinal);
        await process.StandardInput.BaseStream.WriteAsync(archive.AsMemory(2 << 20), TestContext.Current.CancellationToken);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Single((await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain(await error, c => char.IsControl(c) && c != '\n');
    }

    /// <summary>Whether there are lines or bars is the process's stderr to say.</summary>
    private static Terminal Watch(TextWriter error, bool quiet, int soonest, int latest)
    {
        Assert.SkipUnless(Console.IsErrorRedirected, "stderr is a terminal here, which has bars");
        return new Terminal(TextWriter.Null, error, quiet, verbose: false, debug: false) { Pace = (TimeSpan.FromMilliseconds(soonest), TimeSpan.FromMilliseconds(latest)) };
    }

    private static async Task UntilAsync(Func<bool> happened)
    {
        while (!happened())
            await Task.Delay(10, TestContext.Current.CancellationToken);
    }

    /// <summary>Can be read while it is written.</summary>
    private sealed class Log : TextWriter
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value) => Lines.Enqueue(value ?? "");
    }
}

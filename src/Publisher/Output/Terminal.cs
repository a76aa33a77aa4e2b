using System.Diagnostics;
using Image2Ipfs.Publisher.Targets;
using Spectre.Console;

namespace Image2Ipfs.Publisher.Output;

/// <summary>
/// The console, which nothing else writes to. stdout carries the result only; everything for people goes to stderr,
/// and what moves only when stderr is a terminal.
/// </summary>
internal sealed class Terminal(TextWriter output, TextWriter error, bool quiet, bool verbose, bool debug)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);

    /// <summary>How far apart the lines of a log are: another layer is worth one after Soonest, the same one after Latest.</summary>
    public (TimeSpan Soonest, TimeSpan Latest) Pace { get; init; } = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));

    public void Result(string line) => output.WriteLine(line);

    public void Info(string line)
    {
        if (!quiet) error.WriteLine(line);
    }

    public void Info(IEnumerable<Delivery> deliveries)
    {
        foreach (var line in deliveries.SelectMany(d => d.Lines()))
            Info(line);
    }

    public void Verbose(string line)
    {
        if (verbose || debug) error.WriteLine(line);
    }

    public void Error(PublisherException e)
    {
        error.WriteLine($"image2ipfs: error: {e.Message}");
        if (e.Hint is not null)
            error.WriteLine($"hint: {e.Hint}");
        if (debug && e.InnerException is not null)
            error.WriteLine(e.InnerException);
    }

    public void Unexpected(Exception e)
    {
        error.WriteLine($"image2ipfs: error: {e.Message}");
        error.WriteLine(debug ? e.ToString() : "hint: --debug shows where it happened");
    }

    /// <summary>Shows how far the work is while it runs: bars on a terminal, else lines in a log.</summary>
    public async Task<T> WatchAsync<T>(PublishProgress progress, Task<T> work)
    {
        if (quiet)
            return await work.ConfigureAwait(false);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        await (Moves(console) ? ShowAsync(console, progress, work) : LogAsync(progress, work)).ConfigureAwait(false);
        return await work.ConfigureAwait(false);
    }

    /// <summary>Spectre knows terminals that cannot, and some CI servers; the others say CI, as nearly all do.</summary>
    private static bool Moves(IAnsiConsole console) =>
        !Console.IsErrorRedirected && console.Profile.Capabilities is { Ansi: true, Interactive: true } && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI"));

    private static async Task ShowAsync(IAnsiConsole console, PublishProgress progress, Task work) =>
        await console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn())
            .StartAsync(async bars =>
            {
                ProgressTask? bar = null;
                PublishProgress.Stage? shown = null;
                while (!work.IsCompleted)
                {
                    if (progress.Current is { } stage)
                    {
                        if (stage != shown)
                        {
                            bar?.Value(bar.MaxValue).StopTask();
                            bar = bars.AddTask(Markup.Escape(Printable.Text(stage.Name)), maxValue: Math.Max(stage.Size, 1));
                            shown = stage;
                        }
                        bar!.Value = Math.Min(stage.Done(), bar.MaxValue);
                    }
                    await Task.WhenAny(work, Task.Delay(Refresh)).ConfigureAwait(false);
                }
                bar?.Value(bar.MaxValue).StopTask();
            }).ConfigureAwait(false);

    /// <summary>A line for every layer and target that takes its time, and now and then one that says that the work goes on: a build's log needs no more.</summary>
    private async Task LogAsync(PublishProgress progress, Task work)
    {
        var watch = Stopwatch.StartNew();
        var last = TimeSpan.Zero;
        PublishProgress.Stage? said = null;
        while (await Task.WhenAny(work, Task.Delay(Pace.Soonest / 5)).ConfigureAwait(false) != work)
        {
            var silent = watch.Elapsed - last;
            if (progress.Current is not { } stage || silent < (stage == said ? Pace.Latest : Pace.Soonest))
                continue;
            error.WriteLine($"{Printable.Text(stage.Name)}: {Mb(Math.Min(stage.Done(), stage.Size))} of {Mb(stage.Size)} MB; {Mb(progress.BytesRead)} MB read, {Mb(progress.BytesWritten)} MB written, {watch.Elapsed.TotalSeconds:F0} s");
            (said, last) = (stage, watch.Elapsed);
        }
    }

    private static string Mb(long bytes) => $"{bytes / 1e6:F1}";
}

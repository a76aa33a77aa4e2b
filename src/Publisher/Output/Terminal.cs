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

    /// <summary>Shows how far the work is while it runs: bytes, speed, and the layer or the target at hand.</summary>
    public async Task<T> WatchAsync<T>(PublishProgress progress, Task<T> work)
    {
        if (quiet || Console.IsErrorRedirected)
            return await work.ConfigureAwait(false);

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
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
        return await work.ConfigureAwait(false);
    }
}

using Image2Ipfs.Publisher.Archive;
using Image2Ipfs.Publisher.Images;
using Image2Ipfs.Publisher.Output;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Commands;

/// <summary><c>image2ipfs [publish]</c>: reads the input that it is given and prints the pull names.</summary>
internal static class PublishCommand
{
    /// <param name="input">A file or a folder, <c>-</c> or null for stdin.</param>
    public static async Task RunAsync(string? input, LocalStore store, PublishOptions options, PullName pullName, bool json, Terminal terminal, CancellationToken cancel)
    {
        var progress = new PublishProgress();
        using var archive = Open(input, cancel);
        terminal.Verbose($"reading {(input is null or "-" ? "stdin" : input)}, store {store.Folder}");
        // The pass is blocking reads and hashing: it has a thread of its own.
        var work = Task.Run(() => new Publish(store, options, progress).RunAsync(archive, cancel), cancel);
        var result = await terminal.WatchAsync(progress, work).ConfigureAwait(false);

        terminal.Info($"{result.Root}: {progress.BytesRead} bytes of layers, {progress.BytesWritten} written, {result.Added.Sum(b => b.Size)} new in the store{(options.NoAdd ? " (nothing added)" : "")}");
        foreach (var (name, tag, manifest) in result.Images.Select(i => i.Tagged))
        {
            if (manifest is SourceIndex index && index.Absent().ToList() is { Count: > 0 } absent)
                terminal.Info($"{name}:{tag} is without {Printable.Text(string.Join(", ", absent))}: the input names it and does not have it");
        }
        foreach (var blob in result.Added)
            terminal.Verbose($"added {blob.Digest}, {blob.Size} bytes");
        terminal.Info(result.Deliveries);
        if (json)
            terminal.Result(Json.Of(result, pullName));
        else
            foreach (var image in result.Images)
            {
                if (image.Tagged.Tag is { } tag)
                    terminal.Result(pullName.Of(result.Root, image.Tagged.Name, tag));
            }
    }

    private static IInput Open(string? input, CancellationToken stop) => input is not (null or "-") && Directory.Exists(input)
        ? new FolderInput(input)
        : new ArchiveInput(InputFile.Open(
            input, "pipe 'docker save IMAGE' into it, or name a file", "name an archive that 'docker save' wrote, or pipe one into image2ipfs", stop));
}

using Image2Ipfs.Publisher.Archive;
using Image2Ipfs.Publisher.Output;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Commands;

/// <summary><c>image2ipfs import</c>: takes the roots of a CAR into the store and prints what can be pulled of them.</summary>
internal static class ImportCommand
{
    private const string Hint = "a CAR comes from 'image2ipfs --to car:FILE', 'ipfs dag export ROOT' or a gateway's ?format=car; get it again";

    /// <param name="input">A file, or <c>-</c> for stdin.</param>
    /// <exception cref="PublisherException">The CAR cannot be taken; the store is as it was.</exception>
    public static async Task RunAsync(string input, LocalStore store, PullName pullName, bool json, Terminal terminal, CancellationToken cancel)
    {
        using var archive = InputFile.Open(input, "name a file, or pipe a CAR into it", "name a CAR, or - for stdin", cancel);
        var progress = new PublishProgress();
        progress.BeginLayer(Path.GetFileName(input), archive.CanSeek ? archive.Length : 1);
        // It is blocking reads and hashing: it has a thread of its own.
        var imported = await terminal.WatchAsync(progress, Task.Run(() => Import(archive, store, progress, cancel), cancel)).ConfigureAwait(false);

        var roots = new List<(Ipfs.Cid Root, IReadOnlyList<string> PullNames)>();
        foreach (var root in imported)
        {
            terminal.Info(root.WasThere ? $"{root.Root}: already in the store" : $"{root.Root}: {root.Added.Sum(b => b.Size)} bytes new in the store");
            if (store.Open(root.Root) is { } stored)
                roots.Add((root.Root, StoreCommands.PullNames(stored, pullName)));
        }
        if (json)
            terminal.Result(Json.Of(roots));
        else
            foreach (var line in roots.SelectMany(r => StoreCommands.Lines(r.Root, r.PullNames)))
                terminal.Result(line);
    }

    private static IReadOnlyList<ImportedRoot> Import(Stream archive, LocalStore store, PublishProgress progress, CancellationToken cancel)
    {
        var file = archive is FileStream { CanSeek: true } seekable ? seekable.SafeFileHandle : null;
        try
        {
            var imported = CarImport.Run(store, new BufferedInput(archive), file, progress.Read, cancel);
            // Or who writes into the pipe would take what was not wanted for a failure.
            if (file is null)
                archive.CopyTo(Stream.Null);
            return imported;
        }
        catch (InvalidDataException e)
        {
            throw new PublisherException($"the CAR cannot be taken: {Printable.Text(e.Message)}", Hint, e);
        }
    }
}

using Image2Ipfs.Publisher.Output;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Commands;

/// <summary><c>image2ipfs [publish]</c>: reads the input that it is given and prints the pull names.</summary>
internal static class PublishCommand
{
    /// <param name="input">A file, <c>-</c> or null for stdin.</param>
    public static async Task RunAsync(string? input, LocalStore store, PublishOptions options, PullName pullName, bool json, Terminal terminal, CancellationToken cancel)
    {
        var progress = new PublishProgress();
        using var archive = Open(input, cancel);
        terminal.Verbose($"reading {(input is null or "-" ? "stdin" : input)}, store {store.Folder}");
        // The pass is blocking reads and hashing: it has a thread of its own.
        var work = Task.Run(() => new Publish(store, options, progress).RunAsync(archive, cancel), cancel);
        var result = await terminal.WatchAsync(progress, work).ConfigureAwait(false);

        terminal.Info($"{result.Root}: {progress.BytesRead} bytes of layers, {progress.BytesWritten} compressed, {result.Added.Sum(b => b.Size)} new in the store{(options.NoAdd ? " (nothing added)" : "")}");
        foreach (var blob in result.Added)
            terminal.Verbose($"added {blob.Digest}, {blob.Size} bytes");
        if (json)
            terminal.Result(Json.Of(result, pullName));
        else
            foreach (var image in result.Images)
                terminal.Result(pullName.Of(result.Root, image.Tagged.Name, image.Tagged.Tag));
    }

    private static Stream Open(string? input, CancellationToken stop)
    {
        if (input is null or "-")
            return Console.IsInputRedirected && !StandardInputIsClosed()
                ? StoppableInput.Open(Console.OpenStandardInput(), stop)
                : throw new UsageException("there is no input: pipe 'docker save IMAGE' into it, or name a file");
        if (Directory.Exists(input))
            throw new PublisherException($"{input} is a folder; OCI layout folders cannot be read yet", "'skopeo copy oci:FOLDER docker-archive:FILE' writes an archive that can");
        try
        {
            var file = new FileStream(input, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
            return file.CanSeek ? file : StoppableInput.Open(file, stop);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PublisherException($"{input} cannot be read: {e.Message}", "name an archive that 'docker save' wrote, or pipe one into image2ipfs", e);
        }
    }

    /// <summary>
    /// Started with a closed stdin (<c>&lt;&amp;-</c>), the runtime has files and pipes of its own under that number, and would
    /// read from them. Unlike what a program is started with, they are closed on exec.
    /// </summary>
    private static bool StandardInputIsClosed()
    {
        const string Flags = "/proc/self/fdinfo/0";
        const int CloseOnExec = 0x80000; // O_CLOEXEC, on x86 and arm
        return File.Exists(Flags)
            && File.ReadLines(Flags).FirstOrDefault(line => line.StartsWith("flags:", StringComparison.Ordinal)) is { } flags
            && (Convert.ToInt32(flags["flags:".Length..].Trim(), fromBase: 8) & CloseOnExec) != 0;
    }
}

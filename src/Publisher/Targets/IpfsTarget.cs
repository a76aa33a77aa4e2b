using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Publisher.Targets.Kubo;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Targets;

/// <summary>
/// The program <c>ipfs</c> in PATH, with or without a daemon. It imports a CAR where it knows how to; an older one adds a
/// folder, as the first image2ipfs had it do. Either way the CID that it prints has to be ours.
/// </summary>
internal sealed class IpfsTarget : ITarget
{
    private const string Program = "ipfs";

    /// <summary>The end of a long complaint says most.</summary>
    private const int MaxComplaint = 400;

    public string Name => Program;

    public async Task<Delivery> SendAsync(StoredRoot root, PublishProgress progress, CancellationToken cancel)
    {
        try
        {
            if (await KnowsImportAsync(cancel).ConfigureAwait(false))
                return new Delivery(Name) { Bytes = await ImportAsync(root, progress, cancel).ConfigureAwait(false) };
            await AddAsync(root, progress, cancel).ConfigureAwait(false);
            return new Delivery(Name);
        }
        catch (KuboFault fault)
        {
            throw Failed(root, fault.Message, fault);
        }
    }

    private static async Task<bool> KnowsImportAsync(CancellationToken cancel)
    {
        var (exit, output, _) = await RunAsync(["commands"], null, cancel).ConfigureAwait(false);
        return exit == 0 && output.Split('\n').Any(line => line.Trim() == "ipfs dag import");
    }

    /// <returns>The bytes that it was given.</returns>
    private async Task<long> ImportAsync(StoredRoot root, PublishProgress progress, CancellationToken cancel)
    {
        progress.BeginSending(Name, CarTarget.Length(root));
        long sent = 0;
        var (exit, output, error) = await RunAsync(["dag", "import", "--pin-roots=true", "--enc=json"], stdin => sent = CarTarget.Write(root, stdin, progress, cancel), cancel).ConfigureAwait(false);
        if (exit != 0)
            throw Failed(root, $"'ipfs dag import' ended with exit code {exit}: {Complaint(error)}");
        ImportAnswer.Check(ImportAnswer.Parse(Encoding.UTF8.GetBytes(output)), root.Cid);
        return sent;
    }

    private async Task AddAsync(StoredRoot root, PublishProgress progress, CancellationToken cancel)
    {
        var temporary = Directory.CreateTempSubdirectory("image2ipfs-");
        try
        {
            var folder = Path.Combine(temporary.FullName, "root");
            await new FolderTarget(folder).SendAsync(root, progress, cancel).ConfigureAwait(false);
            // What a configuration may have changed. A width of file nodes that is not its default, no old one can be told.
            var profile = root.Profile;
            string[] options = [$"--cid-version={profile.CidVersion}", $"--raw-leaves={(profile.RawLeaves ? "true" : "false")}", $"--chunker=size-{profile.ChunkSize}"];
            var (exit, output, error) = await RunAsync(["add", "-r", "-Q", .. options, folder], null, cancel).ConfigureAwait(false);
            if (exit != 0)
                throw Failed(root, $"'ipfs add' ended with exit code {exit}: {Complaint(error)}");
            var said = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";
            if (!Cid.TryParse(said, out var added) || !added.NamesSameAs(root.Cid))
                throw Failed(root, $"'ipfs add' made {(said.Length == 0 ? "nothing" : Printable.Text(said))} of it, not {root.Cid}");
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    /// <param name="arguments">The command line.</param>
    /// <param name="write">Writes its stdin.</param>
    /// <param name="cancel">Ends it.</param>
    private static async Task<(int Exit, string Output, string Error)> RunAsync(IEnumerable<string> arguments, Action<Stream>? write, CancellationToken cancel)
    {
        using var process = Start(arguments);
        // Also when it has stopped reading: a write that waits for it would not hear of it else.
        await using var stop = cancel.Register(() => process.Kill(entireProcessTree: true)).ConfigureAwait(false);
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var error = process.StandardError.ReadToEndAsync(cancel);
        try
        {
            write?.Invoke(process.StandardInput.BaseStream);
            process.StandardInput.Close();
        }
        catch (IOException) when (!cancel.IsCancellationRequested)
        {
            // It has ended, or wants no more: what it says is worth more than that.
        }
        catch
        {
            // Half an archive is not what it should take for the whole.
            process.Kill(entireProcessTree: true);
            throw;
        }
        await process.WaitForExitAsync(cancel).ConfigureAwait(false);
        return (process.ExitCode, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
    }

    private static Process Start(IEnumerable<string> arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception e)
        {
            throw new PublisherException(
                $"the program 'ipfs' cannot be run: {e.Message}", "install Kubo, or send the image to a node (--to kubo) or into a file (--to car:FILE); the store has it", e);
        }
    }

    private PublisherException Failed(StoredRoot root, string message, Exception? inner = null) =>
        new($"the program 'ipfs' failed: {message}", $"the store has the image, and 'image2ipfs export {root.Cid} --to {Name}' sends it again", inner);

    private static string Complaint(string error)
    {
        var lines = string.Join(" / ", error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return lines.Length == 0 ? "it says nothing" : Printable.Text(lines.Length > MaxComplaint ? lines[^MaxComplaint..] : lines, MaxComplaint);
    }
}

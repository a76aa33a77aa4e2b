using Image2Ipfs.Ipfs;
using Image2Ipfs.Store;
using Microsoft.Win32.SafeHandles;

namespace Image2Ipfs.Publisher.Targets;

/// <summary>A CARv1 with every block, depth first, each once: what <c>ipfs dag import</c> takes.</summary>
/// <param name="file">Its path; <c>-</c> is stdout, which then carries nothing else.</param>
internal sealed class CarTarget(string file) : ITarget
{
    private const int BufferSize = 1024 * 1024;

    public string Name => IsStdout ? "stdout" : file;

    public bool IsStdout => file == "-";

    public Task<Delivery> SendAsync(StoredRoot root, PublishProgress progress, CancellationToken cancel)
    {
        progress.BeginSending(Path.GetFileName(Name), Length(root));
        if (IsStdout)
            WriteStdout(root, progress, cancel);
        else
            WriteFile(root, progress, cancel);
        return Task.FromResult(new Delivery($"car:{file}"));
    }

    /// <summary>Writes the archive, block by block.</summary>
    /// <returns>Its length in bytes.</returns>
    /// <exception cref="InvalidDataException">The store is damaged; what was written is no whole archive.</exception>
    public static long Write(StoredRoot root, Stream to, PublishProgress progress, CancellationToken cancel)
    {
        var header = Car.Header(root.Cid);
        to.Write(header);
        long written = header.Length;
        foreach (var block in root.VerifiedBlocks())
        {
            cancel.ThrowIfCancellationRequested();
            Car.WriteSection(to, block);
            progress.Sent(block.Bytes.Length);
            written += Car.SectionLength(block.Cid, block.Bytes.Length);
        }
        return written;
    }

    /// <summary>Nearly: the envelopes of leaves are not counted.</summary>
    public static long Length(StoredRoot root) => root.Places().Sum(p => Car.SectionLength(p.Cid, p.Length));

    private static void WriteStdout(StoredRoot root, PublishProgress progress, CancellationToken cancel)
    {
        using var stdout = new BufferedStream(OpenStdout(), BufferSize);
        Write(root, stdout, progress, cancel);
    }

    /// <summary>
    /// The console's stream takes a pipe that nobody reads any more for one that takes all, and a file stream leaves the
    /// position of a file where it was, for the next program to write over.
    /// </summary>
    private static Stream OpenStdout()
    {
        if (!OperatingSystem.IsWindows())
        {
            var stdout = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            if (!stdout.CanSeek)
                return stdout;
        }
        return Console.OpenStandardOutput();
    }

    private void WriteFile(StoredRoot root, PublishProgress progress, CancellationToken cancel)
    {
        var partial = $"{file}.{Path.GetRandomFileName()}.partial";
        try
        {
            using (var car = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize))
            {
                Write(root, car, progress, cancel);
                car.Flush(flushToDisk: true);
            }
            File.Move(partial, file, overwrite: true);
        }
        finally
        {
            // Without a question first, it would throw where the folder is not there either.
            if (File.Exists(partial))
                File.Delete(partial);
        }
    }
}

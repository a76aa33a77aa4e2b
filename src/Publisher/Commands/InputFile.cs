namespace Image2Ipfs.Publisher.Commands;

/// <summary>What a command reads: a file, or stdin. Once the program is to stop, no read of a pipe is waited for.</summary>
internal static class InputFile
{
    /// <param name="path">A file; <c>-</c> or null for stdin.</param>
    /// <param name="none">What the person is told where there is no stdin.</param>
    /// <param name="hint">What the person is told to do where the file cannot be read.</param>
    /// <param name="stop">Stops reads of a pipe.</param>
    /// <exception cref="UsageException">There is nothing to read.</exception>
    /// <exception cref="PublisherException">The file cannot be read.</exception>
    public static Stream Open(string? path, string none, string hint, CancellationToken stop)
    {
        if (path is null or "-")
            return Console.IsInputRedirected && !StandardInputIsClosed()
                ? StoppableInput.Open(Console.OpenStandardInput(), stop)
                : throw new UsageException($"there is no input: {none}");
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
            return file.CanSeek ? file : StoppableInput.Open(file, stop);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PublisherException($"{path} cannot be read: {e.Message}", hint, e);
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

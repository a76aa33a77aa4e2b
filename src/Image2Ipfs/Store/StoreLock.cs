namespace Image2Ipfs.Store;

/// <summary>
/// A file that one process at a time has open; the system lets go of it when the process ends, however it ends.
/// </summary>
public static class StoreLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>What an open says when another one has the file: EAGAIN of Linux and of macOS, ERROR_SHARING_VIOLATION.</summary>
    private static readonly int[] Taken = [11, 35, unchecked((int)0x80070020)];

    /// <summary>Waits until nobody else has it. It is held for moments only: while files are renamed or unlinked.</summary>
    public static FileStream Acquire(string file)
    {
        while (true)
        {
            if (TryAcquire(file) is { } held)
                return held;
            Thread.Sleep(Pause);
        }
    }

    public static FileStream? TryAcquire(string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException e) when (Taken.Contains(e.HResult))
        {
            return null;
        }
    }
}

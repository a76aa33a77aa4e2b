using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Microsoft.Win32.SafeHandles;

namespace Image2Ipfs.Gateway.Cache;

/// <summary>A file that a blob is fetched into. It is kept under what it was checked against, or it goes.</summary>
internal sealed class PartialFile(DiskCache cache, string path, SafeFileHandle file)
{
    /// <summary>Whoever reads and writes it disposes it.</summary>
    public SafeFileHandle File { get; } = file;

    /// <param name="hasPlainLeaves">Whether the blocks of the DAG can be made again from its content.</param>
    public void Keep(Cid cid, long size, bool hasPlainLeaves) => Keep(DiskCache.BlobName(cid, hasPlainLeaves), size);

    public void Keep(Digest digest, long size) => Keep(DiskCache.BlobName(digest), size);

    public void Drop() => DiskCache.Give(path);

    private void Keep(string name, long size)
    {
        if (size > cache.MaxBytes)
        {
            Drop();
            return;
        }
        try
        {
            // An upstream may have sent more, before another one was right.
            if (RandomAccess.GetLength(File) > size)
                RandomAccess.SetLength(File, size);
            // Before it has its name: after a power cut, a name stands for all of its bytes.
            RandomAccess.FlushToDisk(File);
            cache.Keep(path, name, size);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Drop();
        }
    }
}

using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Microsoft.Win32.SafeHandles;

namespace Image2Ipfs.Gateway.Find;

/// <summary>Layers and configurations: open files of the store, so that one removed while it is sent still arrives.</summary>
internal sealed class Blobs(LocalStore store)
{
    /// <param name="digest">The blob.</param>
    /// <param name="size">Its length in bytes, as the root has it.</param>
    /// <returns>The open file, which the caller disposes, or null where the store has lost it.</returns>
    /// <exception cref="InvalidDataException">It has another length: a client would take a part for the whole.</exception>
    public SafeFileHandle? Open(Digest digest, long size)
    {
        SafeFileHandle content;
        try
        {
            content = File.OpenHandle(store.BlobFile(digest), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        var length = RandomAccess.GetLength(content);
        if (length == size)
            return content;
        content.Dispose();
        throw new InvalidDataException($"blob {digest} is damaged: it has {length} bytes instead of {size}");
    }
}

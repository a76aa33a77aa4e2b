using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Gateway.Find;

/// <summary>Layers and configurations: open files of the store, so that one removed while it is sent still arrives.</summary>
internal sealed class Blobs(LocalStore store)
{
    /// <param name="digest">The blob.</param>
    /// <param name="size">Its length in bytes, as the root has it.</param>
    /// <returns>The open file, which the caller disposes, or null where the store has lost it.</returns>
    /// <exception cref="InvalidDataException">It has another length: a client would take a part for the whole.</exception>
    public FileStream? Open(Digest digest, long size)
    {
        FileStream content;
        try
        {
            content = new FileStream(store.BlobFile(digest), new FileStreamOptions
            {
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                BufferSize = 0,
            });
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        if (content.Length == size)
            return content;
        var length = content.Length;
        content.Dispose();
        throw new InvalidDataException($"blob {digest} is damaged: it has {length} bytes instead of {size}");
    }
}

using System.Security.Cryptography;
using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Ipfs;
using Microsoft.Win32.SafeHandles;

namespace Image2Ipfs.Gateway.FrontDoor;

/// <summary>What the store holds. A block is read from its file and checked when it is asked for; nothing is kept in memory but where it lies.</summary>
internal sealed class StoreHeld(StoreIndex index) : IHeld
{
    public ReadOnlyMemory<byte>? Block(Cid cid)
    {
        if (cid.IsIdentity)
            return cid.Hash.ToArray();
        if (!index.TryFind(cid, out var slice))
            return null;
        using var file = Open(slice.File) ?? OpenAgain(cid, out slice);
        if (file is null)
            return null;
        var (head, tail) = slice.Envelope is { } type ? FileDag.LeafEnvelope(slice.Length, type) : ([], []);
        var block = new byte[head.Length + slice.Length + tail.Length];
        head.CopyTo(block, 0);
        tail.CopyTo(block, head.Length + slice.Length);
        Read(file, block.AsSpan(head.Length, slice.Length), slice.Offset);
        if (cid.Matches(block))
        {
            PullCost.Current?.From(Origin.Store);
            return block;
        }
        // The index keeps a part of each hash. Another block of the same part is no damage, and anybody can make up its name.
        return StoreIndex.Key(SHA256.HashData(block)) == StoreIndex.Key(cid.Hash)
            ? null
            : throw new InvalidDataException($"{slice.File} is damaged: it does not hold block {cid}");
    }

    public SafeFileHandle? OpenFile(Cid cid, out long size)
    {
        if (!index.TryFindFile(cid, out var path, out size) || Open(path) is not { } file)
            return null;
        var length = RandomAccess.GetLength(file);
        if (length == size)
        {
            PullCost.Current?.From(Origin.Store);
            return file;
        }
        file.Dispose();
        throw new InvalidDataException($"{path} is damaged: it has {length} bytes instead of {size}");
    }

    /// <summary>A root that was removed a moment ago may have been the one to which the index points, and another may have the block too.</summary>
    private SafeFileHandle? OpenAgain(Cid cid, out StoreIndex.Slice slice)
    {
        index.Doubt();
        return index.TryFind(cid, out slice) ? Open(slice.File) : null;
    }

    private static void Read(SafeFileHandle file, Span<byte> to, long offset)
    {
        for (var filled = 0; filled < to.Length;)
        {
            var read = RandomAccess.Read(file, to[filled..], offset + filled);
            if (read == 0)
                return; // the hash will tell
            filled += read;
        }
    }

    /// <returns>Null where a publisher has removed it since.</returns>
    private static SafeFileHandle? Open(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}

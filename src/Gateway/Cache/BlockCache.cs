using Image2Ipfs.Ipfs;
using Microsoft.Extensions.Caching.Memory;

namespace Image2Ipfs.Gateway.Cache;

/// <summary>Directories, inner nodes and small files that came from upstreams: in memory, and behind it on disk. All are verified.</summary>
internal sealed class BlockCache(IMemoryCache memory, DiskCache disk)
{
    private const int Overhead = 200;

    /// <summary>Inner nodes have some KiB. Contents would take all the memory that directories and manifests are to have.</summary>
    private const int MaxNode = 64 * 1024;

    public ReadOnlyMemory<byte>? Get(Cid cid)
    {
        var key = (typeof(BlockCache), cid.ToV1());
        if (memory.TryGetValue(key, out byte[]? block))
            return block;
        if (cid.IsIdentity)
            return cid.Hash.ToArray();
        if (!disk.TryReadBlock(cid, out block))
            return null;
        Remember(key, block);
        return block;
    }

    public void Put(Block block)
    {
        Remember((typeof(BlockCache), block.Cid.ToV1()), block.Bytes.ToArray());
        disk.WriteBlock(block);
    }

    /// <summary>A block of a file's DAG; one with contents is on disk alone.</summary>
    public ReadOnlyMemory<byte>? GetContent(Cid cid)
    {
        if (memory.TryGetValue((typeof(BlockCache), cid.ToV1()), out byte[]? block) || disk.TryReadBlock(cid, out block))
            return block;
        return null; // not in one expression with the other: there it would be an empty block
    }

    /// <summary>Keeps a block of a file's DAG: one with contents on disk alone.</summary>
    public void PutContent(Block block)
    {
        if (block.Bytes.Length <= MaxNode)
            Put(block);
        else
            disk.WriteBlock(block);
    }

    private void Remember(object key, byte[] block) => memory.Set(key, block, new MemoryCacheEntryOptions { Size = block.Length + Overhead });
}

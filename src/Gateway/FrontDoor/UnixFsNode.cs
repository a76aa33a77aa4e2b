using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.FrontDoor;

/// <summary>A dag-pb block, read.</summary>
internal sealed record UnixFsNode(Cid Cid, IReadOnlyList<DagLink> Links, UnixFsData Data)
{
    /// <summary>No file has more bytes; sums below it do not overflow.</summary>
    private const ulong MaxSize = 1UL << 60;

    public bool IsDirectory => Data.Type is UnixFsType.Directory or UnixFsType.HamtShard;

    public bool IsFile => Data.Type is UnixFsType.File or UnixFsType.Raw;

    /// <exception cref="NotHeldException">It is a block of another kind, which upstreams may know how to read.</exception>
    /// <exception cref="InvalidDataException">It is broken.</exception>
    public static UnixFsNode Decode(Cid cid, ReadOnlyMemory<byte> block)
    {
        if (cid.Codec != Cid.DagPb)
            throw new NotHeldException(cid);
        var node = DagPbNode.Decode(block);
        return new UnixFsNode(cid, node.Links, UnixFsData.Decode(node.Data));
    }

    /// <summary>The content bytes of the file below this node.</summary>
    /// <exception cref="InvalidDataException">It is no file, or its sizes do not tell.</exception>
    public long FileSize()
    {
        if (!IsFile || Data.BlockSizes.Count != Links.Count || Links.Any(link => link.Name.Length > 0))
            throw new InvalidDataException($"{Cid} is no file, or has a link without a size or with a name");
        var size = (ulong)Data.Data.Length;
        foreach (var part in Data.BlockSizes)
        {
            if (part > MaxSize || (size += part) > MaxSize)
                throw new InvalidDataException($"{Cid} is larger than any file");
        }
        return (long)size;
    }
}

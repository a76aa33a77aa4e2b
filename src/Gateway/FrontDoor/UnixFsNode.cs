using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.FrontDoor;

/// <summary>A dag-pb block, read.</summary>
internal sealed record UnixFsNode(Cid Cid, IReadOnlyList<DagLink> Links, UnixFsData Data)
{
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
    public long FileSize() => UnixFsFile.ContentSize(Cid, Links, Data);
}

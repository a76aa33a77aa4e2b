using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>A block of a file: content of its own, then its children with the bytes below each.</summary>
internal readonly record struct FileNode(ReadOnlyMemory<byte> Content, IReadOnlyList<(Cid Cid, long Length)> Children)
{
    /// <summary>The bytes of the file that it stands for.</summary>
    public long Size => Content.Length + Children.Sum(c => c.Length);

    /// <exception cref="InvalidDataException">It is no block of a file that a reader may accept.</exception>
    public static FileNode Of(Block block)
    {
        if (block.Cid.Codec == Cid.Raw)
            return new FileNode(block.Bytes, []);
        if (block.Cid.Codec != Cid.DagPb)
            throw new InvalidDataException($"{block.Cid} is no block of a file");
        var node = DagPbNode.Decode(block.Bytes);
        var data = UnixFsData.Decode(node.Data);
        if (data.Type is not (UnixFsType.File or UnixFsType.Raw))
            throw new InvalidDataException($"{block.Cid} is not a file");
        if (data.BlockSizes.Count != node.Links.Count || node.Links.Any(link => link.Name.Length > 0))
            throw new InvalidDataException($"{block.Cid} has a link without a size, or with a name");
        var children = new (Cid, long)[node.Links.Count];
        var left = long.MaxValue - data.Data.Length;
        for (var i = 0; i < children.Length; i++)
        {
            // A child of no bytes could stand at one place again and again.
            if (data.BlockSizes[i] == 0 || data.BlockSizes[i] > (ulong)left)
                throw new InvalidDataException($"{block.Cid} has an empty child, or is larger than any file");
            left -= (long)data.BlockSizes[i];
            children[i] = (node.Links[i].Cid, (long)data.BlockSizes[i]);
        }
        var whole = new FileNode(data.Data, children);
        if (data.FileSize is { } said && said != (ulong)whole.Size)
            throw new InvalidDataException($"{block.Cid} has another size than its parts");
        return whole;
    }
}

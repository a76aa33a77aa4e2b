namespace Image2Ipfs.Ipfs;

/// <summary>Small files whose blocks, leaves included, lie in memory.</summary>
public static class UnixFsFile
{
    private const int MaxOverhead = 1024 * 1024;

    /// <summary>No file has more bytes; sums below it do not overflow.</summary>
    private const ulong MaxSize = 1UL << 60;

    /// <summary>The file's blocks, its leaves too.</summary>
    /// <param name="profile">Decides the CIDs.</param>
    /// <param name="content">The file's bytes.</param>
    /// <param name="onBlock">Takes every block, children before parents.</param>
    public static DagLink Build(CidProfile profile, ReadOnlyMemory<byte> content, Action<Block> onBlock)
    {
        for (var offset = 0; offset == 0 || offset < content.Length; offset += profile.ChunkSize)
        {
            var leaf = FileDag.Leaf(profile, content.Slice(offset, Math.Min(profile.ChunkSize, content.Length - offset)));
            onBlock(new Block(LeafCid(profile, leaf), leaf));
        }
        using var dag = new FileDag(profile, onBlock);
        dag.Append(content.Span);
        return dag.Finish();
    }

    internal static Cid LeafCid(CidProfile profile, ReadOnlySpan<byte> leaf) =>
        profile.RawLeaves ? Cid.V1(Cid.Raw, System.Security.Cryptography.SHA256.HashData(leaf)) : profile.NodeCid(leaf);

    /// <summary>The content bytes of the file below a node.</summary>
    /// <exception cref="InvalidDataException">It is no file, or its sizes do not tell.</exception>
    public static long ContentSize(Cid cid, IReadOnlyList<DagLink> links, UnixFsData data)
    {
        if (data.Type is not (UnixFsType.File or UnixFsType.Raw) || data.BlockSizes.Count != links.Count || links.Any(link => link.Name.Length > 0))
            throw new InvalidDataException($"{cid} is no file, or has a link without a size or with a name");
        var size = (ulong)data.Data.Length;
        foreach (var part in data.BlockSizes)
        {
            if (part > MaxSize || (size += part) > MaxSize)
                throw new InvalidDataException($"{cid} is larger than any file");
        }
        return (long)size;
    }

    /// <summary>The content bytes of the file of which this is the first block.</summary>
    /// <exception cref="InvalidDataException">It is no file, or its sizes do not tell.</exception>
    internal static long ContentSize(Cid cid, ReadOnlyMemory<byte> block)
    {
        if (cid.Codec == Cid.Raw)
            return block.Length;
        var node = DagPbNode.Decode(block);
        return ContentSize(cid, node.Links, UnixFsData.Decode(node.Data));
    }

    /// <summary>The file's bytes.</summary>
    /// <param name="file">The CID of a file's root.</param>
    /// <param name="getBlock">Gives a block of the DAG, already checked against its CID.</param>
    /// <param name="maxBytes">A longer file is refused.</param>
    /// <exception cref="InvalidDataException">It is no file, a broken or a longer one.</exception>
    public static byte[] Read(Cid file, Func<Cid, ReadOnlyMemory<byte>> getBlock, int maxBytes)
    {
        using var content = new MemoryStream();
        long blockBytes = 0;
        Append(file, depth: 0);
        return content.ToArray();

        void Append(Cid cid, int depth)
        {
            if (depth > 32)
                throw new InvalidDataException($"{file} is nested too deep");
            var block = getBlock(cid);
            // Envelopes and links are little beside content. Where they are not, nodes link to one another again and again.
            if ((blockBytes += block.Length) > 2L * maxBytes + MaxOverhead)
                throw new InvalidDataException($"{file} has too many blocks");
            if (cid.Codec == Cid.Raw)
            {
                Write(block);
                return;
            }
            var node = DagPbNode.Decode(block);
            var data = UnixFsData.Decode(node.Data);
            if (data.Type is not (UnixFsType.File or UnixFsType.Raw))
                throw new InvalidDataException($"{file} is not a file");
            if (data.BlockSizes.Count != node.Links.Count || node.Links.Any(link => link.Name.Length > 0))
                throw new InvalidDataException($"{file} has a link without a size, or with a name");
            Write(data.Data);
            foreach (var link in node.Links)
                Append(link.Cid, depth + 1);
        }

        void Write(ReadOnlyMemory<byte> part)
        {
            if (content.Length + part.Length > maxBytes)
                throw new InvalidDataException($"{file} is longer than {maxBytes} bytes");
            content.Write(part.Span);
        }
    }
}

using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>How a gateway walks what it has: down a path, and over the pieces of a file.</summary>
internal sealed class UpstreamDag(UpstreamBlocks blocks)
{
    /// <summary>Where a path ends.</summary>
    /// <param name="Target">The CID at its end.</param>
    /// <param name="Proof">The blocks that prove it, without the target's.</param>
    /// <param name="Roots">The CID of each component, the root's first.</param>
    internal sealed record Resolved(Cid Target, IReadOnlyList<Block> Proof, IReadOnlyList<Cid> Roots);

    /// <returns>Null where the path leads nowhere.</returns>
    public Resolved? Resolve(Cid root, IEnumerable<string> path)
    {
        var (target, proof, roots) = (root, new List<Block>(), new List<Cid> { root });
        foreach (var name in path)
        {
            if (Find(target, name) is not { } found)
                return null;
            proof.AddRange(found.Way);
            roots.Add(target = found.Entry);
        }
        return new Resolved(target, proof, roots);
    }

    public bool IsDirectory(Cid cid) => cid.Codec != Cid.Raw && Node(cid).Data.Type is UnixFsType.Directory or UnixFsType.HamtShard;

    public IReadOnlyList<string> Names(Cid directory) => [.. DirectoryDag.Entries(directory, cid => blocks.Get(cid).Bytes).Select(e => e.Name)];

    public long Length(Cid file) => file.Codec == Cid.Raw ? blocks.Get(file).Bytes.Length : (long)(Node(file).Data.FileSize ?? 0);

    /// <summary>The pieces of a file that these bytes need: each block, and the part of its content that is asked for.</summary>
    public IEnumerable<(Block Block, ReadOnlyMemory<byte> Content)> Pieces(Cid cid, long first, long last, long offset = 0)
    {
        var block = blocks.Get(cid);
        if (cid.Codec == Cid.Raw)
        {
            yield return (block, Slice(block.Bytes, offset));
            yield break;
        }
        var (node, data) = Node(cid);
        yield return (block, Slice(data.Data, offset));
        offset += data.Data.Length;
        foreach (var (link, size) in node.Links.Zip(data.BlockSizes))
        {
            if (offset <= last && offset + (long)size > first)
            {
                foreach (var piece in Pieces(link.Cid, first, last, offset))
                    yield return piece;
            }
            offset += (long)size;
        }

        ReadOnlyMemory<byte> Slice(ReadOnlyMemory<byte> content, long at)
        {
            var from = Math.Clamp(first - at, 0, content.Length);
            var to = Math.Clamp(last + 1 - at, from, content.Length);
            return content[(int)from..(int)to];
        }
    }

    /// <summary>A directory's own blocks: one, or its shards.</summary>
    public IEnumerable<Block> DirectoryBlocks(Cid cid)
    {
        yield return blocks.Get(cid);
        var (node, data) = Node(cid);
        if (data.Type != UnixFsType.HamtShard)
            yield break;
        foreach (var shard in node.Links.Where(l => l.Name.Length == 2).SelectMany(l => DirectoryBlocks(l.Cid)))
            yield return shard;
    }

    /// <summary>Everything below a CID, depth first.</summary>
    public IEnumerable<Block> All(Cid cid)
    {
        yield return blocks.Get(cid);
        if (cid.Codec == Cid.Raw)
            yield break;
        foreach (var below in Node(cid).Node.Links.SelectMany(l => All(l.Cid)))
            yield return below;
    }

    /// <summary>Looks for a name in every shard, so that no hash of names is needed here: the way down is the same one.</summary>
    private (IReadOnlyList<Block> Way, Cid Entry)? Find(Cid directory, string name)
    {
        if (directory.Codec == Cid.Raw)
            return null;
        var (node, data) = Node(directory);
        var prefix = data.Type == UnixFsType.HamtShard ? 2 : 0;
        foreach (var link in node.Links.Where(l => data.Type is UnixFsType.Directory or UnixFsType.HamtShard && l.Name.Length >= prefix))
        {
            if (link.Name[prefix..] == name)
                return ([blocks.Get(directory)], link.Cid);
            if (prefix > 0 && link.Name.Length == prefix && Find(link.Cid, name) is { } below)
                return ([blocks.Get(directory), .. below.Way], below.Entry);
        }
        return null;
    }

    private (DagPbNode Node, UnixFsData Data) Node(Cid cid)
    {
        var node = DagPbNode.Decode(blocks.Get(cid).Bytes);
        return (node, UnixFsData.Decode(node.Data));
    }
}

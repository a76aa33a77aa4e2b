using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Tests;

/// <summary>Blocks in memory.</summary>
internal sealed class BlockMap
{
    private readonly Dictionary<Cid, ReadOnlyMemory<byte>> _blocks = [];

    public int Count => _blocks.Count;

    public void Add(Block block)
    {
        Assert.True(block.Cid.Matches(block.Bytes.Span));
        _blocks[block.Cid] = block.Bytes;
    }

    /// <summary>A node of any content, and its CID.</summary>
    public Cid Add(DagPbNode node, int version = 1)
    {
        var bytes = node.Encode();
        var cid = (version == 0 ? CidProfile.UnixFsV0 : CidProfile.UnixFsV1).NodeCid(bytes);
        _blocks[cid] = bytes;
        return cid;
    }

    public ReadOnlyMemory<byte> Get(Cid cid) => _blocks[cid];

    /// <summary>The blocks below the root, depth first, each once.</summary>
    public IEnumerable<Block> DepthFirst(Cid root)
    {
        var seen = new HashSet<Cid>();
        var next = new Stack<Cid>([root]);
        while (next.TryPop(out var cid))
        {
            if (!seen.Add(cid))
                continue;
            yield return new Block(cid, Get(cid));
            if (cid.Codec == Cid.DagPb)
                foreach (var link in DagPbNode.Decode(Get(cid)).Links.Reverse())
                    next.Push(link.Cid);
        }
    }

    public void WriteCar(Cid root, Stream to)
    {
        to.Write(Car.Header(root));
        foreach (var block in DepthFirst(root))
            Car.WriteSection(to, block);
    }

    /// <summary>An archive of every block, in no order: blocks of the DAG may be missing.</summary>
    public void WriteAll(Cid root, Stream to)
    {
        to.Write(Car.Header(root));
        foreach (var (cid, bytes) in _blocks)
            Car.WriteSection(to, new Block(cid, bytes));
    }
}

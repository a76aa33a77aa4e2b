using Image2Ipfs.Gateway.FrontDoor;
using Image2Ipfs.Ipfs;
using Microsoft.Win32.SafeHandles;

namespace Image2Ipfs.Gateway.Tests.Running;

/// <summary>Blocks in memory: DAGs that no store would take, and blocks that vanish.</summary>
internal sealed class HeldBlocks : IHeld
{
    private readonly Dictionary<Cid, byte[]> _blocks = [];

    /// <summary>How many more it gives.</summary>
    public int Left { get; set; } = int.MaxValue;

    public int Asked { get; set; }

    public void Add(Cid cid, byte[] block) => _blocks[cid] = block;

    public Cid Add(DagPbNode node)
    {
        var block = node.Encode();
        var cid = CidProfile.UnixFsV1.NodeCid(block);
        Add(cid, block);
        return cid;
    }

    public ReadOnlyMemory<byte>? Block(Cid cid)
    {
        Asked++;
        // Not "block : null": that null would be an empty block.
        return Left-- > 0 && _blocks.TryGetValue(cid, out var block) ? new ReadOnlyMemory<byte>(block) : default(ReadOnlyMemory<byte>?);
    }

    public SafeFileHandle? OpenFile(Cid cid, out long size)
    {
        size = 0;
        return null;
    }
}

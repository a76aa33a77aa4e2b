using Image2Ipfs.Gateway.Cache;
using Image2Ipfs.Ipfs;
using Microsoft.Win32.SafeHandles;

namespace Image2Ipfs.Gateway.FrontDoor;

/// <summary>What was fetched before and verified.</summary>
internal sealed class CacheHeld(BlockCache blocks, DiskCache disk) : IHeld
{
    public ReadOnlyMemory<byte>? Block(Cid cid) => blocks.Get(cid);

    public SafeFileHandle? OpenFile(Cid cid, out long size) => disk.OpenBlob(cid, out size, out _, forBlocks: true);
}

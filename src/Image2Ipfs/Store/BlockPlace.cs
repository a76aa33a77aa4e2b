using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Store;

/// <summary>Where a block of a root lies in the store.</summary>
/// <param name="Cid">The block.</param>
/// <param name="Blob">The blob of which it is a slice (in an envelope, where it is a dag-pb leaf), or null: it lies in the root's file.</param>
/// <param name="Offset">Of its first byte in that file.</param>
/// <param name="Length">Its bytes there, without an envelope.</param>
public readonly record struct BlockPlace(Cid Cid, Digest? Blob, long Offset, int Length)
{
    /// <summary>The type in the envelope that belongs around it, or null: it has none.</summary>
    public UnixFsType? Envelope { get; init; }
}

using System.Security.Cryptography;

namespace Image2Ipfs.Ipfs;

/// <summary>
/// The choices that decide which CID a file or directory gets. The same name means the same CIDs in every implementation.
/// Source: ipfs/specs, IPIP-499.
/// </summary>
/// <param name="Name">The profile's name.</param>
/// <param name="CidVersion">0 or 1.</param>
/// <param name="ChunkSize">The content bytes of a leaf.</param>
/// <param name="MaxLinks">The children of an inner node of a file.</param>
/// <param name="RawLeaves">Whether a leaf is the bare bytes, or a UnixFS node around them.</param>
/// <param name="CountBlockBytes">What a directory's sharding threshold counts: the whole block, or names and CIDs only.</param>
public sealed record CidProfile(string Name, int CidVersion, int ChunkSize, int MaxLinks, bool RawLeaves, bool CountBlockBytes)
{
    /// <summary>What <c>ipfs add -r</c> does by default.</summary>
    public static readonly CidProfile UnixFsV0 = new("unixfs-v0-2015", 0, 256 * 1024, 174, RawLeaves: false, CountBlockBytes: false);

    public static readonly CidProfile UnixFsV1 = new("unixfs-v1-2025", 1, 1024 * 1024, 1024, RawLeaves: true, CountBlockBytes: true);

    public static readonly IReadOnlyList<CidProfile> All = [UnixFsV0, UnixFsV1];

    /// <summary>A directory with more bytes than this is sharded (a HAMT).</summary>
    public const int ShardingThreshold = 256 * 1024;

    /// <summary>The profile under which this root was made, as far as a root's version tells.</summary>
    public static CidProfile Of(Cid root) => root.Version == 0 ? UnixFsV0 : UnixFsV1;

    public Cid NodeCid(ReadOnlySpan<byte> block) => CidOfHash(SHA256.HashData(block), Cid.DagPb);

    internal Cid CidOfHash(ReadOnlySpan<byte> sha256, ulong codec) => CidVersion == 0 ? Cid.V0(sha256) : Cid.V1(codec, sha256);
}

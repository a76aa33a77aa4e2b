using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Store;

/// <summary>The leaves of a file whose bytes are a blob.</summary>
internal enum LeafKind
{
    /// <summary>Each is a slice of the blob, bare or in the envelope of <see cref="FileDag.Leaf"/>.</summary>
    Plain,

    /// <summary>The same, but some are nothing that can be made again: those lie in the root's file.</summary>
    Mixed,

    /// <summary>Those in an envelope have the type <see cref="UnixFsType.Raw"/> there, as <c>ipfs add --trickle</c> writes it; others, as before.</summary>
    Raw,
}

/// <summary>The blob that a file of a root is.</summary>
/// <param name="Digest">sha256 of its bytes.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Leaves">How its blocks are made again.</param>
internal sealed record FileBlob(Digest Digest, long Size, LeafKind Leaves)
{
    /// <summary>What a file's name and the link to it tell, which is all of it in the trees that a publish makes.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="link">The link to it.</param>
    /// <param name="size">What its first block says, where the root's file has that.</param>
    /// <returns>Null where it is not named by a digest.</returns>
    /// <exception cref="InvalidDataException">Nothing tells its size.</exception>
    public static FileBlob? Told(string path, DagLink link, long? size) =>
        !TreePaths.TryGetDigest(path, out var digest) || !digest.IsSha256 ? null :
        new FileBlob(
            digest,
            size ?? (link.Cid.Codec == Cid.Raw ? (long)link.TotalSize : FileDag.LeafContentLength(link.TotalSize)),
            LeafKind.Plain);
}

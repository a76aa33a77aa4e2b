using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Store;

/// <summary>A blob that lies in a publish's staging folder until the commit.</summary>
/// <param name="Digest">sha256 of its bytes.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Dag">The root of its UnixFS DAG, under an empty name.</param>
public sealed record StagedBlob(Digest Digest, long Size, DagLink Dag)
{
    /// <summary>Where its bytes lie until they are committed.</summary>
    internal string File { get; init; } = "";

    /// <summary>CAR sections of the inner nodes of its DAG, or null where it has none.</summary>
    internal string? NodesFile { get; init; }

    /// <summary>Its bytes, until the commit.</summary>
    public Stream OpenRead() => new FileStream(File, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
}

using Image2Ipfs.Ipfs;
using Image2Ipfs.Publisher.Describe;
using Image2Ipfs.Publisher.Targets;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher;

/// <summary>What a publish made.</summary>
/// <param name="Root">The tree's CID.</param>
/// <param name="Images">Every image under every name and tag that the archive gives it.</param>
internal sealed record PublishResult(Cid Root, IReadOnlyList<ImageForms> Images)
{
    /// <summary>The bytes of all blocks below the root, as <c>ipfs dag stat</c> without sharing counts them.</summary>
    public ulong TotalSize { get; init; }

    /// <summary>The blobs that the store did not have.</summary>
    public IReadOnlyList<StagedBlob> Added { get; init; } = [];

    /// <summary>What came of sending it to each target.</summary>
    public IReadOnlyList<Delivery> Deliveries { get; init; } = [];
}

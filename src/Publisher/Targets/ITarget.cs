using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Targets;

/// <summary>Where a root goes from the store.</summary>
internal interface ITarget
{
    /// <summary>What the command line calls it, without a secret.</summary>
    string Name { get; }

    /// <summary>Sends the whole tree.</summary>
    /// <exception cref="PublisherException">The target cannot take it; nothing half-written is left there.</exception>
    /// <exception cref="IOException">Likewise.</exception>
    /// <exception cref="InvalidDataException">The store has lost a part of the tree; likewise.</exception>
    Task<Delivery> SendAsync(StoredRoot root, PublishProgress progress, CancellationToken cancel);
}

using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Targets;

/// <summary>Where a root goes from the store.</summary>
internal interface ITarget
{
    /// <summary>Sends the whole tree. What fails can be sent again: the store keeps it.</summary>
    /// <exception cref="PublisherException">The target cannot take it; nothing half-written is left there.</exception>
    Task SendAsync(StoredRoot root, CancellationToken cancel);
}

using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Targets;

/// <summary>Sends a root of the store to targets, one after the other. What fails can be sent again: the store keeps it.</summary>
internal static class Handover
{
    /// <returns>What came of each.</returns>
    /// <exception cref="PublisherException">A target cannot take it; the ones before it have it.</exception>
    public static async Task<IReadOnlyList<Delivery>> SendAsync(StoredRoot root, IEnumerable<ITarget> targets, PublishProgress progress, CancellationToken cancel)
    {
        var deliveries = new List<Delivery>();
        foreach (var target in targets)
        {
            try
            {
                deliveries.Add(await target.SendAsync(root, progress, cancel).ConfigureAwait(false));
            }
            catch (InvalidDataException e)
            {
                throw new PublisherException($"the store is damaged: {e.Message}", "publish the image again", e);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new PublisherException($"{target.Name} cannot be written: {e.Message}", "the store has the image; send it with 'image2ipfs export' when the way is clear", e);
            }
        }
        return deliveries;
    }
}

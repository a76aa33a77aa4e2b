using Image2Ipfs.Ipfs;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Targets.Kubo;

/// <summary>
/// The blocks of a root that a node has because it has another root of the store, with the same blobs in it, pinned.
/// <para>
/// A pinned root is whole on its node, so its blocks need not be sent again. Should the pin go, and its blocks be
/// collected, between the question and the import, nothing is lost: the node walks all of the new root before it says that
/// it is pinned, and says what it lacks; then everything is sent. (Kubo: <c>ipfs dag import --help</c>: "If the combination of blocks
/// from the imported CAR files and what is currently present in the blockstore does not represent a complete DAG, pinning
/// of that individual root will fail".) A node is not asked for single blocks: that would be a question for each 256 KiB.
/// </para>
/// </summary>
internal static class SharedBlocks
{
    /// <summary>Sending less than this is quicker than asking.</summary>
    private const ulong WorthAsking = 1024 * 1024;

    /// <summary>A question is a round trip; the roots that share most are asked for first.</summary>
    private const int MaxQuestions = 16;

    /// <param name="root">What is to be sent.</param>
    /// <param name="isPinned">Asks the node whether it has a root pinned.</param>
    public static async Task<HashSet<Cid>> FindAsync(StoredRoot root, Func<Cid, Task<bool>> isPinned)
    {
        var missing = root.Blobs.Values.DistinctBy(b => b.Cid).ToDictionary(b => b.Cid, b => b.TotalSize);
        var blocks = new HashSet<Cid>();
        var candidates = root.Store.Roots().Where(cid => !cid.Equals(root.Cid))
            .Select(cid => (Cid: cid, Shared: Blobs(root.Store, cid).Where(missing.ContainsKey).ToList()))
            .OrderByDescending(c => Sum(c.Shared)).ToList();
        var questions = 0;
        foreach (var (cid, shared) in candidates)
        {
            if (Sum(shared) < WorthAsking)
                continue;
            if (questions++ == MaxQuestions)
                break;
            if (!await isPinned(cid).ConfigureAwait(false) || Open(root.Store, cid) is not { } other)
                continue;
            blocks.UnionWith(other.Places().Select(p => p.Cid));
            foreach (var blob in shared)
                missing.Remove(blob);
        }
        return blocks;

        ulong Sum(List<Cid> blobs) => blobs.Aggregate(0UL, (sum, blob) => sum + missing.GetValueOrDefault(blob));
    }

    private static IEnumerable<Cid> Blobs(LocalStore store, Cid root) => Open(store, root)?.Blobs.Values.Select(b => b.Cid) ?? [];

    private static StoredRoot? Open(LocalStore store, Cid root)
    {
        try
        {
            return store.Open(root);
        }
        catch (InvalidDataException)
        {
            return null; // another root's damage is not this one's
        }
    }
}

using Image2Ipfs.Ipfs;
using Image2Ipfs.Store;
using Microsoft.Extensions.Caching.Memory;

namespace Image2Ipfs.Gateway.Lists;

/// <summary>The roots of the store, the newest first. None is opened before somebody wants to see it.</summary>
internal sealed class RootList(LocalStore store, IMemoryCache cache, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly RootWatch _watch = new(store, clock);
    private IReadOnlyList<ListedRoot> _newest = [];

    /// <exception cref="IOException">The store cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor may it be.</exception>
    public IReadOnlyList<ListedRoot> Newest()
    {
        lock (_lock)
        {
            if (_watch.Look(out _, out _))
                _newest = [.. _watch.Written.Select(r => new ListedRoot(r.Root, r.Written)).OrderByDescending(r => r.Written)];
            return _newest;
        }
    }

    /// <returns>What is in it, or null: it is gone.</returns>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public RootContents? Open(ListedRoot listed)
    {
        var key = (typeof(RootList), listed);
        if (cache.TryGetValue(key, out RootContents? known))
            return known;
        if (store.Open(listed.Root) is not { } root)
            return null;
        var bytes = root.Blobs.Values.Sum(link => root.TryGetBlob(link.Cid, out _, out var size) ? size : 0);
        var contents = new RootContents(RepositoryPaths.Of(root), bytes, root.Files.Count);
        return cache.Set(key, contents, new MemoryCacheEntryOptions { Size = 500 + contents.Paths.Sum(p => 50 + (2L * p.Length)) });
    }
}

/// <param name="Written">When it came into the store.</param>
internal sealed record ListedRoot(Cid Root, DateTime Written);

/// <param name="Paths">Where repositories lie; none, where the root is something else.</param>
/// <param name="Bytes">All its blobs, each once.</param>
/// <param name="Files">How many files it has.</param>
internal sealed record RootContents(IReadOnlyList<string> Paths, long Bytes, int Files);

using Image2Ipfs.Gateway.Layouts;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Microsoft.Extensions.Caching.Memory;

namespace Image2Ipfs.Gateway.Names;

/// <summary>From the name that a client pulls to the repository in the store: the first component is the root, the rest lies below it.</summary>
internal sealed class Roots(LocalStore store, IMemoryCache cache, TimeProvider clock)
{
    /// <summary>How long a root that was there is taken to be there still: a look at the disk for each request costs a tenth of it.</summary>
    private static readonly TimeSpan Recheck = TimeSpan.FromMilliseconds(100);

    /// <returns>The repository, or null where the store has no such root or the root no such name.</returns>
    /// <exception cref="InvalidDataException">The root's file is damaged.</exception>
    public Repository? Find(RepositoryName name)
    {
        if (cache.TryGetValue(name, out Known? known) && known!.IsThere())
            return known.Repository;
        var text = name.ToString();
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !Cid.TryParse(text[..slash], out var cid) || store.Open(cid) is not { } root)
            return null;
        if (Repository.Of(root, text[(slash + 1)..]) is not { } repository)
            return null;
        cache.Set(name, new Known(repository, store.RootFile(root.Cid), clock), new MemoryCacheEntryOptions { Size = repository.Bytes });
        return repository;
    }

    /// <summary>A repository that was read once. A publisher may remove its root at any time.</summary>
    private sealed class Known(Repository repository, string rootFile, TimeProvider clock)
    {
        private long _checked = clock.GetTimestamp();

        public Repository Repository { get; } = repository;

        public bool IsThere()
        {
            if (clock.GetElapsedTime(Volatile.Read(ref _checked)) < Recheck)
                return true;
            if (!File.Exists(rootFile))
                return false;
            Volatile.Write(ref _checked, clock.GetTimestamp());
            return true;
        }
    }
}

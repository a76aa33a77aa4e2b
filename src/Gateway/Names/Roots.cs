using Image2Ipfs.Gateway.Layouts;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Microsoft.Extensions.Caching.Memory;

namespace Image2Ipfs.Gateway.Names;

/// <summary>
/// From the name that a client pulls to the repository: the first component is the root, the rest lies below it. It is
/// remembered from before, or lies in the store, or with the upstreams.
/// </summary>
internal sealed class Roots(LocalStore store, Repositories repositories, UpstreamPool pool, IMemoryCache cache, TimeProvider clock)
{
    /// <summary>How long a root that was there is taken to be there still: a look at the disk for each request costs a tenth of it.</summary>
    private static readonly TimeSpan Recheck = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a name is known not to be there.</summary>
    private static readonly TimeSpan AbsentFor = TimeSpan.FromSeconds(10);

    /// <summary>How long what an upstream only says, and nothing proves, is believed.</summary>
    private static readonly TimeSpan UnprovenFor = TimeSpan.FromMinutes(5);

    /// <returns>The repository, or null where it is known that there is none.</returns>
    /// <exception cref="InvalidDataException">What lies there is damaged.</exception>
    /// <exception cref="UpstreamsFailedException">The upstreams do not say.</exception>
    public ValueTask<Repository?> FindAsync(RepositoryName name, bool mayAsk, CancellationToken cancel)
    {
        if (cache.TryGetValue(name, out Known? known) && known!.IsThere())
            return ValueTask.FromResult<Repository?>(known.Repository);
        var text = name.ToString();
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!Cid.TryParse(slash < 0 ? text : text[..slash], out var root))
            return default;
        var place = new Place(root, slash < 0 ? "" : text[(slash + 1)..]);
        if (store.Find(root) is { } stored)
            return OpenStoredAsync(name, place with { Root = stored }, cancel);
        return mayAsk && !pool.IsEmpty ? AskAsync(name, place, cancel) : default;
    }

    private async ValueTask<Repository?> OpenStoredAsync(RepositoryName name, Place place, CancellationToken cancel) =>
        await repositories.OpenStoredAsync(place, cancel).ConfigureAwait(false) is { } repository ? Keep(name, repository, store.RootFile(place.Root), null) : null;

    private async ValueTask<Repository?> AskAsync(RepositoryName name, Place place, CancellationToken cancel)
    {
        var absent = (typeof(Roots), name);
        if (cache.TryGetValue(absent, out _))
            return null;
        try
        {
            if (await repositories.OpenRemoteAsync(place, cancel).ConfigureAwait(false) is { } repository)
                return Keep(name, repository, null, repository.IsProven ? null : UnprovenFor);
        }
        catch (UpstreamsFailedException e) when (e.IsKnownAbsent)
        {
            // Nobody has it now.
        }
        cache.Set(absent, true, new MemoryCacheEntryOptions { Size = 200, AbsoluteExpirationRelativeToNow = AbsentFor });
        return null;
    }

    private Repository Keep(RepositoryName name, Repository repository, string? rootFile, TimeSpan? lifetime)
    {
        cache.Set(name, new Known(repository, rootFile, clock), new MemoryCacheEntryOptions { Size = repository.Bytes, AbsoluteExpirationRelativeToNow = lifetime });
        return repository;
    }

    /// <summary>A repository that was read once. A publisher may remove a root of the store at any time.</summary>
    private sealed class Known(Repository repository, string? rootFile, TimeProvider clock)
    {
        private long _checked = clock.GetTimestamp();

        public Repository Repository { get; } = repository;

        public bool IsThere()
        {
            if (rootFile is null || clock.GetElapsedTime(Volatile.Read(ref _checked)) < Recheck)
                return true;
            if (!File.Exists(rootFile))
                return false;
            Volatile.Write(ref _checked, clock.GetTimestamp());
            return true;
        }
    }
}

using Image2Ipfs.Gateway.Layouts;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Microsoft.Extensions.Caching.Memory;

namespace Image2Ipfs.Gateway.Names;

/// <summary>
/// From the name that a client pulls to the repository: its beginning is the root, or a name that points to one; the rest
/// lies below it. It is remembered from before, or lies in the store, or with the upstreams.
/// </summary>
internal sealed class Roots(LocalStore store, Repositories repositories, MovingNames names, UpstreamPool pool, ContentRules rules, IMemoryCache cache, TimeProvider clock)
{
    /// <summary>How long a root that was there is taken to be there still: a look at the disk for each request costs a tenth of it.</summary>
    private static readonly TimeSpan Recheck = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a name is known not to be there.</summary>
    private static readonly TimeSpan AbsentFor = TimeSpan.FromSeconds(10);

    /// <summary>How long what an upstream only says, and nothing proves, is believed.</summary>
    private static readonly TimeSpan UnprovenFor = TimeSpan.FromMinutes(5);

    /// <summary>How many repositories of a name's past are kept.</summary>
    private const int MaxBefore = 4;

    /// <returns>The repository, or null where it is known that there is none.</returns>
    /// <exception cref="InvalidDataException">What lies there is damaged.</exception>
    /// <exception cref="UpstreamsFailedException">The upstreams do not say.</exception>
    /// <exception cref="DeniedException">It may not be had.</exception>
    public ValueTask<Repository?> FindAsync(RepositoryName name, bool mayAsk, CancellationToken cancel)
    {
        // What was found under other rules is found anew. Their number is taken first: they may change while it is looked for.
        var generation = rules.Generation;
        if (cache.TryGetValue(name, out Known? known) && known!.Generation != generation)
            known = null;
        if (known?.IsThere() == true)
            return ValueTask.FromResult<Repository?>(known.Repository);
        return RootName.Parse(name) switch
        {
            RootName.Fixed(var place) => OpenAsync(name, place, new Found(null, null, generation), mayAsk, cancel),
            RootName.Moving moving => ResolveAsync(name, moving, known, generation, mayAsk, cancel),
            _ => default,
        };
    }

    /// <summary>Whether the name may come to mean another tree, so that no tag below it means one manifest for ever.</summary>
    public bool Moves(RepositoryName name) => cache.TryGetValue(name, out Known? known) ? known!.Until is not null : RootName.Parse(name) is RootName.Moving;

    /// <summary>
    /// What a name that moves meant before, the latest first: a pull may have begun there, and what it asks for by digest is
    /// not in the new tree.
    /// </summary>
    public IReadOnlyList<Repository> Before(RepositoryName name) => cache.TryGetValue(name, out Known? known) && known!.Generation == rules.Generation ? known.Before : [];

    private async ValueTask<Repository?> ResolveAsync(RepositoryName name, RootName.Moving moving, Known? known, int generation, bool mayAsk, CancellationToken cancel)
    {
        if (cache.TryGetValue(Absent(name), out _))
            return null;
        try
        {
            if (await names.ResolveAsync(moving, mayAsk, cancel).ConfigureAwait(false) is not var (place, until))
                return null;
            if (known?.Place == place && known.Renew(until))
                return known.Repository;
            return await OpenAsync(name, place, new Found(until, known, generation), mayAsk, cancel).ConfigureAwait(false);
        }
        catch (UpstreamsFailedException e) when (e.IsKnownAbsent)
        {
            KeepAbsent(name);
            return null;
        }
    }

    private ValueTask<Repository?> OpenAsync(RepositoryName name, Place place, Found found, bool mayAsk, CancellationToken cancel)
    {
        rules.Check(place);
        rules.Check(place.Root);
        if (store.Find(place.Root) is { } stored)
            return OpenStoredAsync(name, place with { Root = stored }, found, cancel);
        return mayAsk && !pool.IsEmpty ? AskAsync(name, place, found, cancel) : default;
    }

    private async ValueTask<Repository?> OpenStoredAsync(RepositoryName name, Place place, Found found, CancellationToken cancel) =>
        await repositories.OpenStoredAsync(place, cancel).ConfigureAwait(false) is { } repository ? Keep(name, new Known(repository, place, store.RootFile(place.Root), found, clock), null) : null;

    private async ValueTask<Repository?> AskAsync(RepositoryName name, Place place, Found found, CancellationToken cancel)
    {
        if (cache.TryGetValue(Absent(name), out _))
            return null;
        try
        {
            if (await repositories.OpenRemoteAsync(place, cancel).ConfigureAwait(false) is { } repository)
                return Keep(name, new Known(repository, place, null, found, clock), repository.IsProven ? null : UnprovenFor);
        }
        catch (UpstreamsFailedException e) when (e.IsKnownAbsent)
        {
            // Nobody has it now.
        }
        KeepAbsent(name);
        return null;
    }

    private Repository Keep(RepositoryName name, Known known, TimeSpan? lifetime)
    {
        cache.Set(name, known, new MemoryCacheEntryOptions { Size = known.Bytes, AbsoluteExpirationRelativeToNow = lifetime });
        return known.Repository;
    }

    private static (Type, RepositoryName) Absent(RepositoryName name) => (typeof(Roots), name);

    private void KeepAbsent(RepositoryName name) =>
        // Anybody may ask for any number of names: what is there goes before them.
        cache.Set(Absent(name), true, new MemoryCacheEntryOptions { Size = 1000, AbsoluteExpirationRelativeToNow = AbsentFor, Priority = CacheItemPriority.Low });

    /// <summary>How a repository was come to.</summary>
    /// <param name="Until">Until when the name is taken to mean it, or null where it always does.</param>
    /// <param name="Before">What the name meant before, or null.</param>
    /// <param name="Generation">Of the rules that it was found under.</param>
    private readonly record struct Found(DateTimeOffset? Until, Known? Before, int Generation);

    /// <summary>A repository that was read once. A publisher may remove a root of the store at any time, and a name may move.</summary>
    private sealed class Known
    {
        private readonly string? _rootFile;
        private readonly TimeProvider _clock;
        private long _checked;
        private long _until;

        public Known(Repository repository, Place place, string? rootFile, Found found, TimeProvider clock)
        {
            (Repository, Place, _rootFile, Generation, _clock) = (repository, place, rootFile, found.Generation, clock);
            _checked = clock.GetTimestamp();
            _until = found.Until?.UtcTicks ?? 0;
            var before = found.Before;
            Before = before is null || before.Place == place ? before?.Before ?? [] : [before.Repository, .. before.Before.Take(MaxBefore - 1)];
        }

        public Repository Repository { get; }

        public Place Place { get; }

        /// <inheritdoc cref="Found.Generation"/>
        public int Generation { get; }

        public IReadOnlyList<Repository> Before { get; }

        public long Bytes => Repository.Bytes + Before.Sum(b => b.Bytes);

        /// <summary>Until when the name is taken to mean this, or null where it always does.</summary>
        public DateTimeOffset? Until => Volatile.Read(ref _until) is var ticks and > 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

        public bool IsThere() => (Until is not { } until || _clock.GetUtcNow() < until) && IsOnDisk();

        /// <summary>The name means it still.</summary>
        public bool Renew(DateTimeOffset until)
        {
            Volatile.Write(ref _until, until.UtcTicks);
            return IsOnDisk();
        }

        private bool IsOnDisk()
        {
            if (_rootFile is null || _clock.GetElapsedTime(Volatile.Read(ref _checked)) < Recheck)
                return true;
            if (!File.Exists(_rootFile))
                return false;
            Volatile.Write(ref _checked, _clock.GetTimestamp());
            return true;
        }
    }
}

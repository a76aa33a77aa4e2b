using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Gateway.Upstreams;
using Microsoft.Extensions.Caching.Memory;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>
/// Opens what lies at a place, in whatever layout: the first recogniser that knows it. Where no upstream gives blocks, plain
/// files are asked for, of upstreams that are believed.
/// </summary>
internal sealed class Repositories
{
    private readonly ISource _store;
    private readonly ISource _blocks;
    private readonly ISource _paths;
    private readonly UpstreamPool _pool;
    private readonly ContentRules _rules;
    private readonly IMemoryCache _cache;
    private readonly IReadOnlyList<ILayout> _layouts;

    private readonly SingleFlight<(ISource, Place, int), Repository?> _opening = new();

    public Repositories(StoreSource store, BlockSource blocks, PathSource paths, UpstreamPool pool, ContentRules rules, IMemoryCache cache)
    {
        (_store, _blocks, _paths, _pool, _rules, _cache) = (Ruled(store), Ruled(blocks), Ruled(paths), pool, rules, cache);
        // A tree of ours is an OCI layout too, and a file may be anything: the order matters.
        _layouts =
        [
            new OwnLayout(), new OciLayout(), new OriginalLayout(), new IpdrLayout(""), new DiscoLayout(), new DescriptorLayout(), new IpdrLayout(IpdrLayout.WebPrefix),
            new TagStoreLayout((source, place, cancel) => RecogniseAsync(source, place, isTag: true, cancel)),
        ];

        ISource Ruled(ISource source) => rules.AreOn ? new RuledSource(source, rules) : source;
    }

    /// <returns>The repository, or null where the store's root has none there.</returns>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public Task<Repository?> OpenStoredAsync(Place place, CancellationToken cancel) => OpenAsync(_store, place, cancel);

    /// <returns>The repository, or null where it is known that there is none.</returns>
    /// <exception cref="UpstreamsFailedException">Nobody says.</exception>
    public async ValueTask<Repository?> OpenRemoteAsync(Place place, CancellationToken cancel)
    {
        try
        {
            if (_pool.Ranked().Any(u => u.Ways.Best != Way.Path))
                return await OpenAsync(_blocks, place, cancel).ConfigureAwait(false);
        }
        catch (UpstreamsFailedException e) when (_pool.Ranked().Any(u => _pool.IsBelieved(u) && (u.Ways.Best == Way.Path || e.IsMaybeAbsent || e.Attempts.Any(a => a.Kind == FaultKind.NotThisWay))))
        {
            // One that gives no blocks was not asked for them; or nobody who may know it gives them; or they answer 500, as js-ipfs does
            // before anybody knows what it gives.
        }
        return await OpenAsync(_paths, place, cancel).ConfigureAwait(false);
    }

    private Task<Repository?> OpenAsync(ISource source, Place place, CancellationToken cancel) =>
        _opening.RunAsync((source, place, _rules.Generation), () => OpenAsync(source, place), cancel);

    /// <summary>For all who wait: none of them ends it.</summary>
    private async Task<Repository?> OpenAsync(ISource source, Place place)
    {
        try
        {
            return await RecogniseAsync(source, place, isTag: false, CancellationToken.None).ConfigureAwait(false) is { } images ? new Repository(source, images, _cache) : null;
        }
        catch (InvalidDataException e)
        {
            throw source.Broken(e.Message);
        }
    }

    private async ValueTask<Images?> RecogniseAsync(ISource source, Place place, bool isTag, CancellationToken cancel)
    {
        // A tag of a tag would have no end.
        var layouts = _layouts.Where(l => !isTag || l is not TagStoreLayout).ToList();
        // Where nothing is listed each of them asks for a file, and a gateway may be slow to say that there is none. Ours comes first.
        var opening = source.IsProven ? layouts.Select(Open) : layouts.Take(1).Select(Open).Concat(Together(layouts.Skip(1)));
        UpstreamsFailedException? refused = null;
        var isKnown = false;
        foreach (var layout in opening)
        {
            try
            {
                if (await layout.ConfigureAwait(false) is { } images)
                    return images;
                // Ours is looked for at once; before all the others, whether there is anything.
                if (!isKnown && !await source.HasAsync(place.Root, cancel).ConfigureAwait(false))
                    return null;
                isKnown = true;
            }
            catch (UpstreamsFailedException e) when (!source.IsProven && e.IsMaybeAbsent)
            {
                // js-ipfs answers so for what is not there. What nobody recognises remains what the first one said.
                refused ??= e;
            }
        }
        return refused is null ? null : throw refused;

        ValueTask<Images?> Open(ILayout layout) => layout.TryOpenAsync(source, place, cancel);

        IEnumerable<ValueTask<Images?>> Together(IEnumerable<ILayout> all)
        {
            foreach (var one in all.Select(l => Open(l).AsTask()).ToList())
                yield return new ValueTask<Images?>(one);
        }
    }
}

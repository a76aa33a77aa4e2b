using System.Diagnostics.CodeAnalysis;
using Image2Ipfs.Gateway.Cache;
using Image2Ipfs.Gateway.Lists;
using Image2Ipfs.Gateway.Names;
using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Gateway.Pages;

/// <summary>
/// What <c>/</c> shows: the images of the store, the latest pulls, the upstreams, the cache. Of all roots only those are opened that
/// are on the page; to look for a name, those of all are read once, as for the catalog.
/// </summary>
internal sealed class Overview(
    LocalStore store, ContentRules rules, RootList list, Roots roots, Catalog catalog, RecentPulls recent, Stopping stopping, DiskCache cache, UpstreamPool pool, TimeProvider clock)
{
    public const int RootsOnPage = 25;

    /// <summary>A root may have thousands: the first ones show what it is.</summary>
    private const int NamesOfRoot = 6;
    private const int NamesOfOnlyRoot = 300;
    private const int TagsOfName = 12;

    /// <param name="query">What is looked for, or nothing.</param>
    /// <param name="page">From 1.</param>
    /// <param name="host">The Gateway's own.</param>
    /// <param name="cancel">The client's.</param>
    public async Task<OverviewPage> ReadAsync(string query, int page, string host, CancellationToken cancel)
    {
        var readiness = Readiness.Of(stopping, store, cache, pool);
        var seen = new OverviewPage(query, readiness, (cache.Bytes, cache.MaxBytes), recent.AreKept ? recent.Latest() : null, clock.GetUtcNow());
        try
        {
            var all = list.Newest();
            var (found, names) = query.Length == 0 && !rules.AreOn ? (all, null) : await FindAsync(all, query, host, cancel).ConfigureAwait(false);
            var pages = Math.Max(1, (found.Count + RootsOnPage - 1) / RootsOnPage);
            page = Math.Min(page, pages);
            var rows = new List<RootRow>();
            foreach (var root in found.Skip((page - 1) * RootsOnPage).Take(RootsOnPage))
                rows.Add(await RowAsync(root, names, found.Count == 1 ? NamesOfOnlyRoot : NamesOfRoot, cancel).ConfigureAwait(false));
            return seen with { All = all.Count, Found = found.Count, Page = page, Pages = pages, Rows = rows };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return seen; // readiness says it
        }
    }

    /// <returns>The roots, and of each the names that were looked for; null: all of them.</returns>
    private async Task<(IReadOnlyList<ListedRoot>, ILookup<Cid, string>?)> FindAsync(IReadOnlyList<ListedRoot> all, string query, string host, CancellationToken cancel)
    {
        // A root, or a whole name that begins with one, in any text form.
        var only = (Cid.TryParse(query, out var cid) || (ImageName.Parse(query, host).Name is { } name && IsOf(name, out cid))) && store.Find(cid) is { } stored ? stored : null;
        if (only is not null && !rules.AreOn)
            return ([.. all.Where(r => r.Root.Equals(only))], null);
        var wanted = query.ToLowerInvariant();
        // Of these every one may be had.
        var names = (await catalog.NamesAsync(cancel).ConfigureAwait(false))
            .Where(n => only is not null || n.Contains(wanted, StringComparison.Ordinal))
            .Select(n => (Root: Cid.TryParse(n.Split('/')[0], out var root) ? root : null, Path: n[(n.IndexOf('/', StringComparison.Ordinal) + 1)..]))
            .Where(n => n.Root is not null)
            .ToLookup(n => n.Root!, n => n.Path);
        return ([.. all.Where(r => names.Contains(r.Root) && (only is null || r.Root.Equals(only)))], names);
    }

    private static bool IsOf(ImageName name, [NotNullWhen(true)] out Cid? root)
    {
        root = RootName.Parse(name.Name) is RootName.Fixed(var place) ? place.Root : null;
        return root is not null;
    }

    private async ValueTask<RootRow> RowAsync(ListedRoot listed, ILookup<Cid, string>? wanted, int most, CancellationToken cancel)
    {
        var row = new RootRow(listed.Root, new DateTimeOffset(listed.Written, TimeSpan.Zero));
        try
        {
            if (list.Open(listed) is not { } contents)
                return row with { Problem = "it has just been removed" };
            var paths = wanted?[listed.Root].ToList() ?? contents.Paths;
            var repositories = new List<RepositoryRow>();
            foreach (var path in paths.Take(most))
            {
                if (!RepositoryName.TryParse(Place.Join(listed.Root.ToRepositoryComponent(), path), out var name))
                    continue;
                var found = await roots.FindAsync(name, mayAsk: false, cancel).ConfigureAwait(false);
                var tags = found?.Tags.Keys.Select(t => t.ToString()).Order(StringComparer.Ordinal).ToList() ?? [];
                repositories.Add(new RepositoryRow(name, path, [.. tags.Take(TagsOfName)], Math.Max(0, tags.Count - TagsOfName)));
            }
            return row with { Bytes = contents.Bytes, Files = contents.Files, Repositories = repositories, More = Math.Max(0, paths.Count - most) };
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return row with { Problem = $"it cannot be read: {e.Message}" };
        }
        catch (DeniedException e)
        {
            return row with { Problem = e.Message }; // since it was listed
        }
    }
}

/// <param name="Written">When it came into the store.</param>
internal sealed record RootRow(Cid Root, DateTimeOffset Written)
{
    public long? Bytes { get; init; }

    public int Files { get; init; }

    public IReadOnlyList<RepositoryRow> Repositories { get; init; } = [];

    /// <summary>How many more it has.</summary>
    public int More { get; init; }

    public string? Problem { get; init; }
}

/// <param name="Path">The name without the root.</param>
internal sealed record RepositoryRow(RepositoryName Name, string Path, IReadOnlyList<string> Tags, int MoreTags);

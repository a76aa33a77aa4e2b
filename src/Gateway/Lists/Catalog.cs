using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Gateway.Names;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Gateway.Lists;

/// <summary>
/// The names of all repositories of the store, as the publisher prints them. What lies with upstreams has no end that anybody
/// knows. A root is read once, when it is first seen; 10 000 of them take some megabytes of memory.
/// Source: distribution, docs/spec/api.md, "Catalog"; the OCI specification has none.
/// </summary>
internal sealed partial class Catalog(LocalStore store, ContentRules rules, TimeProvider clock, ILogger<Catalog> logger)
{
    /// <summary>A page, where a client asks for more or does not say: distribution's own limit.</summary>
    public const int MaxPage = 1000;

    private readonly SingleFlight<IReadOnlyList<string>> _reading = new();
    private readonly RootWatch _watch = new(store, clock);
    private readonly Dictionary<Cid, IReadOnlyList<Listed>> _names = [];
    private IReadOnlyList<string> _sorted = [];
    private int _generation;

    /// <returns>Every name that may be had, in ASCII order.</returns>
    public Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancel) =>
        _reading.RunAsync("", () => Task.Run(Read, CancellationToken.None), cancel);

    private IReadOnlyList<string> Read()
    {
        var generation = rules.Generation;
        if (!_watch.Look(out var come, out var gone) && generation == _generation)
            return _sorted;
        foreach (var root in gone)
            _names.Remove(root);
        foreach (var root in come)
            _names[root] = NamesIn(root);
        var sorted = _names.Values.SelectMany(names => names).Where(MayBeHad).Select(listed => listed.Name).ToList();
        sorted.Sort(StringComparer.Ordinal);
        _generation = generation;
        return _sorted = sorted;
    }

    private bool MayBeHad(Listed listed) =>
        !rules.AreOn
        || (RootName.Parse(RepositoryName.Parse(listed.Name)) is RootName.Fixed(var place) && rules.Allows(place) && rules.Find(place) is null && listed.Way.All(cid => rules.Find(new Place(cid, "")) is null));

    private IReadOnlyList<Listed> NamesIn(Cid cid)
    {
        try
        {
            if (store.Open(cid) is not { } root)
                return [];
            return [.. RepositoryPaths.Of(root)
                .Select(path => new Listed(Place.Join(cid.ToRepositoryComponent(), path), rules.AreOn ? WayTo(root, path) : []))
                .Where(listed => RepositoryName.TryParse(listed.Name, out _))];
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            // The others are listed all the same.
            LogUnreadable(logger, cid, e.Message);
            return [];
        }
    }

    private static IReadOnlyList<Cid> WayTo(StoredRoot root, string path) =>
        [root.Cid, .. path.Select((c, i) => c == '/' ? i : -1).Where(i => i > 0).Append(path.Length).Select(end => root.Directories.GetValueOrDefault(path[..end])).OfType<Cid>()];

    /// <param name="Name">As it is pulled.</param>
    /// <param name="Way">The CIDs of the directories that lead there, where there are lists to look them up in.</param>
    private sealed record Listed(string Name, IReadOnlyList<Cid> Way);

    [LoggerMessage(EventId = 60, Level = LogLevel.Warning, Message = "Root {Root} cannot be listed: {Problem}")]
    private static partial void LogUnreadable(ILogger logger, Cid root, string problem);
}

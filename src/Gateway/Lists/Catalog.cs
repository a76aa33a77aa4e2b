using Image2Ipfs.Gateway.Fetch;
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
internal sealed partial class Catalog(LocalStore store, TimeProvider clock, ILogger<Catalog> logger)
{
    /// <summary>A page, where a client asks for more or does not say: distribution's own limit.</summary>
    public const int MaxPage = 1000;

    private readonly SingleFlight<IReadOnlyList<string>> _reading = new();
    private readonly RootWatch _watch = new(store, clock);
    private readonly Dictionary<Cid, IReadOnlyList<string>> _names = [];
    private IReadOnlyList<string> _sorted = [];

    /// <returns>Every name, in ASCII order.</returns>
    public Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancel) =>
        _reading.RunAsync("", () => Task.Run(Read, CancellationToken.None), cancel);

    private IReadOnlyList<string> Read()
    {
        if (!_watch.Look(out var come, out var gone))
            return _sorted;
        foreach (var root in gone)
            _names.Remove(root);
        foreach (var root in come)
            _names[root] = NamesIn(root);
        var sorted = _names.Values.SelectMany(names => names).ToList();
        sorted.Sort(StringComparer.Ordinal);
        return _sorted = sorted;
    }

    private IReadOnlyList<string> NamesIn(Cid cid)
    {
        try
        {
            var paths = store.Open(cid) is { } root ? RepositoryPaths.Of(root) : [];
            return [.. paths.Select(path => Place.Join(cid.ToRepositoryComponent(), path)).Where(name => RepositoryName.TryParse(name, out _))];
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            // The others are listed all the same.
            LogUnreadable(logger, cid, e.Message);
            return [];
        }
    }

    [LoggerMessage(EventId = 60, Level = LogLevel.Warning, Message = "Root {Root} cannot be listed: {Problem}")]
    private static partial void LogUnreadable(ILogger logger, Cid root, string problem);
}

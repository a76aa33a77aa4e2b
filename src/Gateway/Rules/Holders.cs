using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Gateway.Rules;

/// <summary>
/// Which roots of the store hold a blob: one that is asked for by its digest alone may be had where one of them may. It is
/// read when it is first needed, and again as roots come and go; a blob takes some 100 bytes.
/// </summary>
internal sealed partial class Holders(LocalStore store, StoreSource source, ContentRules rules, TimeProvider clock, ILogger<Holders> logger)
{
    private readonly Lock _lock = new();
    private readonly RootWatch _watch = new(store, clock);
    private readonly Dictionary<Hash256, List<Cid>> _roots = [];

    public bool MayBeHad(Digest digest) =>
        RootsOf(digest).Any(root => source.HasPermitted(root, digest, place => rules.Allows(place) && rules.Find(place) is null));

    private IReadOnlyList<Cid> RootsOf(Digest digest)
    {
        lock (_lock)
        {
            if (_watch.Look(out var come, out var gone))
            {
                if (gone.Count > 0)
                    _roots.Clear(); // all are read again: that is rare
                foreach (var root in gone.Count > 0 ? _watch.Roots : come)
                    Add(root);
            }
            return _roots.TryGetValue(Hash256.Of(digest.ToHash()), out var roots) ? [.. roots] : [];
        }
    }

    private void Add(Cid root)
    {
        try
        {
            foreach (var blob in store.Open(root)?.Blobs.Keys ?? [])
            {
                var key = Hash256.Of(blob.ToHash());
                if (_roots.TryGetValue(key, out var roots))
                    roots.Add(root);
                else
                    _roots.Add(key, [root]);
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            LogUnreadable(root, e.Message);
        }
    }

    [LoggerMessage(EventId = 85, Level = LogLevel.Warning, Message = "Root {Root} cannot be read, so what it holds is not served by digest alone: {Problem}")]
    private partial void LogUnreadable(Cid root, string problem);
}

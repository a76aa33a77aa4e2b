using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Store;

/// <summary>Which roots have come to a store, and which have gone, since the last look. One thread at a time.</summary>
public sealed class RootWatch(LocalStore store, TimeProvider clock)
{
    /// <summary>How long the store is taken to be as it was: a look at the disk for each question costs more than the answer.</summary>
    private static readonly TimeSpan Recheck = TimeSpan.FromMilliseconds(100);

    /// <summary>A folder that changed this shortly ago may change again without its time telling so.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(2);

    private Dictionary<Cid, (DateTime, long)> _roots = [];
    private DateTime _changed;
    private long? _checked;

    /// <summary>Every root at the last look.</summary>
    public IReadOnlyCollection<Cid> Roots => _roots.Keys;

    /// <summary>The same, each with the time at which its file was written.</summary>
    public IEnumerable<(Cid Root, DateTime Written)> Written => _roots.Select(r => (r.Key, r.Value.Item1));

    /// <param name="come">Those that were not there; one whose file is another has gone and come.</param>
    /// <param name="gone">Those that are no more what they were.</param>
    /// <returns>Whether there are any.</returns>
    public bool Look(out IReadOnlyList<Cid> come, out IReadOnlyList<Cid> gone)
    {
        (come, gone) = ([], []);
        if (_checked is { } last && clock.GetElapsedTime(last) < Recheck)
            return false;
        _checked = clock.GetTimestamp();
        var changed = store.RootsChanged;
        if (changed == _changed)
            return false;
        // The time before the list: what comes between them is listed now and seen as a change once more.
        _changed = clock.GetUtcNow().UtcDateTime - changed > Tick ? changed : default;
        var roots = store.Roots()
            .Select(cid => (Cid: cid, File: new FileInfo(store.RootFile(cid))))
            .Where(r => r.File.Exists)
            .ToDictionary(r => r.Cid, r => (r.File.LastWriteTimeUtc, r.File.Length));
        come = [.. roots.Where(now => !_roots.TryGetValue(now.Key, out var before) || before != now.Value).Select(r => r.Key)];
        gone = [.. _roots.Where(before => !roots.TryGetValue(before.Key, out var now) || now != before.Value).Select(r => r.Key)];
        _roots = roots;
        return come.Count + gone.Count > 0;
    }

    /// <summary>Something is not where it was: the next look is at the disk.</summary>
    public void Doubt() => _checked = null;
}

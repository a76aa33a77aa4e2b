using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Store;

namespace Image2Ipfs.Gateway.FrontDoor;

/// <summary>
/// Where every block of every root of the store lies: some 40 bytes of memory a block, a block for every 256 KiB of a
/// blob. It is read when it is first needed, and again as roots come and go.
/// </summary>
internal sealed partial class StoreIndex(LocalStore store, TimeProvider clock, ILogger<StoreIndex> logger)
{
    /// <summary>How long the store is taken to be as it was: a look at the disk for each block costs more than the block.</summary>
    private static readonly TimeSpan Recheck = TimeSpan.FromMilliseconds(100);

    /// <summary>A folder that changed this shortly ago may change again without its time telling so.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<Cid, (DateTime, long)> _roots = [];
    private readonly Dictionary<ulong, (int File, int Length, long Offset)> _blocks = [];
    private readonly Dictionary<Cid, (int File, long Size)> _wholeFiles = [];
    private readonly List<(string Path, UnixFsType? Envelope)> _files = [];
    private readonly Dictionary<(string, UnixFsType?), int> _fileNumbers = [];
    private DateTime _changed;
    private long? _checked;

    /// <summary>A block: a slice of a file.</summary>
    /// <param name="Envelope">The type in the envelope that is to be put around it, for it is the content of a leaf; null: it is the whole block.</param>
    internal readonly record struct Slice(string File, long Offset, int Length, UnixFsType? Envelope);

    public bool TryFind(Cid cid, out Slice slice)
    {
        slice = default;
        lock (_lock)
        {
            Refresh();
            if (Key(cid.Hash) is not { } key || !_blocks.TryGetValue(key, out var place))
                return false;
            var (path, envelope) = _files[place.File];
            slice = new Slice(path, place.Offset, place.Length, envelope);
            return true;
        }
    }

    /// <summary>The blob that a file's DAG is, if its leaves are plain slices of that.</summary>
    public bool TryFindFile(Cid cid, [NotNullWhen(true)] out string? file, out long size)
    {
        (file, size) = (null, 0);
        lock (_lock)
        {
            Refresh();
            if (!_wholeFiles.TryGetValue(cid.ToV1(), out var whole))
                return false;
            (file, size) = (_files[whole.File].Path, whole.Size);
            return true;
        }
    }

    /// <summary>A file is not where it was: the next look is at the disk.</summary>
    public void Doubt()
    {
        lock (_lock)
            _checked = null;
    }

    private void Refresh()
    {
        if (_checked is { } last && clock.GetElapsedTime(last) < Recheck)
            return;
        _checked = clock.GetTimestamp();
        var changed = store.RootsChanged;
        if (changed == _changed)
            return;
        // The time before the list: what comes between them is listed now and seen as a change once more.
        _changed = clock.GetUtcNow().UtcDateTime - changed > Tick ? changed : default;
        var roots = store.Roots()
            .Select(cid => (Cid: cid, File: new FileInfo(store.RootFile(cid))))
            .Where(r => r.File.Exists)
            .ToDictionary(r => r.Cid, r => (r.File.LastWriteTimeUtc, r.File.Length));
        if (_roots.Any(known => !roots.TryGetValue(known.Key, out var now) || now != known.Value))
            Clear(); // what is left of a root that went may be another's: all are read again
        foreach (var (cid, stamp) in roots)
            if (_roots.TryAdd(cid, stamp))
                Add(cid);
    }

    private void Clear()
    {
        _roots.Clear();
        _blocks.Clear();
        _wholeFiles.Clear();
        _files.Clear();
        _fileNumbers.Clear();
    }

    private void Add(Cid cid)
    {
        try
        {
            if (store.Open(cid) is not { } root)
                return;
            var archive = store.RootFile(root.Cid);
            foreach (var place in root.Places())
            {
                if (Key(place.Cid.Hash) is not { } key)
                    continue; // a CID that is its own block
                var file = Number(place.Blob is { } blob ? store.BlobFile(blob) : archive, place.Envelope);
                _blocks.TryAdd(key, (file, place.Length, place.Offset));
            }
            foreach (var (_, link) in root.Files)
                if (root.HasPlainLeaves(link.Cid) && root.TryGetBlob(link.Cid, out var blob, out var size))
                    _wholeFiles.TryAdd(link.Cid.ToV1(), (Number(store.BlobFile(blob), envelope: null), size));
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            // The other roots are served on; this one is tried again when its file changes.
            LogUnreadable(logger, cid, e.Message);
        }
    }

    private int Number(string path, UnixFsType? envelope)
    {
        if (_fileNumbers.TryGetValue((path, envelope), out var number))
            return number;
        _files.Add((path, envelope));
        return _fileNumbers[(path, envelope)] = _files.Count - 1;
    }

    /// <summary>A block is the same under every version and codec of its CID: its hash counts, and 64 bits of that do.</summary>
    public static ulong? Key(ReadOnlySpan<byte> hash) =>
        BinaryPrimitives.TryReadUInt64LittleEndian(hash, out var key) ? key : null;

    [LoggerMessage(EventId = 10, Level = LogLevel.Warning, Message = "Root {Root} cannot be served: {Problem}")]
    private static partial void LogUnreadable(ILogger logger, Cid root, string problem);
}

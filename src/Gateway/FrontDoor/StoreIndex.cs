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
    private readonly Lock _lock = new();
    private readonly RootWatch _watch = new(store, clock);
    private readonly Dictionary<ulong, (int File, int Length, long Offset)> _blocks = [];
    private readonly Dictionary<Cid, (int File, long Size)> _wholeFiles = [];
    private readonly List<(string Path, UnixFsType? Envelope)> _files = [];
    private readonly Dictionary<(string, UnixFsType?), int> _fileNumbers = [];

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
            _watch.Doubt();
    }

    private void Refresh()
    {
        if (!_watch.Look(out var come, out var gone))
            return;
        if (gone.Count > 0)
            Clear(); // what is left of a root that went may be another's: all are read again
        foreach (var cid in gone.Count > 0 ? _watch.Roots : come)
            Add(cid);
    }

    private void Clear()
    {
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

using System.Diagnostics.CodeAnalysis;
using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace Image2Ipfs.Gateway.Cache;

/// <summary>
/// What came from upstreams and was verified, on disk:
/// <code>
/// blocks/&lt;cid&gt;        directories, inner nodes and small files, each checked again when it is read
/// blobs/&lt;cid&gt;         a file's content: a layer that was checked block by block
/// blobs/&lt;cid&gt;.odd     the same, whose leaves are wrapped in an unusual way: no block can be made of it
/// blobs/sha256:&lt;hex&gt;  the same, checked by its digest
/// partial/&lt;random&gt;/  what one process is fetching; its "lock" is held while that process lives
/// </code>
/// A blob lies under what it was checked against: under one root, a digest's name says nothing about another root. The least
/// recently used go first; when a file was used is its time of writing. Several processes may share the folder.
/// </summary>
internal sealed partial class DiskCache : IDisposable
{
    private static readonly string[] Kinds = ["blocks", "blobs"];
    private const string OddLeaves = ".odd";

    private static readonly TimeSpan TouchEvery = TimeSpan.FromMinutes(1);

    private readonly string _folder;
    private readonly long _maxBytes;
    private readonly TimeProvider _clock;
    private readonly Metrics _metrics;
    private readonly ILogger<DiskCache> _logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();
    private readonly string? _partial;
    private readonly FileStream? _held;
    private long _bytes;
    private int _files;

    public DiskCache(IOptions<GatewaySettings> settings, Metrics metrics, TimeProvider clock, ILogger<DiskCache> logger)
    {
        (_folder, _maxBytes, _metrics, _clock, _logger) = (Path.GetFullPath(settings.Value.Cache.Folder), settings.Value.Cache.MaxBytes, metrics, clock, logger);
        if (_maxBytes == 0)
            return;
        try
        {
            foreach (var kind in (string[])[.. Kinds, "partial"])
                Directory.CreateDirectory(Path.Combine(_folder, kind));
            Sweep();
            _partial = Directory.CreateDirectory(Path.Combine(_folder, "partial", Path.GetRandomFileName())).FullName;
            _held = StoreLock.TryAcquire(Path.Combine(_partial, "lock"));
            Load();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogUnusable(_folder, e.Message);
            _partial = null;
        }
    }

    /// <summary>Whether anything is kept on disk.</summary>
    public bool IsOn => _partial is not null;

    /// <summary>ok, off by its setting, or unusable: since its folder could not be used at the start, or is gone.</summary>
    public string State => _maxBytes == 0 ? "off" : IsOn && Directory.Exists(_partial) ? "ok" : "unusable";

    public long MaxBytes => IsOn ? _maxBytes : 0;

    public long Bytes
    {
        get
        {
            lock (_lock)
                return _bytes;
        }
    }

    public bool TryReadBlock(Cid cid, [NotNullWhen(true)] out byte[]? block)
    {
        block = null;
        var name = BlockName(cid);
        if (!Use(name))
            return false;
        try
        {
            block = File.ReadAllBytes(PathOf(name));
            if (cid.Matches(block))
            {
                PullCost.Current?.From(Origin.Cache);
                return true;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process made room, or the disk is ill.
        }
        Remove(name);
        block = null;
        return false;
    }

    public void WriteBlock(Block block)
    {
        var name = BlockName(block.Cid);
        if (!IsOn || Use(name))
            return;
        var partial = NewPartial();
        try
        {
            File.WriteAllBytes(partial, block.Bytes.Span);
            Keep(partial, name, block.Bytes.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Give(partial);
        }
    }

    /// <returns>The content, which the caller disposes, or null where it is not here.</returns>
    /// <param name="forBlocks">Whether its blocks are to be made from it.</param>
    public SafeFileHandle? OpenBlob(Cid cid, out long size, out string path, bool forBlocks = false) =>
        Open(BlobName(cid, hasPlainLeaves: true), out size, out path) ?? (forBlocks ? null : Open(BlobName(cid, hasPlainLeaves: false), out size, out path));

    /// <inheritdoc cref="OpenBlob(Cid, out long, out string, bool)"/>
    public SafeFileHandle? OpenBlob(Digest digest, out long size, out string path) => Open(BlobName(digest), out size, out path);

    /// <summary>A new file to fetch a blob into, or null where nothing can be kept.</summary>
    public PartialFile? Begin()
    {
        if (!IsOn)
            return null;
        var partial = NewPartial();
        try
        {
            return new PartialFile(this, partial, File.OpenHandle(partial, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        if (_partial is null)
            return;
        try
        {
            Directory.Delete(_partial, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next start sweeps it.
        }
        _held?.Dispose();
    }

    internal static string BlobName(Cid cid, bool hasPlainLeaves) => $"blobs/{cid.ToBase32()}{(hasPlainLeaves ? "" : OddLeaves)}";

    internal static string BlobName(Digest digest) => $"blobs/{digest}";

    /// <summary>Takes a finished file under its name, and makes room for it.</summary>
    internal void Keep(string partial, string name, long size)
    {
        List<string> gone = [];
        var evicted = 0L;
        lock (_lock)
        {
            if (_entries.Remove(name, out var old))
            {
                _byUse.Remove(old);
                _bytes -= old.Value.Size;
            }
            _bytes += size;
            while (_bytes > _maxBytes && _byUse.First is { } oldest)
            {
                gone.Add(oldest.Value.Name);
                _byUse.RemoveFirst();
                _entries.Remove(oldest.Value.Name);
                _bytes -= oldest.Value.Size;
                evicted += oldest.Value.Size;
            }
            File.Move(partial, PathOf(name), overwrite: true);
            _entries[name] = _byUse.AddLast(new Entry(name, size) { Touched = _clock.GetTimestamp() });
        }
        _metrics.Filled(size);
        _metrics.Evicted(gone.Count, evicted);
        foreach (var old in gone)
            File.Delete(PathOf(old));
    }

    internal static void Give(string partial)
    {
        try
        {
            File.Delete(partial);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It goes with its folder.
        }
    }

    private static string BlockName(Cid cid) => $"blocks/{cid.ToBase32()}";

    private string NewPartial() => Path.Combine(_partial!, $"{Interlocked.Increment(ref _files)}");

    private string PathOf(string name) => Path.Combine(_folder, name);

    private SafeFileHandle? Open(string name, out long size, out string path)
    {
        (size, path) = (0, PathOf(name));
        if (!Use(name))
            return null;
        try
        {
            var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
            size = RandomAccess.GetLength(file);
            PullCost.Current?.From(Origin.Cache);
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Remove(name);
            return null;
        }
    }

    /// <summary>Marks it as used just now.</summary>
    /// <returns>Whether it is here.</returns>
    private bool Use(string name)
    {
        if (!IsOn)
            return false;
        lock (_lock)
        {
            if (!_entries.TryGetValue(name, out var node))
                return false;
            _byUse.Remove(node);
            _byUse.AddLast(node);
            if (_clock.GetElapsedTime(node.Value.Touched) < TouchEvery)
                return true;
            node.Value.Touched = _clock.GetTimestamp();
        }
        try
        {
            File.SetLastWriteTimeUtc(PathOf(name), _clock.GetUtcNow().UtcDateTime);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then it is older than it is; opening it will say whether it is there.
        }
        return true;
    }

    private void Remove(string name)
    {
        lock (_lock)
        {
            if (_entries.Remove(name, out var node))
            {
                _byUse.Remove(node);
                _bytes -= node.Value.Size;
            }
        }
        Give(PathOf(name));
    }

    private void Load()
    {
        var files = Kinds
            .SelectMany(kind => new DirectoryInfo(Path.Combine(_folder, kind)).EnumerateFiles().Select(file => (Name: $"{kind}/{file.Name}", File: file)))
            .OrderBy(f => f.File.LastWriteTimeUtc);
        foreach (var (name, file) in files)
        {
            _entries[name] = _byUse.AddLast(new Entry(name, file.Length));
            _bytes += file.Length;
        }
        while (_bytes > _maxBytes && _byUse.First is { } oldest)
            Remove(oldest.Value.Name);
    }

    private void Sweep()
    {
        foreach (var partial in Directory.EnumerateDirectories(Path.Combine(_folder, "partial")))
        {
            using var held = StoreLock.TryAcquire(Path.Combine(partial, "lock"));
            if (held is not null)
                Directory.Delete(partial, recursive: true);
        }
    }

    [LoggerMessage(EventId = 20, Level = LogLevel.Warning, Message = "The cache {Folder} cannot be used, nothing is kept on disk: {Reason}")]
    private partial void LogUnusable(string folder, string reason);

    private sealed class Entry(string name, long size)
    {
        public string Name { get; } = name;

        public long Size { get; } = size;

        /// <summary>When the file was last marked as used.</summary>
        public long Touched { get; set; }
    }
}

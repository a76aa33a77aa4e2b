using Image2Ipfs.Ipfs;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Store;

/// <summary>
/// A root of an archive on its way into the store:
/// <list type="number">
/// <item>walk the directories: every block is there, and every name one that a folder can hold;</item>
/// <item>make blobs of the files that are named by a digest, right or wrong, and of a root that is a file;</item>
/// <item>keep the other files whole, as nodes, where they are small: an index, a manifest; the rest are blobs too;</item>
/// <item>note which blobs those files are that nothing in the tree says it of.</item>
/// </list>
/// </summary>
internal sealed class ImportedTree(Cid root, ArchivedBlocks blocks, Staging staging, CancellationToken cancel)
{
    /// <summary>All of it is memory whenever the root is opened. Directories of an image have some 20 KB.</summary>
    private const int MaxKept = 16 * 1024 * 1024;

    /// <summary>No index, and no manifest, is longer.</summary>
    private const int MaxSmallFile = 4 * 1024 * 1024;

    private const int MaxSmallFiles = 8 * 1024 * 1024;

    private readonly ImportBudget _budget = new(blocks.Bytes);
    private readonly Dictionary<Cid, Block> _kept = [];
    private readonly Dictionary<Cid, (ImportedFile File, StagedBlob Blob)> _blobs = [];
    private readonly HashSet<Cid> _small = [];
    private readonly List<(string Path, DagLink Link)> _files = [];
    private Block? _map;
    private int _entries;
    private long _keptBytes;
    private long _smallBytes;

    /// <summary>Checks the whole tree and stages its blobs.</summary>
    /// <exception cref="InvalidDataException">It is not whole, or holds what the store cannot keep.</exception>
    public void Stage()
    {
        // 1
        Add("", new DagLink("", root, 0));

        // 2
        foreach (var (path, link) in _files)
            if (path.Length == 0 || (TreePaths.TryGetDigest(path, out var digest) && digest.IsSha256))
                StageBlob(link);

        // 3
        foreach (var (_, link) in _files)
            if (!_blobs.ContainsKey(link.Cid) && !_small.Contains(link.Cid) && !TryKeepFile(link))
                StageBlob(link);

        // 4
        foreach (var (_, link) in _files)
            if (_blobs.TryGetValue(link.Cid, out var blob))
                blob.File.CheckLink(link);
        var untold = _files.GroupBy(f => f.Link.Cid)
            .Where(f => _blobs.TryGetValue(f.Key, out var blob) && !IsTold(f, blob.File.HasInnerNodes ? blob.File.Size : null, BlobOf(blob)))
            .ToDictionary(f => f.Key, f => BlobOf(_blobs[f.Key]));
        _map = untold.Count > 0 ? BlobMap.Encode(untold) : null;
    }

    /// <returns>The blobs that the store did not have.</returns>
    public IReadOnlyList<StagedBlob> Commit() => staging.Commit(root, _kept.Values, _blobs.Values.Select(b => b.Blob), _map);

    /// <param name="path">Where it lies; empty for the root.</param>
    /// <param name="link">A file or a directory.</param>
    private void Add(string path, DagLink link)
    {
        switch (TypeOf(link.Cid))
        {
            case UnixFsType.Directory or UnixFsType.HamtShard:
                Walk(path.Length == 0 ? "" : path + "/", link.Cid);
                break;
            case UnixFsType.File or UnixFsType.Raw:
                _files.Add((path, link));
                break;
            case var type:
                throw new InvalidDataException($"{link.Cid} is of the type {type}, which the store does not keep");
        }
    }

    private void Walk(string path, Cid directory)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in DirectoryDag.Entries(directory, KeepBlock))
        {
            cancel.ThrowIfCancellationRequested();
            if (!StoredRoot.IsFileName(entry.Name) || !names.Add(entry.Name))
                throw new InvalidDataException($"{directory} has an entry that no folder can hold");
            var entryPath = path + entry.Name;
            if (entryPath.Length > StoredRoot.MaxPathLength || ++_entries > StoredRoot.MaxFiles)
                throw new InvalidDataException($"{root} lists more files, or deeper ones, than an image has");
            Add(entryPath, entry);
        }
    }

    private UnixFsType TypeOf(Cid cid) =>
        cid.Codec == Cid.Raw ? UnixFsType.File :
        cid.Codec == Cid.DagPb ? UnixFsData.Decode(DagPbNode.Decode(blocks.Get(cid)).Data).Type :
        throw new InvalidDataException($"{cid} is neither a file nor a directory");

    private void StageBlob(DagLink link)
    {
        if (_blobs.ContainsKey(link.Cid))
            return;
        var file = new ImportedFile(link.Cid, blocks, _budget, Keep, cancel);
        using var writer = staging.BeginImportedBlob();
        _blobs.Add(link.Cid, (file, file.Stage(writer)));
    }

    private bool TryKeepFile(DagLink link)
    {
        var file = new ImportedFile(link.Cid, blocks, _budget, Keep, cancel);
        if (file.Size > MaxSmallFile || _smallBytes + file.Size > MaxSmallFiles)
            return false;
        _smallBytes += file.Size;
        _small.Add(link.Cid);
        file.Keep();
        return true;
    }

    private static FileBlob BlobOf((ImportedFile File, StagedBlob Blob) file) => new(file.Blob.Digest, file.Blob.Size, file.File.Leaves);

    /// <summary>Whether the tree says so itself, and at none of the file's places anything else.</summary>
    private static bool IsTold(IEnumerable<(string Path, DagLink Link)> places, long? size, FileBlob blob)
    {
        try
        {
            var told = places.Select(p => FileBlob.Told(p.Path, p.Link, size)).OfType<FileBlob>().ToList();
            return told.Count > 0 && told.TrueForAll(t => t == blob);
        }
        catch (InvalidDataException)
        {
            return false; // a total size that no leaf has
        }
    }

    private ReadOnlyMemory<byte> KeepBlock(Cid cid)
    {
        if (_kept.TryGetValue(cid, out var there))
            return there.Bytes;
        var block = new Block(cid, blocks.Get(cid));
        Keep(block);
        return block.Bytes;
    }

    /// <summary>A block that goes into the root's own file.</summary>
    private void Keep(Block block)
    {
        if (block.Cid.IsIdentity || !_kept.TryAdd(block.Cid, block))
            return;
        if ((_keptBytes += block.Bytes.Length) > MaxKept)
            throw new InvalidDataException($"its directories, and the blocks that cannot be made of its files again, have more than {MaxKept / 1024 / 1024} MiB");
    }
}

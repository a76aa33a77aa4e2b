using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Store;

/// <summary>
/// A tree of an archive on its way into the store, which keeps file contents as blobs and makes their leaves again from
/// them. So the tree has to be one of which that can be done:
/// <list type="number">
/// <item>walk the directories: every block is there, and every name one that a folder can hold;</item>
/// <item>put together the files that are named by their digest: the content has that digest, and a publish of it the same CID;</item>
/// <item>keep the other files whole, as nodes, for they are small: an index, a layout's version.</item>
/// </list>
/// </summary>
internal sealed class ImportedTree(Cid root, ArchivedBlocks blocks, Staging staging, CancellationToken cancel)
{
    /// <summary>All of it is memory whenever the root is opened. Directories of an image have some 20 KB.</summary>
    private const int MaxKept = 16 * 1024 * 1024;

    /// <summary>No index, and no manifest, is longer.</summary>
    private const int MaxSmallFile = 4 * 1024 * 1024;

    private const int MaxDepth = 32;
    private const int MaxOverhead = 1024 * 1024;

    private readonly Dictionary<Cid, Block> _kept = [];
    private readonly Dictionary<Cid, StagedBlob> _blobs = [];
    private readonly List<(string Path, DagLink Link)> _files = [];
    private int _entries;
    private long _keptBytes;

    /// <summary>A few blocks can stand for a file without end. Nothing that is not a bomb holds a thousand times its bytes.</summary>
    private long _contentLeft = 1024 * blocks.Bytes;

    /// <summary>Checks the whole tree and stages its blobs.</summary>
    /// <exception cref="InvalidDataException">It is not whole, or not a tree that the store can keep.</exception>
    public void Stage()
    {
        // 1
        if (TypeOf(root) is not (UnixFsType.Directory or UnixFsType.HamtShard))
            throw new InvalidDataException($"{root} is no directory");
        Walk("", root);

        // 2
        foreach (var (path, link) in _files)
            if (TreePaths.TryGetDigest(path, out var digest) && digest.IsSha256)
                StageBlob(path, link, digest);

        // 3
        foreach (var (path, link) in _files)
        {
            if (_blobs.TryGetValue(link.Cid, out var blob))
                CheckSize(path, link.TotalSize, blob.Dag.TotalSize);
            else
                KeepFile(path, link);
        }
    }

    /// <returns>The blobs that the store did not have.</returns>
    public IReadOnlyList<StagedBlob> Commit() => staging.Commit(root, _kept.Values, _blobs.Values);

    private void Walk(string path, Cid directory)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in DirectoryDag.Entries(directory, Keep))
        {
            cancel.ThrowIfCancellationRequested();
            if (!StoredRoot.IsFileName(entry.Name) || !names.Add(entry.Name))
                throw new InvalidDataException($"{directory} has an entry that no folder can hold");
            var entryPath = path + entry.Name;
            if (entryPath.Length > StoredRoot.MaxPathLength || ++_entries > StoredRoot.MaxFiles)
                throw new InvalidDataException($"{root} lists more files, or deeper ones, than an image has");
            switch (TypeOf(entry.Cid))
            {
                case UnixFsType.Directory or UnixFsType.HamtShard:
                    Walk(entryPath + "/", entry.Cid);
                    break;
                case UnixFsType.File or UnixFsType.Raw:
                    _files.Add((entryPath, entry));
                    break;
                case var type:
                    throw new InvalidDataException($"{entry.Cid} is of the type {type}, which no published tree has");
            }
        }
    }

    private UnixFsType TypeOf(Cid cid) =>
        cid.Codec == Cid.Raw ? UnixFsType.File :
        cid.Codec == Cid.DagPb ? UnixFsData.Decode(DagPbNode.Decode(blocks.Get(cid)).Data).Type :
        throw new InvalidDataException($"{cid} is neither a file nor a directory");

    private void StageBlob(string path, DagLink link, Digest digest)
    {
        if (!_blobs.TryGetValue(link.Cid, out var blob))
        {
            using var writer = staging.BeginBlob();
            long visited = 0, written = 0;
            Append(link.Cid, depth: 0);
            blob = writer.Finish();
            if (!blob.Dag.Cid.Equals(link.Cid))
                throw new InvalidDataException($"{link.Cid} was not chunked as {staging.Profile.Name} says, so the store cannot make its blocks again");
            _blobs.Add(link.Cid, blob);

            void Append(Cid cid, int depth)
            {
                cancel.ThrowIfCancellationRequested();
                var block = blocks.Get(cid);
                // Nodes are little beside content. Where they are not, they link to one another again and again.
                if (depth > MaxDepth || (visited += block.Length) > 2 * written + block.Length + MaxOverhead)
                    throw new InvalidDataException($"{link.Cid} is nested too deep");
                if (cid.Codec == Cid.Raw)
                {
                    Write(block);
                    return;
                }
                var node = DagPbNode.Decode(block);
                Write(UnixFsData.Decode(node.Data).Data);
                foreach (var child in node.Links)
                    Append(child.Cid, depth + 1);
            }

            void Write(ReadOnlyMemory<byte> content)
            {
                if ((_contentLeft -= content.Length) < 0)
                    throw new InvalidDataException("its files are more than a thousand times as long as the archive");
                writer.Write(content.Span);
                written += content.Length;
            }
        }
        if (blob.Digest != digest)
            throw new InvalidDataException($"the content of {path} has the digest {blob.Digest}");
    }

    private void KeepFile(string path, DagLink link)
    {
        if (link.TotalSize > MaxSmallFile)
            throw new InvalidDataException($"{path} is neither small nor named by its digest: this is no tree of images");
        var content = UnixFsFile.Read(link.Cid, Keep, MaxSmallFile);
        CheckSize(path, link.Cid.Codec == Cid.Raw ? link.TotalSize : UnixFsData.Decode(DagPbNode.Decode(Keep(link.Cid)).Data).FileSize, (ulong)content.Length);
        if (path.EndsWith("/" + TreePaths.Index, StringComparison.Ordinal))
            CheckIndex(path, content);
    }

    /// <summary>Nothing else says how long a file is before it is read, and the store believes it.</summary>
    private static void CheckSize(string path, ulong? said, ulong actual)
    {
        if (said != actual)
            throw new InvalidDataException($"the size that the tree gives {path} is wrong");
    }

    private static void CheckIndex(string path, byte[] content)
    {
        try
        {
            ImageIndex.Parse(content);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"{path} is no index of images: {e.Message}", e);
        }
    }

    /// <summary>A block that goes into the root's own file.</summary>
    private ReadOnlyMemory<byte> Keep(Cid cid)
    {
        if (_kept.TryGetValue(cid, out var there))
            return there.Bytes;
        var block = blocks.Get(cid);
        if ((_keptBytes += block.Length) > MaxKept)
            throw new InvalidDataException($"its directories and the files that are not named by their digest have more than {MaxKept / 1024 / 1024} MiB: this is no tree of images");
        _kept.Add(cid, new Block(cid, block));
        return block;
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Store;

/// <summary>
/// A root of the store: its directories, or the one file that it is, and where its files' bytes lie. It is read whole; a
/// root of an image of 1 GB has some 200 KB.
/// </summary>
public sealed class StoredRoot
{
    // No image comes near these. A root that somebody else made may hold one directory again and again, without end.
    internal const int MaxFiles = 50_000;
    internal const int MaxPathLength = 1024;
    private const int MaxDepth = 1024;
    private const int BlocksAhead = 8;

    private readonly Dictionary<Cid, ReadOnlyMemory<byte>> _blocks;
    private readonly Dictionary<Cid, FileBlob> _blobs;
    private readonly Dictionary<string, Cid> _directories = new(StringComparer.Ordinal);
    private int _entries;

    /// <param name="store">Where it lies.</param>
    /// <param name="cid">The root.</param>
    /// <param name="blocks">What its file has.</param>
    /// <param name="map">The blobs of which the tree does not say which files they are.</param>
    private StoredRoot(LocalStore store, Cid cid, Dictionary<Cid, ReadOnlyMemory<byte>> blocks, Dictionary<Cid, FileBlob> map)
    {
        (Store, Cid, _blocks, _blobs) = (store, cid, blocks, map);
        Files = map.ContainsKey(cid) ? [("", RootFile())] : [.. Walk("", cid)];
        CheckMap();
        foreach (var (path, link) in Files)
            if (!_blobs.ContainsKey(link.Cid) && FileBlob.Told(path, link, Find(link.Cid) is { } block ? UnixFsFile.ContentSize(link.Cid, block) : null) is { } told)
                _blobs.Add(link.Cid, told);
        Blobs = Files
            .Where(f => _blobs.ContainsKey(f.Link.Cid))
            .DistinctBy(f => _blobs[f.Link.Cid].Digest)
            .ToDictionary(f => _blobs[f.Link.Cid].Digest, f => f.Link);
    }

    public Cid Cid { get; }

    /// <summary>The store that it lies in.</summary>
    public LocalStore Store { get; }

    public CidProfile Profile => CidProfile.Of(Cid);

    /// <summary>Every file of the tree with its path, depth first. A root that is a file is one whose path is empty.</summary>
    public IReadOnlyList<(string Path, DagLink Link)> Files { get; }

    /// <summary>Every directory of the tree by its path, the root without one.</summary>
    public IReadOnlyDictionary<string, Cid> Directories => _directories;

    /// <summary>The files whose bytes are the store's blobs, one for each digest: those of their bytes, whatever names they have.</summary>
    public IReadOnlyDictionary<Digest, DagLink> Blobs { get; }

    /// <summary>Whether the root is one file, and no directory.</summary>
    public bool IsFile => Files is [("", _)];

    /// <summary>The repositories of the tree: its folders with an index.</summary>
    public IEnumerable<RepositoryName> Repositories => Files
        .Where(f => f.Path.EndsWith("/" + TreePaths.Index, StringComparison.Ordinal))
        .Select(f => RepositoryName.TryParse(f.Path[..^(TreePaths.Index.Length + 1)], out var name) ? name : (RepositoryName?)null)
        .OfType<RepositoryName>();

    internal static StoredRoot Read(LocalStore store, Cid cid, byte[] car)
    {
        var (roots, blocks) = Car.Read(car);
        if (roots.Count > 2 || !roots[0].Equals(cid))
            throw new InvalidDataException($"{cid}.car is the archive of another root");
        var byCid = new Dictionary<Cid, ReadOnlyMemory<byte>>();
        foreach (var block in blocks)
        {
            if (!block.Cid.Matches(block.Bytes.Span))
                throw new InvalidDataException($"{cid}.car is damaged: block {block.Cid} is not what its name says");
            byCid[block.Cid] = block.Bytes;
        }
        if (roots.Count == 1)
            return new StoredRoot(store, cid, byCid, []);
        if (blocks.Count == 0 || !blocks[^1].Cid.Equals(roots[1]))
            throw new InvalidDataException($"{cid}.car has lost the map of its blobs");
        return new StoredRoot(store, cid, byCid, BlobMap.Decode(blocks[^1].Bytes.Span));
    }

    /// <summary>The file at this path of the tree, or null.</summary>
    public DagLink? Find(string path)
    {
        foreach (var (filePath, link) in Files)
            if (filePath == path)
                return link;
        return null;
    }

    /// <summary>The blob that a file of the tree is.</summary>
    /// <param name="file">The CID of the file.</param>
    /// <param name="digest">That of its bytes, whatever its name says.</param>
    /// <param name="size">Its length in bytes.</param>
    /// <returns>False where the tree has no such file, or has its bytes in blocks.</returns>
    public bool TryGetBlob(Cid file, out Digest digest, out long size)
    {
        var found = _blobs.TryGetValue(file, out var blob);
        (digest, size) = found ? (blob!.Digest, blob.Size) : default;
        return found;
    }

    /// <summary>Whether every leaf of a file that is a blob is a slice of it, bare or in the envelope of <see cref="FileDag.Leaf"/>.</summary>
    public bool HasPlainLeaves(Cid file) => _blobs.TryGetValue(file, out var blob) && blob.Leaves == LeafKind.Plain;

    /// <summary>A small file of the tree, such as an index.</summary>
    /// <exception cref="InvalidDataException">It is longer, or its bytes are missing or damaged.</exception>
    public bool TryReadFile(string path, int maxBytes, [NotNullWhen(true)] out byte[]? content)
    {
        content = Find(path) is not { Cid: var file } ? null :
            _blobs.TryGetValue(file, out var blob) ? ReadBlob(blob, maxBytes) :
            UnixFsFile.Read(file, GetBlock, maxBytes);
        return content is not null;
    }

    /// <summary>How many bytes a file of the tree has, as its DAG says; what lies on disk may have lost some.</summary>
    /// <param name="link">One of <see cref="Files"/>.</param>
    /// <exception cref="InvalidDataException">The DAG does not say it.</exception>
    public long SizeOf(DagLink link) => _blobs.TryGetValue(link.Cid, out var blob) ? blob.Size : UnixFsFile.ContentSize(link.Cid, GetBlock(link.Cid));

    /// <summary>Copies a file of the tree out of the store.</summary>
    /// <param name="link">One of <see cref="Files"/>.</param>
    /// <param name="to">A file that is not there yet.</param>
    /// <exception cref="InvalidDataException">Its bytes are missing or damaged.</exception>
    public void CopyFile(DagLink link, string to)
    {
        if (!TryGetBlob(link.Cid, out var digest, out _))
        {
            File.WriteAllBytes(to, UnixFsFile.Read(link.Cid, GetBlock, int.MaxValue));
            return;
        }
        try
        {
            // A copy on write where the file system can; never a link, for the copy may be written to.
            File.Copy(Store.BlobFile(digest), to);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException($"blob {digest} is missing", e);
        }
        // A blob may have rotted since it was written, and nothing in a folder would say so.
        using var copy = File.OpenRead(to);
        if (Digest.FromSha256Hash(SHA256.HashData(copy)) != digest)
            throw new InvalidDataException($"blob {digest} is damaged");
    }

    /// <summary>Every block of the DAG, in the order of <see cref="Places()"/>: that of a CAR that a gateway serves.</summary>
    /// <param name="without">Blocks that are left out, and not read.</param>
    /// <exception cref="InvalidDataException">A blob is missing or too short.</exception>
    public IEnumerable<Block> Blocks(IReadOnlySet<Cid>? without = null)
    {
        (Digest Digest, BlobReader Reader)? open = null;
        try
        {
            foreach (var place in Places())
            {
                if (without?.Contains(place.Cid) == true)
                    continue;
                if (place.Blob is not { } digest)
                {
                    yield return new Block(place.Cid, _blocks[place.Cid]);
                    continue;
                }
                if (open?.Digest != digest)
                {
                    open?.Reader.Dispose();
                    open = null;
                    open = (digest, new BlobReader(Store.BlobFile(digest), digest));
                }
                var leaf = FileDag.EmptyLeaf(place.Envelope, place.Length, out var content);
                open.Value.Reader.Read(place.Offset, leaf.AsSpan(content));
                yield return new Block(place.Cid, leaf);
            }
        }
        finally
        {
            open?.Reader.Dispose();
        }
    }

    /// <summary>The same, each checked against its CID: a blob may have rotted since it was written, and who gets a wrong block cannot use the rest.</summary>
    /// <exception cref="InvalidDataException">A blob is missing or damaged.</exception>
    public IEnumerable<Block> VerifiedBlocks(IReadOnlySet<Cid>? without = null)
    {
        // Hashing takes longer than reading and writing: it runs ahead on the other cores.
        var ahead = new Queue<(Block Block, Task<bool> Matches)>();
        foreach (var block in Blocks(without))
        {
            ahead.Enqueue((block, Task.Run(() => block.Cid.Matches(block.Bytes.Span))));
            if (ahead.Count > BlocksAhead)
                yield return Checked(ahead.Dequeue());
        }
        while (ahead.TryDequeue(out var next))
            yield return Checked(next);

        static Block Checked((Block Block, Task<bool> Matches) next) =>
            next.Matches.GetAwaiter().GetResult() ? next.Block : throw new InvalidDataException($"block {next.Block.Cid} is not what its name says");
    }

    /// <summary>Where every block of the DAG lies, depth first from the root, each once. No blob is looked at.</summary>
    /// <exception cref="InvalidDataException">A node is missing.</exception>
    public IEnumerable<BlockPlace> Places()
    {
        var seen = new HashSet<Cid>();
        return Places(Cid, blob: null, 0, 0, depth: 0);

        // offset and size: the slice of the blob that this node stands for.
        IEnumerable<BlockPlace> Places(Cid cid, FileBlob? blob, long offset, long size, int depth)
        {
            if (depth > MaxDepth)
                throw new InvalidDataException($"{Cid}.car is nested too deep");
            if (!seen.Add(cid))
                yield break;
            if (blob is null && _blobs.TryGetValue(cid, out blob))
                (offset, size) = (0, blob.Size);

            if (Find(cid) is not { } block)
            {
                // A longer "leaf" is a blob whose inner nodes are missing.
                if (blob is null || cid.Codec is not (Cid.Raw or Cid.DagPb) || size is < 0 or > FileDag.MaxLeaf)
                    throw new InvalidDataException($"block {cid} is missing");
                yield return new BlockPlace(cid, blob.Digest, offset, (int)size) { Envelope = EnvelopeOf(cid, blob) };
                yield break;
            }
            // It is a slice of the archive as that was read. What lies in its own name, no archive has.
            if (!cid.IsIdentity)
                yield return new BlockPlace(cid, null, MemoryMarshal.TryGetArray(block, out var slice) ? slice.Offset : 0, block.Length);
            if (cid.Codec == Cid.Raw)
                yield break;

            var node = DagPbNode.Decode(block);
            var data = UnixFsData.Decode(node.Data);
            var sizes = data.BlockSizes;
            offset += data.Data.Length;
            for (var i = 0; i < node.Links.Count; i++)
            {
                var part = blob is not null && i < sizes.Count ? (long)sizes[i] : 0;
                foreach (var below in Places(node.Links[i].Cid, blob, offset, part, depth + 1))
                    yield return below;
                offset += part;
            }
        }
    }

    private static UnixFsType? EnvelopeOf(Cid leaf, FileBlob blob) =>
        leaf.Codec == Cid.Raw ? null : blob.Leaves == LeafKind.Raw ? UnixFsType.Raw : UnixFsType.File;

    private byte[] ReadBlob(FileBlob blob, int maxBytes)
    {
        if (blob.Size > maxBytes)
            throw new InvalidDataException($"blob {blob.Digest} is longer than {maxBytes} bytes");
        var content = new byte[blob.Size];
        using (var reader = new BlobReader(Store.BlobFile(blob.Digest), blob.Digest))
            reader.Read(0, content);
        return Digest.Sha256(content) == blob.Digest ? content : throw new InvalidDataException($"blob {blob.Digest} is damaged");
    }

    private ReadOnlyMemory<byte> GetBlock(Cid cid) =>
        Find(cid) ?? throw new InvalidDataException($"{Cid}.car is damaged: block {cid} is missing");

    private ReadOnlyMemory<byte>? Find(Cid cid) =>
        _blocks.TryGetValue(cid, out var block) ? block : cid.IsIdentity ? cid.Hash.ToArray() : default(ReadOnlyMemory<byte>?);

    /// <summary>The link to a root that is a file: no directory has one.</summary>
    private DagLink RootFile()
    {
        var size = _blobs[Cid].Size;
        if (Find(Cid) is { } block)
        {
            var below = Cid.Codec == Cid.Raw ? [] : DagPbNode.Decode(block).Links;
            return new DagLink("", Cid, below.Aggregate((ulong)block.Length, (sum, link) => sum + link.TotalSize));
        }
        if (size > FileDag.MaxLeaf)
            throw new InvalidDataException($"block {Cid} is missing");
        return new DagLink("", Cid, (ulong)FileDag.EmptyLeaf(EnvelopeOf(Cid, _blobs[Cid]), (int)size, out _).Length);
    }

    private void CheckMap()
    {
        var files = Files.Select(f => f.Link.Cid).ToHashSet();
        foreach (var (file, blob) in _blobs)
            if (!files.Contains(file) || (Find(file) is { } block && UnixFsFile.ContentSize(file, block) != blob.Size))
                throw new InvalidDataException($"{Cid}.car has a wrong map of its blobs");
    }

    private IEnumerable<(string, DagLink)> Walk(string path, Cid directory)
    {
        _directories.TryAdd(path.TrimEnd('/'), directory);
        foreach (var entry in DirectoryDag.Entries(directory, GetBlock))
        {
            if (!IsFileName(entry.Name))
                throw new InvalidDataException($"{Cid} has an entry that no folder can hold");
            var entryPath = path + entry.Name;
            if (entryPath.Length > MaxPathLength || ++_entries > MaxFiles)
                throw new InvalidDataException($"{Cid}.car lists more files, or deeper ones, than an image has");
            if (IsDirectory(entry.Cid))
                foreach (var below in Walk(entryPath + "/", entry.Cid))
                    yield return below;
            else
                yield return (entryPath, entry);
        }
    }

    /// <summary>Files are written under the names of a tree: none may lead elsewhere.</summary>
    internal static bool IsFileName(string name) => name is not ("" or "." or "..") && !name.AsSpan().ContainsAny('/', '\\', '\0');

    private bool IsDirectory(Cid cid) =>
        cid.Codec == Cid.DagPb && Find(cid) is { } block
        && UnixFsData.Decode(DagPbNode.Decode(block).Data).Type is UnixFsType.Directory or UnixFsType.HamtShard;
}

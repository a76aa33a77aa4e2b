using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Store;

/// <summary>
/// A root of the store: its directories and where its files' bytes lie. It is read whole; a root of an image of 1 GB
/// has some 200 KB.
/// </summary>
public sealed class StoredRoot
{
    // No image comes near these. A root that somebody else made may hold one directory again and again, without end.
    internal const int MaxFiles = 50_000;
    internal const int MaxPathLength = 1024;
    private const int MaxDepth = 1024;

    /// <summary>Blocks of IPFS have at most 2 MiB. A longer "leaf" is a blob whose inner nodes are missing.</summary>
    private const int MaxLeaf = 2 * 1024 * 1024;

    private const int BlocksAhead = 8;

    private readonly Dictionary<Cid, ReadOnlyMemory<byte>> _blocks;
    private readonly Dictionary<Cid, Digest> _digests;
    private int _entries;

    private StoredRoot(LocalStore store, Cid cid, Dictionary<Cid, ReadOnlyMemory<byte>> blocks)
    {
        (Store, Cid, _blocks) = (store, cid, blocks);
        Files = [.. Walk("", cid)];
        Blobs = Files
            .Select(f => (f.Link, Digest: TreePaths.TryGetDigest(f.Path, out var digest) ? digest : default))
            .Where(f => f.Digest.IsSha256)
            .DistinctBy(f => f.Digest)
            .ToDictionary(f => f.Digest, f => f.Link);
        _digests = Blobs.GroupBy(b => b.Value.Cid).ToDictionary(g => g.Key, g => g.First().Key);
    }

    public Cid Cid { get; }

    /// <summary>The store that it lies in.</summary>
    public LocalStore Store { get; }

    public CidProfile Profile => CidProfile.Of(Cid);

    /// <summary>Every file of the tree with its path, depth first.</summary>
    public IReadOnlyList<(string Path, DagLink Link)> Files { get; }

    /// <summary>The files that the tree names by their digest, whose bytes are the store's blobs.</summary>
    public IReadOnlyDictionary<Digest, DagLink> Blobs { get; }

    /// <summary>The repositories of the tree: its folders with an index.</summary>
    public IEnumerable<RepositoryName> Repositories => Files
        .Where(f => f.Path.EndsWith("/" + TreePaths.Index, StringComparison.Ordinal))
        .Select(f => RepositoryName.TryParse(f.Path[..^(TreePaths.Index.Length + 1)], out var name) ? name : (RepositoryName?)null)
        .OfType<RepositoryName>();

    internal static StoredRoot Read(LocalStore store, Cid cid, byte[] car)
    {
        var (roots, blocks) = Car.Read(car);
        if (roots is not [var root] || !root.Equals(cid))
            throw new InvalidDataException($"{cid}.car is the archive of another root");
        var byCid = new Dictionary<Cid, ReadOnlyMemory<byte>>();
        foreach (var block in blocks)
        {
            if (!block.Cid.Matches(block.Bytes.Span))
                throw new InvalidDataException($"{cid}.car is damaged: block {block.Cid} is not what its name says");
            byCid[block.Cid] = block.Bytes;
        }
        return new StoredRoot(store, cid, byCid);
    }

    /// <summary>A file of the tree that is no blob, such as an index.</summary>
    public bool TryReadFile(string path, int maxBytes, [NotNullWhen(true)] out byte[]? content)
    {
        var file = Files.FirstOrDefault(f => f.Path == path).Link;
        content = file.Cid is null ? null : UnixFsFile.Read(file.Cid, GetBlock, maxBytes);
        return content is not null;
    }

    /// <summary>How many bytes a file of the tree has, as its DAG says; what lies on disk may have lost some.</summary>
    /// <param name="link">One of <see cref="Files"/>.</param>
    /// <exception cref="InvalidDataException">The DAG does not say it.</exception>
    public long SizeOf(DagLink link)
    {
        if (link.Cid.Codec == Cid.Raw)
            return (long)link.TotalSize;
        if (!_blocks.TryGetValue(link.Cid, out var block))
            return FileDag.LeafContentLength(link.TotalSize);
        return UnixFsData.Decode(DagPbNode.Decode(block).Data).FileSize is { } size
            ? (long)size
            : throw new InvalidDataException($"{Cid}.car has a file without a size");
    }

    /// <summary>Copies a file of the tree out of the store.</summary>
    /// <param name="link">One of <see cref="Files"/>.</param>
    /// <param name="to">A file that is not there yet.</param>
    /// <exception cref="InvalidDataException">Its bytes are missing or damaged.</exception>
    public void CopyFile(DagLink link, string to)
    {
        if (!_digests.TryGetValue(link.Cid, out var digest))
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
                var leaf = FileDag.EmptyLeaf(Profile, place.Length, out var content);
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
        IEnumerable<BlockPlace> Places(Cid cid, Digest? blob, long offset, long size, int depth)
        {
            if (depth > MaxDepth)
                throw new InvalidDataException($"{Cid}.car is nested too deep");
            if (!seen.Add(cid))
                yield break;
            if (blob is null && _digests.TryGetValue(cid, out var digest))
                (blob, size) = (digest, SizeOf(Blobs[digest]));

            if (!_blocks.TryGetValue(cid, out var block))
            {
                if (blob is null || size is < 0 or > MaxLeaf)
                    throw new InvalidDataException($"block {cid} is missing");
                yield return new BlockPlace(cid, blob, offset, (int)size);
                yield break;
            }
            // It is a slice of the archive as that was read.
            yield return new BlockPlace(cid, null, MemoryMarshal.TryGetArray(block, out var slice) ? slice.Offset : 0, block.Length);
            if (cid.Codec == Cid.Raw)
                yield break;

            var node = DagPbNode.Decode(block);
            var sizes = UnixFsData.Decode(node.Data).BlockSizes;
            for (var i = 0; i < node.Links.Count; i++)
            {
                var part = blob is not null && i < sizes.Count ? (long)sizes[i] : 0;
                foreach (var below in Places(node.Links[i].Cid, blob, offset, part, depth + 1))
                    yield return below;
                offset += part;
            }
        }
    }

    private ReadOnlyMemory<byte> GetBlock(Cid cid) =>
        _blocks.TryGetValue(cid, out var block) ? block : throw new InvalidDataException($"{Cid}.car is damaged: block {cid} is missing");

    private IEnumerable<(string, DagLink)> Walk(string path, Cid directory)
    {
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
        cid.Codec == Cid.DagPb && _blocks.TryGetValue(cid, out var block)
        && UnixFsData.Decode(DagPbNode.Decode(block).Data).Type is UnixFsType.Directory or UnixFsType.HamtShard;
}

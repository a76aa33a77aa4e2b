using System.Collections.Concurrent;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Store;

/// <summary>One publish on its way into the store. Disposing it without a commit leaves the store as it was.</summary>
public sealed class Staging : IDisposable
{
    private readonly LocalStore _store;
    private readonly string _folder;
    private readonly FileStream _lock;
    private readonly ConcurrentDictionary<Digest, StagedBlob> _added = [];
    private int _files;

    internal Staging(LocalStore store, CidProfile profile, string folder, FileStream held) =>
        (_store, Profile, _folder, _lock) = (store, profile, folder, held);

    public CidProfile Profile { get; }

    /// <summary>Where the publish may keep something until its end.</summary>
    internal string NewFile() => Path.Combine(_folder, $"{Interlocked.Increment(ref _files)}");

    /// <summary>Begins a blob whose digest is known only at its end. Several may be written at once.</summary>
    public BlobWriter BeginBlob() => new(Profile, NewFile());

    /// <summary>Begins a blob that has a DAG.</summary>
    internal BlobWriter BeginImportedBlob() => new(null, NewFile());

    /// <summary>Adds a small blob, once however often it is added: an image's manifests are the same under each of its names.</summary>
    public StagedBlob AddBlob(ReadOnlySpan<byte> content)
    {
        var digest = Digest.Sha256(content);
        if (_added.TryGetValue(digest, out var there))
            return there;
        using var writer = BeginBlob();
        writer.Write(content);
        return _added[digest] = writer.Finish();
    }

    /// <summary>Makes the root and its blobs appear in the store.</summary>
    /// <param name="root">The root of the tree.</param>
    /// <param name="treeBlocks">Its directories' nodes, and the blocks of its files that are no blobs.</param>
    /// <param name="blobs">The blobs that the tree holds; one may be named more than once.</param>
    /// <returns>The blobs that the store did not have.</returns>
    public IReadOnlyList<StagedBlob> Commit(Cid root, IEnumerable<Block> treeBlocks, IEnumerable<StagedBlob> blobs) => Commit(root, treeBlocks, blobs, map: null);

    /// <inheritdoc cref="Commit(Cid, IEnumerable{Block}, IEnumerable{StagedBlob})"/>
    /// <param name="map">Says which files the blobs are, where the tree does not (<see cref="BlobMap"/>).</param>
    internal IReadOnlyList<StagedBlob> Commit(Cid root, IEnumerable<Block> treeBlocks, IEnumerable<StagedBlob> blobs, Block? map)
    {
        // The same bytes may have two DAGs, where others chunked them.
        var distinct = blobs.DistinctBy(b => (b.Digest, b.Dag.Cid)).OrderBy(b => b.Digest.Hex, StringComparer.Ordinal).ThenBy(b => b.Dag.Cid.ToString(), StringComparer.Ordinal).ToList();
        var carFile = Path.Combine(_folder, "root.car");
        using (var car = new FileStream(carFile, FileMode.CreateNew, FileAccess.Write))
        {
            car.Write(map is { Cid: var second } ? Car.Header(root, second) : Car.Header(root));
            foreach (var block in treeBlocks.DistinctBy(b => b.Cid))
                Car.WriteSection(car, block);
            foreach (var blob in distinct)
            {
                if (blob.NodesFile is null)
                    continue;
                using var nodes = File.OpenRead(blob.NodesFile);
                nodes.CopyTo(car);
            }
            if (map is { } last)
                Car.WriteSection(car, last);
            car.Flush(flushToDisk: true);
        }
        return _store.Commit(root, carFile, distinct.DistinctBy(b => b.Digest));
    }

    public void Dispose() => _store.End(_folder, _lock);
}

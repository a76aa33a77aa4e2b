using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>A repository that lies with upstreams, of which the directories are known and proven: every digest has its CID.</summary>
internal sealed class DagContent(Dag dag, Fetches fetches, LocalStore store, IReadOnlyList<DagLink> manifests, IReadOnlyList<DagLink> blobs) : IContent
{
    /// <summary>Up to this size a blob comes as one small thing, asked of a second upstream when the first is slow.</summary>
    private const int Small = 1024 * 1024;

    private readonly Dictionary<Digest, DagLink> _manifests = ByDigest(manifests);
    private readonly Dictionary<Digest, DagLink> _blobs = ByDigest(blobs);

    public long Bytes => 256L * (_manifests.Count + _blobs.Count);

    public IEnumerable<Digest> Manifests => _manifests.Keys;

    public async ValueTask<byte[]?> ReadManifestAsync(Digest digest, int maxBytes, CancellationToken cancel) =>
        _manifests.TryGetValue(digest, out var link) ? await dag.FileAsync(link.Cid, "", maxBytes, cancel).ConfigureAwait(false) : null;

    public async ValueTask<(IBody Body, long Size)?> OpenBlobAsync(Digest digest, Wanted part, CancellationToken cancel)
    {
        if (!_blobs.TryGetValue(digest, out var link) && !_manifests.TryGetValue(digest, out link))
            return null;
        // An image of one's own may have the same layer.
        if (store.OpenBlob(digest) is { } file)
            return (new FileBody(file), RandomAccess.GetLength(file));
        if (link.TotalSize <= Small && await dag.FileAsync(link.Cid, "", 2 * Small, cancel).ConfigureAwait(false) is { } content)
            return (new MemoryBody(content), content.Length);
        return await fetches.OpenAsync(link.Cid, digest, $"/ipfs/{link.Cid}", part, cancel).ConfigureAwait(false);
    }

    private static Dictionary<Digest, DagLink> ByDigest(IReadOnlyList<DagLink> entries)
    {
        var byDigest = new Dictionary<Digest, DagLink>();
        foreach (var entry in entries)
        {
            if (Digest.TryParse(entry.Name, out var digest) && digest.IsSha256)
                byDigest.TryAdd(digest, entry);
        }
        return byDigest;
    }
}

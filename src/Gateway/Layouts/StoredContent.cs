using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>A repository of the store. Its blobs are open files, so that one removed while it is sent still arrives.</summary>
internal sealed class StoredContent(LocalStore store, StoredRoot root, string name) : IContent
{
    private readonly Dictionary<Digest, long> _manifests = Digests(root, $"{name}/{TreePaths.Manifests}/");
    private readonly Dictionary<Digest, long> _blobs = Digests(root, $"{name}/{TreePaths.Blobs}/");

    public long Bytes => 256L * (_manifests.Count + _blobs.Count);

    public IEnumerable<Digest> Manifests => _manifests.Keys;

    public ValueTask<byte[]?> ReadManifestAsync(Digest digest, int maxBytes, CancellationToken cancel)
    {
        if (!_manifests.ContainsKey(digest))
            return ValueTask.FromResult<byte[]?>(null);
        try
        {
            var file = new FileInfo(store.BlobFile(digest));
            if (file.Length > maxBytes)
                throw new InvalidDataException($"blob {digest} is damaged");
            return ValueTask.FromResult<byte[]?>(File.ReadAllBytes(file.FullName));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return ValueTask.FromResult<byte[]?>(null); // lost
        }
    }

    public ValueTask<(IBody Body, long Size)?> OpenBlobAsync(Digest digest, Wanted part, CancellationToken cancel)
    {
        if (!_blobs.TryGetValue(digest, out var size) && !_manifests.TryGetValue(digest, out size))
            return default;
        if (store.OpenBlob(digest) is not { } file)
            return default; // lost
        var length = RandomAccess.GetLength(file);
        if (length == size)
            return ValueTask.FromResult<(IBody, long)?>((new FileBody(file), size));
        file.Dispose();
        throw new InvalidDataException($"blob {digest} is damaged: it has {length} bytes instead of {size}");
    }

    private static Dictionary<Digest, long> Digests(StoredRoot root, string folder) =>
        root.Files
            .Where(f => f.Path.StartsWith(folder, StringComparison.Ordinal))
            .Select(f => (Digest: Digest.TryParse(f.Path[folder.Length..], out var digest) ? digest : default, f.Link))
            .Where(f => f.Digest.IsSha256)
            .DistinctBy(f => f.Digest)
            .ToDictionary(f => f.Digest, f => root.SizeOf(f.Link));
}

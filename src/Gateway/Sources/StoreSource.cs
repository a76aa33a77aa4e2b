using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Microsoft.Extensions.Caching.Memory;

namespace Image2Ipfs.Gateway.Sources;

/// <summary>Roots that lie in the store. Its blobs are open files, so that one removed while it is sent still arrives.</summary>
internal sealed class StoreSource(LocalStore store, ContentRules rules, IMemoryCache cache) : ISource
{
    public bool IsProven => true;

    public ValueTask<bool> HasAsync(Cid root, CancellationToken cancel) => ValueTask.FromResult(FilesOf(root) is not null);

    public ValueTask<IReadOnlyList<string>?> ListAsync(Place directory, CancellationToken cancel) => ValueTask.FromResult(FilesOf(directory.Root)?.List(directory.Path));

    public ValueTask<byte[]?> ReadAsync(Place file, int maxBytes, Func<byte[], bool> fits, CancellationToken cancel) => ValueTask.FromResult(Read(file, maxBytes));

    public ValueTask<byte[]?> ReadAsync(Place file, int maxBytes, Digest digest, CancellationToken cancel) => ValueTask.FromResult(Read(file, maxBytes));

    public ValueTask<(IBody Body, long Size)?> OpenAsync(Place file, Digest? digest, Wanted part, Func<Task<long?>> size, CancellationToken cancel)
    {
        if (FilesOf(file.Root) is not { } files || !files.TryFind(file.Path, out var found))
            return default;
        Check(files, file);
        if (found.Digest is not { } blob)
            return ValueTask.FromResult<(IBody, long)?>(
                store.Open(file.Root) is { } root && root.TryReadFile(file.Path, int.MaxValue, out var content) ? (new MemoryBody(content), content.Length) : null);
        if (store.OpenBlob(blob) is not { } open)
            return default; // lost
        var length = RandomAccess.GetLength(open);
        if (length == found.Size)
            return ValueTask.FromResult<(IBody, long)?>((new FileBody(open, path: store.BlobFile(blob)), length));
        open.Dispose();
        throw new InvalidDataException($"blob {blob} is damaged: it has {length} bytes instead of {found.Size}");
    }

    public Exception Broken(string problem) => new InvalidDataException(problem);

    private byte[]? Read(Place file, int maxBytes)
    {
        if (FilesOf(file.Root) is not { } files || !files.TryFind(file.Path, out var found) || found.Size > maxBytes)
            return null;
        Check(files, file);
        if (found.Digest is not { } blob)
            return store.Open(file.Root) is { } root && root.TryReadFile(file.Path, maxBytes, out var content) ? content : null;
        try
        {
            var info = new FileInfo(store.BlobFile(blob));
            if (info.Length > maxBytes)
                throw new InvalidDataException($"blob {blob} is damaged: it has {info.Length} bytes instead of {found.Size}");
            PullCost.Current?.From(Origin.Store);
            return File.ReadAllBytes(info.FullName);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // lost
        }
    }

    /// <summary>Whether the blob lies in the root under a path where it may be had.</summary>
    public bool HasPermitted(Cid root, Digest digest, Func<Place, bool> isPermitted) =>
        FilesOf(root) is { } files && files.PathsOf(digest).Any(path => isPermitted(new Place(root, path)) && files.WayTo(path).All(cid => rules.Find(new Place(cid, "")) is null));

    /// <exception cref="DeniedException">Something on the way to the file may not be had.</exception>
    private void Check(StoredFiles files, Place file)
    {
        if (!rules.AreOn)
            return;
        foreach (var cid in files.WayTo(file.Path))
            rules.Check(cid);
    }

    private StoredFiles? FilesOf(Cid root)
    {
        var key = (typeof(StoreSource), root.ToV1());
        if (cache.TryGetValue(key, out StoredFiles? known))
            return known;
        if (store.Open(root) is not { } stored)
            return null;
        var files = new StoredFiles(stored, rules.AreOn);
        return cache.Set(key, files, new MemoryCacheEntryOptions { Size = files.Bytes });
    }
}

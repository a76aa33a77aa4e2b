using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Gateway.Sources;

/// <summary>The files of a root of the store: where their bytes lie, without its blocks.</summary>
internal sealed class StoredFiles
{
    private readonly Dictionary<string, StoredFile> _files = new(StringComparer.Ordinal);

    public StoredFiles(StoredRoot root)
    {
        foreach (var (path, link) in root.Files)
        {
            _files[path] = root.TryGetBlob(link.Cid, out var digest, out var size) ? new StoredFile(digest, size) : new StoredFile(null, root.SizeOf(link));
            Bytes += 320 + 2 * path.Length;
        }
    }

    /// <summary>What it takes in memory, about.</summary>
    public long Bytes { get; } = 200;

    public bool TryFind(string path, out StoredFile file) => _files.TryGetValue(path, out file);

    /// <returns>The names in the directory, each once, or null: there is none.</returns>
    public IReadOnlyList<string>? List(string directory)
    {
        var prefix = directory.Length == 0 ? "" : directory + "/";
        var names = _files.Keys
            .Where(path => path.Length > prefix.Length && path.StartsWith(prefix, StringComparison.Ordinal))
            .Select(path => path.IndexOf('/', prefix.Length) is > 0 and var end ? path[prefix.Length..end] : path[prefix.Length..])
            .Distinct()
            .ToList();
        return names.Count == 0 ? null : names;
    }
}

/// <param name="Digest">The blob that has its bytes, or null: it is small, and lies with the root.</param>
/// <param name="Size">Their number.</param>
internal readonly record struct StoredFile(Digest? Digest, long Size);

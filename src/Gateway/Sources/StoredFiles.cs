using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Gateway.Sources;

/// <summary>The files of a root of the store: where their bytes lie, without its blocks.</summary>
internal sealed class StoredFiles
{
    private const int CidBytes = 120;

    private readonly Dictionary<string, StoredFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Cid>? _cids;

    /// <param name="root">The root.</param>
    /// <param name="withWays">Whether <see cref="WayTo"/> will be asked.</param>
    public StoredFiles(StoredRoot root, bool withWays)
    {
        if (withWays)
        {
            _cids = new(root.Directories, StringComparer.Ordinal);
            foreach (var (path, link) in root.Files)
                _cids[path] = link.Cid;
            Bytes += (CidBytes + 100L) * _cids.Count;
        }
        foreach (var (path, link) in root.Files)
        {
            _files[path] = root.TryGetBlob(link.Cid, out var digest, out var size) ? new StoredFile(digest, size) : new StoredFile(null, root.SizeOf(link));
            Bytes += 320 + 2 * path.Length;
        }
    }

    /// <summary>What it takes in memory, about.</summary>
    public long Bytes { get; } = 200;

    /// <returns>The CIDs that lead to a file: the root's, each directory's, its own.</returns>
    public IEnumerable<Cid> WayTo(string path)
    {
        var ends = path.Length == 0 ? [0] : path.Select((c, i) => c == '/' ? i : -1).Where(i => i > 0).Prepend(0).Append(path.Length);
        foreach (var end in ends)
            if (_cids!.TryGetValue(path[..end], out var cid))
                yield return cid;
    }

    /// <returns>The paths of the files whose bytes are this blob.</returns>
    public IEnumerable<string> PathsOf(Digest digest) => _files.Where(f => f.Value.Digest == digest).Select(f => f.Key);

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

using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>One <c>&lt;name&gt;</c> of a root, in the layout of <see cref="TreePaths"/>: tags, manifests and blobs.</summary>
internal sealed class Repository
{
    /// <summary>A tag takes some 500 bytes in an index.</summary>
    private const int MaxIndex = 16 * 1024 * 1024;

    private readonly Dictionary<Digest, MediaType> _forms = [];
    private readonly HashSet<Digest> _manifests;
    private readonly HashSet<Digest> _blobs;

    private Repository(IReadOnlyList<Descriptor> index, HashSet<Digest> manifests, HashSet<Digest> blobs)
    {
        (_manifests, _blobs) = (manifests, blobs);
        Tags = index
            .Where(d => Tag.TryParse(d.Name, out _))
            .GroupBy(d => Tag.Parse(d.Name!))
            .ToDictionary(g => g.Key, IReadOnlyList<Descriptor> (g) => [.. g]);
        foreach (var descriptor in index)
            _forms.TryAdd(descriptor.Digest, descriptor.MediaType);
    }

    /// <summary>The forms of each tag's image.</summary>
    public IReadOnlyDictionary<Tag, IReadOnlyList<Descriptor>> Tags { get; }

    public bool HasManifest(Digest digest) => _manifests.Contains(digest);

    /// <summary>Configurations and layers; manifests too, which some clients look for among the blobs.</summary>
    public bool HasBlob(Digest digest) => _blobs.Contains(digest) || _manifests.Contains(digest);

    /// <summary>The form of a manifest that the index lists, or null for one that only another manifest names.</summary>
    public MediaType? FormOf(Digest digest) => _forms.TryGetValue(digest, out var form) ? form : null;

    /// <summary>Every repository of a root by its name.</summary>
    /// <exception cref="InvalidDataException">An index cannot be read.</exception>
    public static Dictionary<string, Repository> AllOf(StoredRoot root)
    {
        const string indexSuffix = "/" + TreePaths.Index;
        var repositories = new Dictionary<string, Repository>(StringComparer.Ordinal);
        foreach (var (path, _) in root.Files)
        {
            if (!path.EndsWith(indexSuffix, StringComparison.Ordinal) || !root.TryReadFile(path, MaxIndex, out var bytes))
                continue;
            var name = path[..^indexSuffix.Length];
            try
            {
                repositories.Add(name, new Repository(ImageIndex.Parse(bytes), Digests(root, $"{name}/{TreePaths.Manifests}/"), Digests(root, $"{name}/{TreePaths.Blobs}/")));
            }
            catch (FormatException e)
            {
                throw new InvalidDataException($"{root.Cid}/{path} is no index: {e.Message}", e);
            }
        }
        return repositories;
    }

    private static HashSet<Digest> Digests(StoredRoot root, string folder) =>
        [.. root.Files
            .Where(f => f.Path.StartsWith(folder, StringComparison.Ordinal))
            .Select(f => Digest.TryParse(f.Path[folder.Length..], out var digest) ? digest : default)
            .Where(d => d.IsSha256)];
}

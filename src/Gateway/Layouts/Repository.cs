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

    /// <summary>What it takes in memory, about: a digest and its place in a set.</summary>
    public long Bytes => 1024 + (256L * (_manifests.Count + _blobs.Count + _forms.Count));

    /// <summary>The forms of each tag's image.</summary>
    public IReadOnlyDictionary<Tag, IReadOnlyList<Descriptor>> Tags { get; }

    public bool HasManifest(Digest digest) => _manifests.Contains(digest);

    /// <summary>Configurations and layers; manifests too, which some clients look for among the blobs.</summary>
    public bool HasBlob(Digest digest) => _blobs.Contains(digest) || _manifests.Contains(digest);

    /// <summary>The form of a manifest that the index lists, or null for one that only another manifest names.</summary>
    public MediaType? FormOf(Digest digest) => _forms.TryGetValue(digest, out var form) ? form : null;

    /// <returns>The repository, or null where the root has none of this name.</returns>
    /// <exception cref="InvalidDataException">Its index cannot be read.</exception>
    public static Repository? Of(StoredRoot root, string name)
    {
        if (!root.TryReadFile($"{name}/{TreePaths.Index}", MaxIndex, out var index))
            return null;
        try
        {
            return new Repository(ImageIndex.Parse(index), Digests(root, $"{name}/{TreePaths.Manifests}/"), Digests(root, $"{name}/{TreePaths.Blobs}/"));
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"{root.Cid}/{name}/{TreePaths.Index} is no index: {e.Message}", e);
        }
    }

    private static HashSet<Digest> Digests(StoredRoot root, string folder) =>
        [.. root.Files
            .Where(f => f.Path.StartsWith(folder, StringComparison.Ordinal))
            .Select(f => Digest.TryParse(f.Path[folder.Length..], out var digest) ? digest : default)
            .Where(d => d.IsSha256)];
}

using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>What a layout's recogniser found under a name.</summary>
/// <param name="Index">The tags and the forms of their images; of what has no tag, its media type.</param>
/// <param name="Places">Where everything else lies.</param>
internal sealed record Images(IReadOnlyList<Descriptor> Index, Places Places)
{
    /// <summary>Manifests that do not lie anywhere under their digests: they were read under another name, or repaired.</summary>
    public IReadOnlyDictionary<Digest, byte[]> Given { get; init; } = new Dictionary<Digest, byte[]>();

    /// <summary>Blobs that lie there as gzip of what their digests name, and how many bytes that has.</summary>
    public IReadOnlyDictionary<Digest, long> Packed { get; init; } = new Dictionary<Digest, long>();

    /// <summary>What it takes in memory, about, with what is made of it: names and digests in sets.</summary>
    public long Bytes => 4096 + Places.Bytes + Index.Sum(BytesOf) + Given.Values.Sum(m => 400L + m.Length) + (400L * Packed.Count);

    private static long BytesOf(Descriptor entry) => 1000
        + (2L * (entry.MediaType.Value.Length + (entry.Name?.Length ?? 0) + (entry.ArtifactType?.Length ?? 0)))
        + entry.Urls.Sum(u => 50 + (2L * u.Length))
        + (entry.Annotations?.Sum(a => 150 + (2L * (a.Key.Length + a.Value.Length))) ?? 0);
}

/// <summary>Where a layout keeps its files: for each, the places where it can lie, the likeliest first.</summary>
/// <param name="Manifest">A manifest by digest.</param>
/// <param name="Blob">A configuration or layer (or a manifest, which some clients look for among the blobs).</param>
internal sealed record Places(Func<Digest, IEnumerable<Place>> Manifest, Func<Digest, IEnumerable<Place>> Blob)
{
    /// <summary>A manifest by a tag that no list has: a source that is not proven lists nothing.</summary>
    public Func<Tag, IEnumerable<Place>> Tag { get; init; } = _ => [];

    /// <summary>The folder in which manifests lie under their digests, or null: they lie among the blobs.</summary>
    public Place? ManifestFolder { get; init; }

    /// <summary>What it takes in memory, about, where it is more than some rules.</summary>
    public long Bytes { get; init; }

    /// <summary>The places of digests that a document lists one by one.</summary>
    public static Places Listed(IReadOnlyDictionary<Digest, Place> places)
    {
        return new Places(Of, Of) { Bytes = 500L * places.Count };

        IEnumerable<Place> Of(Digest digest) => places.TryGetValue(digest, out var place) ? [place] : [];
    }
}

using Image2Ipfs.Registry;

namespace Image2Ipfs.Tree;

/// <summary>
/// Where everything lies in a published tree; nothing else makes a path inside it.
/// <code>
/// &lt;name&gt;/                       the repository's path, of one level or several
///   manifests/&lt;tag&gt;-v1          schema 1, unsigned         manifests/&lt;tag&gt;-v2    schema 2, or a manifest list
///   manifests/&lt;tag&gt;-oci         OCI manifest or index      manifests/latest      the same as latest-v1
///   manifests/sha256:&lt;hex&gt;      every manifest by digest
///   blobs/sha256:&lt;hex&gt;          configuration and layers
///   blobs/sha256/&lt;hex&gt;          the same, and the manifests: with the next two, an OCI image layout
///   oci-layout
///   index.json                  every tag's forms: an OCI index over reference names and media types
/// </code>
/// </summary>
public static class TreePaths
{
    public const string Manifests = "manifests";
    public const string Blobs = "blobs";
    public const string OciLayout = "oci-layout";
    public const string Index = "index.json";
    public const string OldestRegistriesLatest = "manifests/latest";

    public static readonly ReadOnlyMemory<byte> OciLayoutContent = "{\"imageLayoutVersion\":\"1.0.0\"}"u8.ToArray();

    private const string Original = "image2ipfs.original";

    /// <summary>The annotation, in the index, of the form that the source of the image had: where a client reads several, it gets this one.</summary>
    public static readonly IReadOnlyDictionary<string, string> OriginalForm = new Dictionary<string, string> { [Original] = "true" };

    public static bool IsOriginal(Descriptor form) => form.Annotations?.GetValueOrDefault(Original) == "true";

    public static string Manifest(Tag tag, MediaType form) => $"{Manifests}/{tag}{Suffix(form)}";

    public static string Manifest(Digest digest) => $"{Manifests}/{digest}";

    public static string Blob(Digest digest) => $"{Blobs}/{digest}";

    public static string LayoutBlob(Digest digest) => $"{Blobs}/{digest.Algorithm}/{digest.Hex}";

    /// <summary>The digest that a file is named by: <c>…/sha256:&lt;hex&gt;</c>, or <c>…/sha256/&lt;hex&gt;</c> as in an OCI image layout.</summary>
    public static bool TryGetDigest(string path, out Digest digest)
    {
        var name = path.LastIndexOf('/') + 1;
        var folder = name == 0 ? "" : path[(path.LastIndexOf('/', Math.Max(name - 2, 0)) + 1)..(name - 1)];
        return Digest.TryParse(path[name..], out digest) || Digest.TryParse($"{folder}:{path[name..]}", out digest);
    }

    private static string Suffix(MediaType form) =>
        form.IsSchema1 ? "-v1" :
        form == MediaType.Schema2 || form == MediaType.ManifestList ? "-v2" :
        form == MediaType.OciManifest || form == MediaType.OciIndex ? "-oci" :
        throw new ArgumentOutOfRangeException(nameof(form), form, "this form has no place in the tree");
}

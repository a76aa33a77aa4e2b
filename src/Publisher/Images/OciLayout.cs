using System.Text.Json;
using Image2Ipfs.Publisher.Archive;
using Image2Ipfs.Registry;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Publisher.Images;

/// <summary>
/// The images of an OCI image layout, from its <c>index.json</c>: what containerd exports, so Docker's containerd image
/// store saves, and buildx, skopeo, podman, buildah, ko, umoci and many more write.
/// Sources: opencontainers/image-spec, image-layout.md; containerd, core/images/archive/exporter.go.
/// </summary>
internal sealed class OciLayout(ArchiveContents contents)
{
    public const string Path = "index.json";

    private const string Marker = "oci-layout";

    /// <summary>containerd's annotation for the whole name; the standard's may be a tag alone.</summary>
    private const string ContainerdName = "io.containerd.image.name";

    private readonly ImageBudget _budget = new();
    private readonly Manifests _manifests = new(contents, BlobPath, BlobPath);

    /// <exception cref="PublisherException">The layout is not whole, or does not fit together.</exception>
    public async Task<List<NamedManifest>> ReadImagesAsync(CancellationToken cancel)
    {
        CheckVersion();
        var entries = Entries();
        Manifests.CheckCount(entries.Count);
        var images = new List<NamedManifest>();
        foreach (var entry in entries.GroupBy(e => e.Digest))
        {
            var manifest = await _manifests.FindAsync(entry.First(), cancel).ConfigureAwait(false) ?? throw Hollow(entry.First());
            var named = new NamedManifest([.. entry.Select(NameOf).OfType<GivenName>().Distinct()], manifest);
            _budget.Take(named.Names.Count, manifest.All().Sum(m => (m.Original?.Blob.Size ?? 0) + (m is SourceImage image ? image.Config.Bytes.Length : 0)));
            images.Add(named);
        }
        // oras lists the platforms of an index beside it.
        var below = images.SelectMany(i => i.Manifest.All().Where(m => m != i.Manifest)).ToHashSet<SourceManifest>(ReferenceEqualityComparer.Instance);
        images.RemoveAll(i => i.Names.Count == 0 && below.Contains(i.Manifest));
        return IsOneImage(entries, images) ? [new NamedManifest([], await WholeAsync(entries, images, cancel).ConfigureAwait(false))] : images;
    }

    /// <summary>Many a writer leaves the file out; whatever comes after version 1 may mean anything.</summary>
    private void CheckVersion()
    {
        if (contents.FindDocument(Marker) is not { } marker)
            return;
        try
        {
            using var json = JsonDocument.Parse(marker);
            var version = json.RootElement.GetProperty("imageLayoutVersion").GetString() ?? "";
            if (!version.StartsWith("1.", StringComparison.Ordinal))
                throw new PublisherException($"the OCI layout has the version '{Printable.Text(version)}', which this program does not know", "is there a newer image2ipfs?");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw PublisherException.BadArchive($"the layout's {Marker} cannot be read: {Printable.Text(e.Message)}", e);
        }
    }

    private static string BlobPath(Digest digest) => $"blobs/{digest.Algorithm}/{digest.Hex}";

    private IReadOnlyList<Descriptor> Entries()
    {
        try
        {
            return Sources(ImageIndex.Parse(contents.Document(Path)));
        }
        catch (FormatException e)
        {
            throw PublisherException.BadArchive($"the layout's {Path} cannot be read: {Printable.Text(e.Message)}", e);
        }
    }

    /// <summary>
    /// A tree that this program made lists each tag in every form: the one that the source had counts. Schema 1, which names
    /// no configuration, is derived again.
    /// </summary>
    private static List<Descriptor> Sources(IReadOnlyList<Descriptor> entries)
    {
        var originals = entries.Where(TreePaths.IsOriginal).Select(e => e.Name).ToHashSet();
        var sources = entries.Where(e => !e.MediaType.IsSchema1 && (TreePaths.IsOriginal(e) || !originals.Contains(e.Name))).ToList();
        return sources.Count > 0 || entries.Count == 0 ? sources : throw Manifests.OnlySchema1("layout");
    }

    private static GivenName? NameOf(Descriptor entry) =>
        entry.Annotations?.GetValueOrDefault(ContainerdName) is { Length: > 0 } name ? new GivenName(name) :
        entry.Name is { Length: > 0 } text ? new GivenName(text, IsTag: Tag.TryParse(text, out _)) :
        null;

    /// <summary>Some writers leave out the index of the platforms, and list them here.</summary>
    private static bool IsOneImage(IReadOnlyList<Descriptor> entries, List<NamedManifest> images) =>
        images.Count > 1 && images.Count == entries.Count
        && images.TrueForAll(i => i is { Names.Count: 0, Manifest: SourceImage })
        && entries.All(e => e.Platform is not null) && entries.DistinctBy(e => e.Platform).Count() == entries.Count;

    private async Task<SourceIndex> WholeAsync(IReadOnlyList<Descriptor> entries, List<NamedManifest> images, CancellationToken cancel) =>
        new([.. entries.Zip(images, (entry, image) => (entry, (SourceManifest?)image.Manifest))])
        {
            Original = new Original(MediaType.OciIndex, (await contents.FindBlobAsync(Path, cancel).ConfigureAwait(false))!),
        };

    private static PublisherException Hollow(Descriptor entry) => new(
        $"the layout names the image {Printable.Text(NameOf(entry)?.Text ?? entry.Digest.ToString())}, but does not hold all of it",
        "the image was not whole where it was saved; pull it again there ('docker pull --platform …'), then save it again");
}

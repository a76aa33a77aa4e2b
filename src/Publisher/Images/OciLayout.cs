using Image2Ipfs.Publisher.Archive;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Publisher.Images;

/// <summary>
/// The images of an OCI image layout, from its <c>index.json</c>: what containerd exports, so Docker's containerd image
/// store saves, and buildx, skopeo, podman, buildah, ko, umoci and many more write.
/// Sources: opencontainers/image-spec, image-layout.md; containerd, core/images/archive/exporter.go.
/// </summary>
internal sealed class OciLayout(ArchiveContents contents)
{
    public const string Path = "index.json";

    /// <summary>containerd's annotation for the whole name; the standard's may be a tag alone.</summary>
    private const string ContainerdName = "io.containerd.image.name";

    private readonly Manifests _manifests = new(contents, BlobPath, BlobPath);

    /// <exception cref="PublisherException">The layout is not whole, or does not fit together.</exception>
    public async Task<List<NamedManifest>> ReadImagesAsync(CancellationToken cancel)
    {
        var entries = Entries();
        var images = new List<NamedManifest>();
        foreach (var entry in entries.GroupBy(e => e.Digest))
        {
            var manifest = await _manifests.FindAsync(entry.First(), cancel).ConfigureAwait(false) ?? throw Hollow(entry.First());
            images.Add(new NamedManifest([.. entry.Select(NameOf).OfType<GivenName>().Distinct()], manifest));
        }
        // oras lists the platforms of an index beside it.
        images.RemoveAll(i => i.Names.Count == 0 && images.Exists(other => other != i && i.Manifest.Original is { } original && other.Manifest.Digests().Contains(original.Blob.Digest)));
        return IsOneImage(entries, images) ? [new NamedManifest([], await WholeAsync(entries, images, cancel).ConfigureAwait(false))] : images;
    }

    private static string BlobPath(Digest digest) => $"blobs/{digest.Algorithm}/{digest.Hex}";

    private IReadOnlyList<Descriptor> Entries()
    {
        try
        {
            return ImageIndex.Parse(contents.Document(Path));
        }
        catch (FormatException e)
        {
            throw PublisherException.BadArchive($"the layout's {Path} cannot be read: {Printable.Text(e.Message)}", e);
        }
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

using Image2Ipfs.Publisher.Images;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Publisher.Describe;

/// <summary>
/// All that lies in the tree for one image under one name and tag. A manifest that the source has keeps its bytes, so that
/// its digest is the one that people signed; the forms that are missing are derived.
/// </summary>
internal sealed class ImageForms
{
    private ImageForms(TaggedImage image, IReadOnlyList<StagedBlob> blobs, IReadOnlyList<Form> manifests) =>
        (Tagged, Blobs, Manifests) = (image, blobs, manifests);

    public TaggedImage Tagged { get; }

    /// <summary>Configurations and layers, and the empty layer where schema 1 names it.</summary>
    public IReadOnlyList<StagedBlob> Blobs { get; }

    /// <summary>The forms of the tag, in the order in which an index lists them: OCI first, for the readers of OCI layouts that take the first one of a name.</summary>
    public IReadOnlyList<Form> Manifests { get; }

    /// <summary>The manifests that these name.</summary>
    public IReadOnlyList<Form> Parts { get; private init; } = [];

    /// <summary>The images among those: one for each platform.</summary>
    public IReadOnlyList<PlatformForms> Platforms { get; private init; } = [];

    public static ImageForms Describe(TaggedImage tagged, Staging staging)
    {
        switch (tagged.Manifest)
        {
            case SourceImage image:
                var forms = PlatformForms.Of(image, image.Config.Platform, staging);
                return WithSchema1(tagged, image, forms, staging);
            case SourceIndex index:
                var indexes = IndexForms.Of(index, staging);
                return new ImageForms(tagged, indexes.Blobs, indexes.Indexes) { Parts = indexes.Parts, Platforms = indexes.Platforms };
            case SourceArtifact artifact:
                return new ImageForms(tagged, artifact.Blobs, [Form.Of(artifact.Original!)]);
            default:
                throw new ArgumentException("another kind of manifest", nameof(tagged));
        }
    }

    /// <summary>The entries of this tag in the layout's <c>index.json</c>; of what has no tag, the one that its digest names.</summary>
    public IEnumerable<Descriptor> IndexEntries() => Manifests.Where(m => m.IsOriginal || Tagged.Tag is not null).Select(m => m.Descriptor with
    {
        Name = Tagged.Tag?.ToString(),
        ArtifactType = Tagged.Manifest switch { SourceArtifact artifact => artifact.Type, SourceIndex index => index.ArtifactType, _ => null },
        Annotations = m.IsOriginal ? TreePaths.OriginalForm : null,
    });

    private static ImageForms WithSchema1(TaggedImage tagged, SourceImage image, PlatformForms forms, Staging staging)
    {
        // Its readers know gzip alone.
        if (tagged.Tag is not { } tag || !image.Layers.All(l => l.Type == LayerType.Gzip)
            || Schema1.TryWritePayload(tagged.Name, tag, image.Config, [.. image.Layers.Select(l => l.Descriptor.Digest)]) is not { } payload)
            return new ImageForms(tagged, forms.Blobs, forms.Manifests);
        return new ImageForms(
            tagged,
            image.Config.History.Any(h => h.EmptyLayer) ? [.. forms.Blobs, staging.AddBlob(Schema1.EmptyLayer.Span)] : forms.Blobs,
            [.. forms.Manifests, new Form(MediaType.Schema1, staging.AddBlob(payload))]);
    }
}

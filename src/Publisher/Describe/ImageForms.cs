using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Describe;

/// <summary>
/// The manifests of one image under one name and tag, in the order in which an index lists them: OCI first, for the
/// readers of OCI layouts that take the first one of a name.
/// </summary>
internal sealed class ImageForms
{
    private ImageForms(TaggedImage image, IReadOnlyList<StagedBlob> blobs, IReadOnlyList<(MediaType, StagedBlob)> manifests) =>
        (Tagged, Blobs, Manifests) = (image, blobs, manifests);

    public TaggedImage Tagged { get; }

    /// <summary>The configuration, the layers, and the empty layer where schema 1 names it.</summary>
    public IReadOnlyList<StagedBlob> Blobs { get; }

    public IReadOnlyList<(MediaType Form, StagedBlob Blob)> Manifests { get; }

    public static ImageForms Describe(TaggedImage tagged, Staging staging)
    {
        var image = tagged.Image;
        var config = staging.AddBlob(image.Config.Bytes.Span);
        var layers = image.Layers.Select(l => l.Blob).ToList();
        List<StagedBlob> blobs = [config, .. layers];
        List<(MediaType, StagedBlob)> manifests =
        [
            .. new[] { MediaType.OciManifest, MediaType.Schema2 }.Select(form =>
                (form, staging.AddBlob(ImageManifest.Write(form, Descriptor(config, default), layers.Select(l => Descriptor(l, default)))))),
        ];

        var layerDigests = layers.ConvertAll(l => l.Digest);
        if (Schema1.TryWritePayload(tagged.Name, tagged.Tag, image.Config, layerDigests) is { } payload)
        {
            manifests.Add((MediaType.Schema1, staging.AddBlob(payload)));
            if (image.Config.History.Any(h => h.EmptyLayer))
                blobs.Add(staging.AddBlob(Schema1.EmptyLayer.Span));
        }
        return new ImageForms(tagged, blobs, manifests);
    }

    /// <summary>The entries of this tag in the layout's <c>index.json</c>.</summary>
    public IEnumerable<Descriptor> IndexEntries() =>
        Manifests.Select(m => Descriptor(m.Blob, m.Form) with { Name = Tagged.Tag.ToString() });

    private static Descriptor Descriptor(StagedBlob blob, MediaType mediaType) => new(mediaType, blob.Digest, blob.Size);
}

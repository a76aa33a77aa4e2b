using Image2Ipfs.Publisher.Images;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Describe;

/// <summary>One platform's image in the tree.</summary>
/// <param name="Image">The image.</param>
/// <param name="Platform">As an index lists it.</param>
/// <param name="Manifests">Its forms, OCI first.</param>
/// <param name="Blobs">What they name.</param>
internal sealed record PlatformForms(SourceImage Image, Platform Platform, IReadOnlyList<Form> Manifests, IReadOnlyList<StagedBlob> Blobs)
{
    public static PlatformForms Of(SourceImage image, Platform platform, Staging staging)
    {
        var config = staging.AddBlob(image.Config.Bytes.Span);
        var manifests = new List<Form>();
        foreach (var mediaType in new[] { MediaType.OciManifest, MediaType.Schema2 })
        {
            if (image.Original is { } original && original.Form == mediaType)
                manifests.Add(Form.Of(original));
            else if (image.Layers.All(l => l.Type.In(mediaType) is not null))
                manifests.Add(new Form(mediaType, staging.AddBlob(Write(mediaType, config, image.Layers))));
        }
        return new PlatformForms(image, platform, manifests, [config, .. image.Layers.Select(l => l.Blob).OfType<StagedBlob>()]);
    }

    private static byte[] Write(MediaType mediaType, StagedBlob config, IEnumerable<SourceLayer> layers) => ImageManifest.Write(
        mediaType,
        new Descriptor(default, config.Digest, config.Size),
        // Schema 2 knows no annotations; the lazy snapshotters look for theirs in OCI too.
        layers.Select(l => mediaType == MediaType.Schema2 ? l.Descriptor with { Annotations = null, Name = null } : l.Descriptor));
}

/// <summary>A manifest in one of its forms.</summary>
/// <param name="MediaType">The form.</param>
/// <param name="Blob">Its bytes.</param>
/// <param name="IsOriginal">The source has it so.</param>
internal sealed record Form(MediaType MediaType, StagedBlob Blob, bool IsOriginal = false)
{
    public static Form Of(Original original) => new(original.Form, original.Blob, IsOriginal: true);

    public Descriptor Descriptor => new(MediaType, Blob.Digest, Blob.Size);
}

using Image2Ipfs.Publisher.Layers;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Images;

/// <summary>What the input has under one name: an image, several platforms of one, or something else that registries hold.</summary>
internal abstract record SourceManifest
{
    /// <summary>What the source itself says of it, which keeps its bytes, so that its digest is the one that people signed; null where it has none.</summary>
    public Original? Original { get; init; }

    /// <summary>By what it goes without a name: an image's by its configuration, as <c>docker images</c> shows it.</summary>
    public abstract Digest Id { get; }

    /// <summary>The manifest that it speaks of, as a signature does.</summary>
    public Digest? Subject { get; init; }

    /// <summary>The digests of the source's manifests in it.</summary>
    public virtual IEnumerable<Digest> Digests() => Original is null ? [] : [Original.Blob.Digest];
}

/// <summary>A manifest of the source.</summary>
/// <param name="Form">Its media type.</param>
/// <param name="Blob">Its bytes, in the staging folder.</param>
internal sealed record Original(MediaType Form, StagedBlob Blob);

/// <summary>One platform's image.</summary>
/// <param name="Config">Its configuration.</param>
/// <param name="Layers">Its layers, base first.</param>
internal sealed record SourceImage(ImageConfig Config, IReadOnlyList<SourceLayer> Layers) : SourceManifest
{
    /// <summary>The digest of the configuration: what Docker calls the image's ID.</summary>
    public override Digest Id { get; } = Digest.Sha256(Config.Bytes.Span);
}

/// <summary>A layer of an image.</summary>
/// <param name="Descriptor">As a manifest has it.</param>
/// <param name="Type">How it is compressed.</param>
/// <param name="Blob">Its bytes, or null where nobody may pass them on.</param>
internal sealed record SourceLayer(Descriptor Descriptor, LayerType Type, StagedBlob? Blob)
{
    /// <summary>A layer that no manifest of the source names.</summary>
    public static SourceLayer Of(StagedLayer layer) => new(new Descriptor(layer.Type.Oci, layer.Blob.Digest, layer.Blob.Size), layer.Type, layer.Blob);
}

/// <summary>The images of several platforms.</summary>
/// <param name="Entries">What the index lists; a manifest is null where the input does not have it.</param>
internal sealed record SourceIndex(IReadOnlyList<(Descriptor Descriptor, SourceManifest? Manifest)> Entries) : SourceManifest
{
    public override Digest Id => Original!.Blob.Digest;

    public override IEnumerable<Digest> Digests() => base.Digests().Concat(Entries.SelectMany(e => e.Manifest?.Digests() ?? []));

    /// <summary>What it lists and the input does not have.</summary>
    public IEnumerable<Descriptor> Absent() => Entries.SelectMany(e => e.Manifest switch
    {
        null => [e.Descriptor],
        SourceIndex below => below.Absent(),
        _ => [],
    });

    /// <summary>The images in it that the input has.</summary>
    public IEnumerable<(Descriptor Descriptor, SourceImage Image, Platform Platform)> Images()
    {
        foreach (var (descriptor, manifest) in Entries)
        {
            if (manifest is SourceImage image)
                yield return (descriptor, image, descriptor.Platform ?? image.Config.Platform);
            else if (manifest is SourceIndex index)
                foreach (var below in index.Images())
                    yield return below;
        }
    }
}

/// <summary>A signature, an attestation, a chart: whatever has a manifest and is no image.</summary>
/// <param name="Type">What it says that it is.</param>
/// <param name="Blobs">All that its manifest names.</param>
internal sealed record SourceArtifact(string Type, IReadOnlyList<StagedBlob> Blobs) : SourceManifest
{
    public override Digest Id => Original!.Blob.Digest;
}

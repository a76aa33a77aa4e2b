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

    /// <summary>It and all that is in it, each once however often it is listed.</summary>
    public virtual IEnumerable<SourceManifest> All() => [this];

    /// <summary>The digests of the source's manifests in it.</summary>
    public IEnumerable<Digest> Digests() => All().Select(m => m.Original?.Blob.Digest).OfType<Digest>();
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

    /// <summary>What kind of artifact it says that it is, or null.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>What it lists and the input does not have: platforms, or the digests of what has none.</summary>
    public IEnumerable<string> Absent() => AllEntries().Where(e => e.Manifest is null).Select(e => e.Descriptor.Platform?.ToString() ?? e.Descriptor.Digest.ToString());

    public override IEnumerable<SourceManifest> All() => AllEntries().Select(e => e.Manifest).OfType<SourceManifest>().Prepend(this).Distinct(ReferenceEqualityComparer.Instance).Cast<SourceManifest>();

    /// <summary>What it and the indexes in it list. An index that is listed many times, as are those in it, is seen once.</summary>
    public IReadOnlyList<(Descriptor Descriptor, SourceManifest? Manifest)> AllEntries()
    {
        var (all, seen) = (new List<(Descriptor, SourceManifest?)>(), new HashSet<Digest>());
        Collect(this);
        return all;

        void Collect(SourceIndex index)
        {
            foreach (var entry in index.Entries)
            {
                if (entry.Manifest is SourceIndex below && !seen.Add(below.Id))
                    continue;
                all.Add(entry);
                if (entry.Manifest is SourceIndex next)
                    Collect(next);
            }
        }
    }

    /// <summary>The images in it that the input has.</summary>
    public IEnumerable<(Descriptor Descriptor, SourceImage Image, Platform Platform)> Images() =>
        from entry in AllEntries()
        where entry.Manifest is SourceImage
        let image = (SourceImage)entry.Manifest
        select (entry.Descriptor, image, entry.Descriptor.Platform ?? image.Config.Platform);
}

/// <summary>A signature, an attestation, a chart: whatever has a manifest and is no image.</summary>
/// <param name="Type">What it says that it is.</param>
/// <param name="Blobs">All that its manifest names.</param>
internal sealed record SourceArtifact(string Type, IReadOnlyList<StagedBlob> Blobs) : SourceManifest
{
    public override Digest Id => Original!.Blob.Digest;
}

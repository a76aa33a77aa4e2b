using Image2Ipfs.Publisher.Images;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Describe;

/// <summary>The index of an image's platforms as OCI and as Docker have it, with all below it.</summary>
/// <param name="Indexes">OCI first.</param>
/// <param name="Parts">The manifests that the indexes name.</param>
/// <param name="Blobs">What those name.</param>
internal sealed record IndexForms(IReadOnlyList<Form> Indexes, IReadOnlyList<Form> Parts, IReadOnlyList<StagedBlob> Blobs)
{
    public static IndexForms Of(SourceIndex index, Staging staging)
    {
        var original = index.Original!;
        var (parts, blobs) = (new List<Form>(), new List<StagedBlob>());
        var platforms = new List<(Platform Platform, PlatformForms Forms)>();
        var described = new Dictionary<SourceImage, PlatformForms>(ReferenceEqualityComparer.Instance);
        foreach (var (descriptor, manifest) in index.AllEntries())
            Add(descriptor, manifest);
        var indexes = new[] { (MediaType.OciIndex, MediaType.OciManifest), (MediaType.ManifestList, MediaType.Schema2) }
            .Select(f => original.Form == f.Item1 ? new Form(f.Item1, original.Blob, IsOriginal: true) : Derived(f.Item1, f.Item2))
            .OfType<Form>()
            .ToList();
        return new IndexForms(indexes, parts, blobs);

        void Add(Descriptor descriptor, SourceManifest? manifest)
        {
            switch (manifest)
            {
                case SourceImage image:
                    if (!described.TryGetValue(image, out var forms))
                    {
                        forms = described[image] = PlatformForms.Of(image, staging);
                        parts.AddRange(forms.Manifests);
                        blobs.AddRange(forms.Blobs);
                    }
                    platforms.Add((descriptor.Platform ?? image.Config.Platform, forms));
                    break;
                case SourceIndex below:
                    parts.Add(new Form(below.Original!.Form, below.Original.Blob, IsOriginal: true));
                    break;
                case SourceArtifact artifact:
                    parts.Add(new Form(artifact.Original!.Form, artifact.Original.Blob, IsOriginal: true));
                    blobs.AddRange(artifact.Blobs);
                    break;
            }
        }

        // The other family's index lists the platforms that it can say, and nothing that is no image.
        Form? Derived(MediaType form, MediaType child)
        {
            var entries = platforms
                .Select(p => p.Forms.Manifests.FirstOrDefault(m => m.MediaType == child)?.Descriptor is { } descriptor ? descriptor with { Platform = p.Platform } : null)
                .OfType<Descriptor>()
                .ToList();
            return entries.Count == 0 ? null : new Form(form, staging.AddBlob(ImageIndex.Write(form, entries)));
        }
    }
}

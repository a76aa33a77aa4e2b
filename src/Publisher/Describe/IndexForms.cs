using Image2Ipfs.Publisher.Images;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Describe;

/// <summary>
/// The index of an image's platforms as OCI and as Docker have it, with all below it. Where the input has not all that the
/// index lists, a shorter one takes its place, for containerd asks for every manifest of an index; by its digest the whole
/// index is there too.
/// </summary>
/// <param name="Indexes">OCI first.</param>
/// <param name="Parts">The manifests that the indexes name.</param>
/// <param name="Blobs">What those name.</param>
/// <param name="Platforms">The images among them.</param>
internal sealed record IndexForms(IReadOnlyList<Form> Indexes, IReadOnlyList<Form> Parts, IReadOnlyList<StagedBlob> Blobs, IReadOnlyList<PlatformForms> Platforms)
{
    public static IndexForms Of(SourceIndex index, Staging staging)
    {
        var original = index.Original!;
        var (parts, blobs) = (new List<Form>(), new List<StagedBlob>());
        var platforms = new List<PlatformForms>();
        var described = new Dictionary<SourceImage, PlatformForms>(ReferenceEqualityComparer.Instance);
        foreach (var (descriptor, manifest) in index.AllEntries())
            Add(descriptor, manifest);
        var whole = !index.Absent().Any();
        if (!whole)
            parts.Add(Form.Of(original));
        var source = Form.Of(whole ? original : original with { Blob = staging.AddBlob(Shorter(index)) });
        var indexes = new[] { (MediaType.OciIndex, MediaType.OciManifest), (MediaType.ManifestList, MediaType.Schema2) }
            .Select(f => original.Form == f.Item1 ? source : Derived(f.Item1, f.Item2))
            .OfType<Form>()
            .ToList();
        return new IndexForms(indexes, parts, blobs, platforms);

        void Add(Descriptor descriptor, SourceManifest? manifest)
        {
            switch (manifest)
            {
                case SourceImage image:
                    var platform = descriptor.Platform ?? image.Config.Platform;
                    if (!described.TryGetValue(image, out var forms))
                    {
                        forms = described[image] = PlatformForms.Of(image, platform, staging);
                        parts.AddRange(forms.Manifests);
                        blobs.AddRange(forms.Blobs);
                    }
                    platforms.Add(forms with { Platform = platform });
                    break;
                case SourceIndex below:
                    parts.Add(Form.Of(below.Original!));
                    break;
                case SourceArtifact artifact:
                    parts.Add(Form.Of(artifact.Original!));
                    blobs.AddRange(artifact.Blobs);
                    break;
            }
        }

        // The other family's index lists the platforms that it can say, and nothing that is no image.
        Form? Derived(MediaType form, MediaType child)
        {
            var entries = platforms
                .Select(p => p.Manifests.FirstOrDefault(m => m.MediaType == child)?.Descriptor is { } descriptor ? descriptor with { Platform = p.Platform } : null)
                .OfType<Descriptor>()
                .ToList();
            return entries.Count == 0 ? null : new Form(form, staging.AddBlob(ImageIndex.Write(form, entries)));
        }
    }

    /// <summary>What an index in it lists stands in it itself, for that one may not be whole either.</summary>
    private static byte[] Shorter(SourceIndex index) =>
        ImageIndex.Write(index.Original!.Form, index.AllEntries().Where(e => e.Manifest is not (null or SourceIndex)).Select(e => e.Descriptor));
}

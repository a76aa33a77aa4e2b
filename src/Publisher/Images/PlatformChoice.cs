using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Images;

/// <summary>
/// The platforms that the command line asks for. Of an index one platform is left as it is, under its own digest; of
/// several an index is made that lists them, with the attestations that speak of them.
/// </summary>
internal static class PlatformChoice
{
    /// <summary>buildx's annotation of an attestation: the digest of the manifest that it speaks of.</summary>
    private const string ReferenceDigest = "vnd.docker.reference.digest";

    /// <param name="images">All that the input has.</param>
    /// <param name="platforms">What is asked for; nothing: all.</param>
    /// <param name="staging">Takes the index of those that are left.</param>
    /// <exception cref="PublisherException">An image has none of the platforms.</exception>
    public static IReadOnlyList<NamedManifest> Of(IReadOnlyList<NamedManifest> images, IReadOnlyList<Platform> platforms, Staging staging)
    {
        if (platforms.Count == 0)
            return images;
        var chosen = images.Select(i => i with { Manifest = Choose(i.Manifest, platforms, staging) }).ToList();
        // What speaks of something that stays behind stays behind too, and what speaks of that.
        var all = Digests(images);
        for (var dropped = 1; dropped > 0;)
        {
            var kept = Digests(chosen);
            dropped = chosen.RemoveAll(i => i.Manifest.Subject is { } subject && all.Contains(subject) && !kept.Contains(subject));
        }
        return chosen;
    }

    private static HashSet<Digest> Digests(IEnumerable<NamedManifest> images) => [.. images.SelectMany(i => i.Manifest.Digests())];

    private static SourceManifest Choose(SourceManifest manifest, IReadOnlyList<Platform> platforms, Staging staging) => manifest switch
    {
        SourceImage image => platforms.Any(image.Config.Platform.Is) ? image : throw NotThere(platforms, [image.Config.Platform]),
        SourceIndex index => Choose(index, platforms, staging),
        _ => manifest,
    };

    private static SourceManifest Choose(SourceIndex index, IReadOnlyList<Platform> platforms, Staging staging)
    {
        var images = index.Images().ToList();
        var chosen = images.Where(i => platforms.Any(i.Platform.Is)).ToList();
        if (platforms.FirstOrDefault(asked => !images.Exists(i => i.Platform.Is(asked))) is { } missing)
            throw NotThere([missing], images.ConvertAll(i => i.Platform));
        if (chosen is [var only])
            return only.Image;
        var digests = chosen.Select(c => c.Descriptor.Digest.ToString()).ToHashSet();
        var entries = index.AllEntries()
            .Where(e => digests.Contains(e.Descriptor.Digest.ToString()) || digests.Contains(e.Descriptor.Annotations?.GetValueOrDefault(ReferenceDigest) ?? ""))
            .ToList();
        return index with
        {
            Entries = entries,
            Original = index.Original! with { Blob = staging.AddBlob(ImageIndex.Write(index.Original.Form, entries.Select(e => e.Descriptor))) },
        };
    }

    private static PublisherException NotThere(IEnumerable<Platform> asked, IReadOnlyList<Platform> there) => new(
        $"the image is not there for {string.Join(", ", asked)}",
        there.Any() ? $"it is there for {Printable.Text(string.Join(", ", there))}" : "it has no image for any platform; leave out --platform");
}

using Image2Ipfs.Publisher.Images;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Publisher.Describe;

/// <summary>Something under one name and tag of the tree.</summary>
/// <param name="Name">The repository.</param>
/// <param name="Tag">The tag, or null for what its digest alone names: the signature of another manifest.</param>
/// <param name="Manifest">The image, or what else it is.</param>
internal sealed record TaggedImage(RepositoryName Name, Tag? Tag, SourceManifest Manifest)
{
    /// <summary>Every name and tag that the input gives its images, or that the command line gives them.</summary>
    /// <exception cref="PublisherException">Two images have one name and tag, or the names of the command line fit no image.</exception>
    public static List<TaggedImage> From(IReadOnlyList<NamedManifest> images, RepositoryName? name, Tag? tag)
    {
        var there = images.SelectMany(i => i.Manifest.Digests()).ToHashSet();
        var referrers = images.Where(i => i.Names.Count == 0 && i.Manifest.Subject is { } subject && there.Contains(subject)).ToList();
        var others = images.Except(referrers).ToList();
        var ofTags = new Lazy<RepositoryName>(() => OfTags(others));
        var tagged = Renamed(others.SelectMany(i => Names(i, ofTags, canBeBad: name is not null)).ToList(), name, tag)
            .DistinctBy(t => (t.Name, t.Tag, Contents(t.Manifest)))
            .ToList();
        var twice = tagged.GroupBy(t => (t.Name, t.Tag)).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
            throw new PublisherException($"two images of the archive would both be {twice.Key.Name}:{twice.Key.Tag}", "registry hosts are left out of names; save the images into archives of their own");
        // Where the subject lies, there its referrers are looked for; and theirs.
        var bySubject = referrers.ToLookup(r => r.Manifest.Subject!.Value, r => r.Manifest);
        for (var last = tagged; last.Count > 0; tagged = [.. tagged, .. last])
            last = [.. last
                .SelectMany(t => t.Manifest.Digests().SelectMany(digest => bySubject[digest]).Select(referrer => new TaggedImage(t.Name, null, referrer)))
                .DistinctBy(t => (t.Name, t.Manifest.Original!.Blob.Digest))];
        return tagged;
    }

    /// <summary>What makes an image the same one in another form: its configuration and its layers.</summary>
    private static string Contents(SourceManifest manifest) =>
        manifest is SourceImage image ? string.Join(' ', image.Layers.Select(l => l.Descriptor.Digest).Prepend(image.Id)) : manifest.Id.ToString();

    private static List<TaggedImage> Renamed(List<TaggedImage> tagged, RepositoryName? name, Tag? tag)
    {
        if (name is not null && tagged.Select(t => t.Manifest.Id).Distinct().Count() > 1 && tagged.Select(t => t.Name).Distinct().Count() is > 1 and var names)
            throw new PublisherException($"the archive holds images of {names} names, so one --name cannot fit them", "save them into archives of their own");
        if (tag is not null && tagged.Select(t => t.Manifest.Id).Distinct().Count() is > 1 and var images)
            throw new PublisherException($"the archive holds {images} images, so one --tag cannot fit them", "save them into archives of their own");
        return tagged.ConvertAll(t => t with { Name = name ?? t.Name, Tag = tag ?? t.Tag });
    }

    private static IEnumerable<TaggedImage> Names(NamedManifest image, Lazy<RepositoryName> ofTags, bool canBeBad)
    {
        // An image without a name goes by the short form of its ID, as "docker images" shows it.
        if (image.Names.Count == 0)
            return [new TaggedImage(ById(image), Registry.Tag.Latest, image.Manifest)];
        return image.Names.Select(given =>
            given.IsTag ? new TaggedImage(ofTags.Value, Registry.Tag.Parse(given.Text), image.Manifest) :
            Parse(given.Text) is var (name, tag) ? new TaggedImage(name, tag, image.Manifest) :
            canBeBad ? new TaggedImage(ById(image), Registry.Tag.Latest, image.Manifest) :
            throw new PublisherException($"the archive calls an image '{Printable.Text(given.Text)}', which is not an image's name", "give it a name with --name"));
    }

    /// <summary>The repository of a layout whose images have tags alone: the one that others of its images name, else one for all, by the first one's ID.</summary>
    private static RepositoryName OfTags(List<NamedManifest> all)
    {
        var names = all.SelectMany(i => i.Names).Where(n => !n.IsTag).Select(n => Parse(n.Text)?.Name).OfType<RepositoryName>().Distinct().ToList();
        return names is [var only] ? only : ById(all.First(i => i.Names.Any(n => n.IsTag)));
    }

    private static RepositoryName ById(NamedManifest image) => RepositoryName.Parse(image.Manifest.Id.Hex[..12]);

    private static (RepositoryName Name, Tag Tag)? Parse(string text)
    {
        // containerd writes name@digest for what was pulled by its digest.
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return ImageReference.TryParse(at > 0 ? text[..at] : text, out var reference) ? (reference.Name, reference.Tag ?? Registry.Tag.Latest) : null;
    }
}

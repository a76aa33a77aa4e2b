using Image2Ipfs.Publisher.Archive;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Publisher.Describe;

/// <summary>An image under one name and tag of the tree.</summary>
internal sealed record TaggedImage(RepositoryName Name, Tag Tag, SourceImage Image)
{
    /// <summary>Every name and tag that the archive gives its images, or that the command line gives the only one.</summary>
    /// <exception cref="PublisherException">Two images have one name and tag, or the names of the command line fit no image.</exception>
    public static List<TaggedImage> From(IReadOnlyList<SourceImage> images, RepositoryName? name, Tag? tag)
    {
        if ((name is not null || tag is not null) && images.Count != 1)
            throw new PublisherException($"the archive holds {images.Count} images, so one --name or --tag cannot fit them", "save them into archives of their own");
        var tagged = images
            .SelectMany(image => Names(image, canBeBad: name is not null).Select(n => new TaggedImage(name ?? n.Name, tag ?? n.Tag, image)))
            .DistinctBy(t => (t.Name, t.Tag, t.Image.Id))
            .ToList();
        var twice = tagged.GroupBy(t => (t.Name, t.Tag)).FirstOrDefault(g => g.Count() > 1);
        return twice is null
            ? tagged
            : throw new PublisherException($"two images of the archive would both be {twice.Key.Name}:{twice.Key.Tag}", "registry hosts are left out of names; save the images into archives of their own");
    }

    /// <summary>An image without a name goes by the short form of its ID, as <c>docker images</c> shows it.</summary>
    private static IEnumerable<(RepositoryName Name, Tag Tag)> Names(SourceImage image, bool canBeBad)
    {
        var byId = RepositoryName.Parse(image.Id.Hex[..12]);
        return image.References.Count > 0 ? image.References.Select(Name) : [(byId, Tag.Latest)];

        (RepositoryName, Tag) Name(string text) =>
            ImageReference.TryParse(text, out var reference) ? (reference.Name, reference.Tag ?? Tag.Latest) :
            canBeBad ? (byId, Tag.Latest) :
            throw new PublisherException($"the archive calls an image '{Printable.Text(text)}', which is not an image's name", "give it a name with --name");
    }
}

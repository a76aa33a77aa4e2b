using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>One <c>&lt;name&gt;</c> of a root, in the layout of <see cref="Tree.TreePaths"/>: tags and their forms, and where its bytes lie.</summary>
internal sealed class Repository
{
    private readonly Dictionary<Digest, MediaType> _forms = [];

    /// <param name="index">The tree's index: tags and media types.</param>
    /// <param name="content">Where its bytes lie.</param>
    public Repository(IReadOnlyList<Descriptor> index, IContent content)
    {
        Content = content;
        Tags = index
            .Where(d => Tag.TryParse(d.Name, out _))
            .GroupBy(d => Tag.Parse(d.Name!))
            .ToDictionary(g => g.Key, IReadOnlyList<Descriptor> (g) => [.. g]);
        foreach (var descriptor in index)
            _forms.TryAdd(descriptor.Digest, descriptor.MediaType);
    }

    public IContent Content { get; }

    /// <summary>Whether all that is said of it hangs on the root's CID.</summary>
    public bool IsProven => Content is not PlainContent;

    /// <summary>What it takes in memory, about: a digest and its place in a set.</summary>
    public long Bytes => 1024 + (256L * _forms.Count) + Content.Bytes;

    /// <summary>The forms of each tag's image.</summary>
    public IReadOnlyDictionary<Tag, IReadOnlyList<Descriptor>> Tags { get; }

    /// <returns>Every manifest that is known to lie here.</returns>
    public ValueTask<IEnumerable<Digest>> ManifestsAsync(CancellationToken cancel) =>
        cancel.IsCancellationRequested ? ValueTask.FromCanceled<IEnumerable<Digest>>(cancel) : ValueTask.FromResult(Content.Manifests);

    /// <inheritdoc cref="IContent.ReadManifestAsync"/>
    public ValueTask<byte[]?> ReadManifestAsync(Digest digest, int maxBytes, CancellationToken cancel) => Content.ReadManifestAsync(digest, maxBytes, cancel);

    /// <summary>The form of a manifest that the index lists, or null for one that only another manifest names.</summary>
    public MediaType? FormOf(Digest digest) => _forms.TryGetValue(digest, out var form) ? form : null;
}

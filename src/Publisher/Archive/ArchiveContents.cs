using Image2Ipfs.Publisher.Layers;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Publisher.Archive;

/// <summary>All members of an archive that went by, by path.</summary>
internal sealed class ArchiveContents
{
    /// <summary>A chain of links longer than this goes round in a circle.</summary>
    private const int MaxLinks = 16;

    private readonly Dictionary<string, Member> _members = new(StringComparer.Ordinal);

    public IEnumerable<string> Paths => _members.Keys;

    public bool Contains(string path) => _members.ContainsKey(path);

    /// <exception cref="PublisherException">The archive has the path twice: readers would not agree on which one counts.</exception>
    public void Add(string path, Member member)
    {
        if (!_members.TryAdd(path, member))
            throw PublisherException.BadArchive($"the archive has '{Printable.Text(path)}' twice");
    }

    public ReadOnlyMemory<byte> Document(string path) => Find(path) switch
    {
        Member.Document document => document.Content,
        null => throw Missing(path),
        _ => throw PublisherException.BadArchive($"'{Printable.Text(path)}' in the archive is not JSON"),
    };

    /// <param name="path">As the archive's metadata names it.</param>
    /// <param name="pipeline">Takes a layer that looked like JSON when it went by.</param>
    /// <param name="cancel">Stops waiting.</param>
    public async Task<StagedLayer> LayerAsync(string path, LayerPipeline pipeline, CancellationToken cancel)
    {
        switch (Find(path))
        {
            case Member.Layer layer:
                return await layer.Staged.WaitAsync(cancel).ConfigureAwait(false);
            case Member.Document document:
                document.Staged ??= await pipeline.AddAsync(document.Content, Stream.Null, cancel).ConfigureAwait(false);
                return await document.Staged.WaitAsync(cancel).ConfigureAwait(false);
            case Member.CompressedLayer compressed:
                throw new PublisherException(
                    $"the layer '{Printable.Text(path)}' is compressed already ({compressed.Compression}), as the containerd image store writes it",
                    "archives of the containerd image store cannot be read yet; 'skopeo copy docker-daemon:IMAGE docker-archive:FILE' writes one that can");
            default:
                throw Missing(path);
        }
    }

    private Member? Find(string path)
    {
        path = MemberPath.Normalize(path);
        for (var links = 0; links < MaxLinks; links++)
        {
            if (_members.GetValueOrDefault(path) is not Member.Link link)
                return _members.GetValueOrDefault(path);
            path = link.Target;
        }
        throw PublisherException.BadArchive($"the links from '{Printable.Text(path)}' in the archive go round in a circle");
    }

    private static PublisherException Missing(string path) => new(
        $"the archive's metadata names '{Printable.Text(path)}', but the archive does not hold it",
        "the image was not saved whole; pull it again, then save it again");

    /// <summary>Checks the member against the digest that its own name holds, as in <c>blobs/sha256/…</c> or <c>….json</c>.</summary>
    public static void CheckName(string path, Digest actual)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        if (name.EndsWith(".json", StringComparison.Ordinal))
            name = name[..^".json".Length];
        if (name.StartsWith("sha256:", StringComparison.Ordinal))
            name = name["sha256:".Length..];
        if (Digest.TryParse("sha256:" + name, out var named) && named != actual)
            throw PublisherException.BadArchive($"'{Printable.Text(path)}' in the archive is damaged: its content has the digest {actual}");
    }
}

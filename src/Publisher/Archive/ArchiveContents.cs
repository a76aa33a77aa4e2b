using Image2Ipfs.Publisher.Layers;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Archive;

/// <summary>All members of an archive that went by, by path.</summary>
/// <param name="pipeline">Takes what turns out to be a layer only in the end.</param>
/// <param name="staging">Takes what turns out to be a blob.</param>
internal sealed class ArchiveContents(LayerPipeline pipeline, Staging staging)
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

    public ReadOnlyMemory<byte> Document(string path) => FindDocument(path) ?? throw Missing(path);

    /// <returns>The text, or null where the archive has nothing of that name.</returns>
    public ReadOnlyMemory<byte>? FindDocument(string path) => Find(path) switch
    {
        Member.Document document => document.Content,
        null => default(ReadOnlyMemory<byte>?),
        _ => throw PublisherException.BadArchive($"'{Printable.Text(path)}' in the archive is not JSON"),
    };

    /// <summary>A layer that only the archive's metadata names: compressed as it is, or as this program compresses.</summary>
    /// <param name="path">As the archive's metadata names it.</param>
    /// <param name="cancel">Stops waiting.</param>
    /// <returns>The layer, or null where the archive has nothing of that name.</returns>
    public async Task<StagedLayer?> FindLayerAsync(string path, CancellationToken cancel)
    {
        switch (Find(path))
        {
            case Member.Layer layer:
                return await layer.Staged.WaitAsync(cancel).ConfigureAwait(false);
            case Member.Document document:
                document.Staged ??= await pipeline.AddAsync(document.Content, Stream.Null, cancel).ConfigureAwait(false);
                return await document.Staged.WaitAsync(cancel).ConfigureAwait(false);
            case Member.Kept { Blob: { Type: { } type } kept }:
                return new StagedLayer(await DiffIdAsync(path, kept, cancel).ConfigureAwait(false), kept.Blob, type);
            case Member.Kept other:
                other.Staged ??= await RecompressAsync(path, other.Blob, cancel).ConfigureAwait(false);
                return await other.Staged.WaitAsync(cancel).ConfigureAwait(false);
            default:
                return null;
        }
    }

    /// <exception cref="PublisherException">The archive does not have it.</exception>
    public async Task<StagedLayer> LayerAsync(string path, CancellationToken cancel) =>
        await FindLayerAsync(path, cancel).ConfigureAwait(false) ?? throw Missing(path);

    /// <summary>The bytes of a member as they are: those that a manifest names by their digest.</summary>
    /// <returns>The blob, or null where the archive has nothing of that name.</returns>
    public async Task<StagedBlob?> FindBlobAsync(string path, CancellationToken cancel)
    {
        switch (Find(path))
        {
            case Member.Kept kept:
                return kept.Blob.Blob;
            case Member.Document document:
                return BlobOf(document);
            case Member.Layer layer:
                return layer.Restored ??= pipeline.Restore(await layer.Staged.WaitAsync(cancel).ConfigureAwait(false), cancel);
            default:
                return null;
        }
    }

    /// <summary>The digest of a layer without its compression.</summary>
    /// <returns>It, or null where the archive has nothing of that name.</returns>
    public async Task<Digest?> FindDiffIdAsync(string path, CancellationToken cancel) => Find(path) switch
    {
        Member.Kept kept => await DiffIdAsync(path, kept.Blob, cancel).ConfigureAwait(false),
        Member.Document document => BlobOf(document).Digest,
        Member.Layer layer => (await layer.Staged.WaitAsync(cancel).ConfigureAwait(false)).DiffId,
        _ => null,
    };

    private StagedBlob BlobOf(Member.Document document) => document.Blob ??= staging.AddBlob(document.Content.Span);

    private static async Task<Digest> DiffIdAsync(string path, KeptBlob kept, CancellationToken cancel)
    {
        try
        {
            return await kept.DiffId.WaitAsync(cancel).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw PublisherException.BadArchive($"the layer '{Printable.Text(path)}' in the archive cannot be uncompressed", e);
        }
    }

    private async Task<Task<StagedLayer>> RecompressAsync(string path, KeptBlob kept, CancellationToken cancel)
    {
        await DiffIdAsync(path, kept, cancel).ConfigureAwait(false);
        await using var file = kept.Blob.OpenRead();
        await using var content = ArchiveStream.Open(file);
        return await pipeline.AddAsync(default, content, cancel).ConfigureAwait(false);
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

    public static PublisherException Missing(string path) => new(
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

using Image2Ipfs.Publisher.Archive;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Images;

/// <summary>
/// The manifests of an input that names everything by its digest, from an index down to the layers. Each has the size and
/// the digest that its parent says, and a layer the diffID that its image's configuration says.
/// </summary>
/// <param name="contents">The input.</param>
/// <param name="manifestPath">Where a manifest lies.</param>
/// <param name="blobPath">Where a configuration or a layer lies.</param>
internal sealed class Manifests(ArchiveContents contents, Func<Digest, string> manifestPath, Func<Digest, string> blobPath)
{
    /// <summary>An index of indexes is seen; deeper, nobody writes them.</summary>
    private const int MaxDepth = 4;

    private const int MaxManifests = 4096;

    private readonly ImageBudget _budget = new();
    private readonly Dictionary<Digest, SourceManifest?> _read = [];

    /// <returns>The manifest with all below it, or null where the input has not all of it.</returns>
    /// <exception cref="PublisherException">It is damaged, or does not fit together.</exception>
    public Task<SourceManifest?> FindAsync(Descriptor descriptor, CancellationToken cancel) => FindAsync(descriptor, MaxDepth, cancel);

    private async Task<SourceManifest?> FindAsync(Descriptor descriptor, int depth, CancellationToken cancel)
    {
        var path = PathOf(manifestPath, descriptor.Digest);
        if (_read.TryGetValue(descriptor.Digest, out var known))
            return known;
        if (depth == 0 || _read.Count == MaxManifests)
            throw PublisherException.BadArchive("the input's indexes are nested too deep, or list too many manifests");
        if (contents.FindDocument(path) is not { } bytes)
            return null;
        var blob = await BlobAsync(descriptor, path, cancel).ConfigureAwait(false);
        // Noted before it is read, so that none can contain itself.
        _read[descriptor.Digest] = null;
        try
        {
            var original = new Original(descriptor.MediaType, blob!);
            return _read[descriptor.Digest] = descriptor.MediaType.IsIndex
                ? await IndexAsync(original, ImageIndex.Parse(bytes), depth, cancel).ConfigureAwait(false)
                : await ManifestAsync(original, ImageManifest.Parse(bytes), cancel).ConfigureAwait(false);
        }
        catch (FormatException e)
        {
            throw PublisherException.BadArchive($"the manifest {descriptor.Digest} cannot be read: {Printable.Text(e.Message)}", e);
        }
    }

    private async Task<SourceManifest?> IndexAsync(Original original, IReadOnlyList<Descriptor> entries, int depth, CancellationToken cancel)
    {
        var manifests = new List<(Descriptor, SourceManifest?)>();
        foreach (var entry in entries)
            manifests.Add((entry, await FindAsync(entry, depth - 1, cancel).ConfigureAwait(false)));
        // Those of the platforms that nobody pulled are not there; one is wanted at least.
        return entries.Count > 0 && manifests.TrueForAll(m => m.Item2 is null) ? null : new SourceIndex(manifests) { Original = original };
    }

    private async Task<SourceManifest?> ManifestAsync(Original original, ImageManifest manifest, CancellationToken cancel)
    {
        _budget.Take(names: 1, manifest.Layers.Count, configBytes: 0);
        if (manifest.Config.MediaType == MediaType.OciConfig || manifest.Config.MediaType == MediaType.DockerConfig)
        {
            if (contents.FindDocument(PathOf(blobPath, manifest.Config.Digest)) is not { } bytes)
                return null;
            if (manifest.Layers.All(l => LayerType.Of(l.MediaType) is not null) && TryConfig(bytes) is { } config)
                return await ImageAsync(original, manifest, config, cancel).ConfigureAwait(false);
        }
        return await ArtifactAsync(original, manifest, cancel).ConfigureAwait(false);
    }

    private async Task<SourceManifest?> ImageAsync(Original original, ImageManifest manifest, ImageConfig config, CancellationToken cancel)
    {
        if (config.DiffIds.Count != manifest.Layers.Count)
            throw PublisherException.BadArchive($"the manifest {original.Blob.Digest} names {manifest.Layers.Count} layers, but its configuration names {config.DiffIds.Count}");
        _budget.Take(names: 1, manifest.Layers.Count, config.Bytes.Length);
        await BlobAsync(manifest.Config, PathOf(blobPath, manifest.Config.Digest), cancel).ConfigureAwait(false);
        var layers = new List<SourceLayer>();
        foreach (var (layer, diffId) in manifest.Layers.Zip(config.DiffIds))
        {
            var path = PathOf(blobPath, layer.Digest);
            var type = LayerType.Of(layer.MediaType)!;
            var blob = await BlobAsync(layer, path, cancel).ConfigureAwait(false);
            if (blob is null && !type.IsForeign)
                return null;
            if (blob is not null && await contents.FindDiffIdAsync(path, cancel).ConfigureAwait(false) != diffId)
                throw PublisherException.BadArchive($"the layer {layer.Digest} has not the diffID {diffId} that its image's configuration says");
            layers.Add(new SourceLayer(layer, type, blob));
        }
        return new SourceImage(config, layers) { Original = original, Subject = manifest.Subject?.Digest };
    }

    private async Task<SourceManifest?> ArtifactAsync(Original original, ImageManifest manifest, CancellationToken cancel)
    {
        var blobs = new List<StagedBlob>();
        foreach (var descriptor in manifest.Layers.Prepend(manifest.Config).Where(d => d.Urls.Count == 0))
        {
            if (await BlobAsync(descriptor, PathOf(blobPath, descriptor.Digest), cancel).ConfigureAwait(false) is not { } blob)
                return null;
            blobs.Add(blob);
        }
        return new SourceArtifact(manifest.ArtifactType, blobs) { Original = original, Subject = manifest.Subject?.Digest };
    }

    private async Task<StagedBlob?> BlobAsync(Descriptor descriptor, string path, CancellationToken cancel)
    {
        var blob = await contents.FindBlobAsync(path, cancel).ConfigureAwait(false);
        if (blob is not null && blob.Digest != descriptor.Digest)
            throw PublisherException.BadArchive($"'{Printable.Text(path)}' in the archive is damaged: its content has the digest {blob.Digest}");
        if (blob is not null && blob.Size != descriptor.Size)
            throw PublisherException.BadArchive($"'{Printable.Text(path)}' in the archive has {blob.Size} bytes, but a manifest says {descriptor.Size}");
        return blob;
    }

    private static string PathOf(Func<Digest, string> path, Digest digest) => digest.IsSha256
        ? path(digest)
        : throw new PublisherException($"the input names something by its {digest.Algorithm} digest, which cannot be published: only sha256 can");

    /// <summary>Many an artifact calls its configuration an image's.</summary>
    private static ImageConfig? TryConfig(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return ImageConfig.Parse(bytes);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}

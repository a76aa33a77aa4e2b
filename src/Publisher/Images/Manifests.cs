using System.Text.Json;
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

    /// <summary>What an index lists of other types is passed over, as the OCI image specification says.</summary>
    private static readonly MediaType[] Forms = [MediaType.OciManifest, MediaType.OciIndex, MediaType.Schema2, MediaType.ManifestList];

    private readonly ImageBudget _budget = new();
    private readonly Dictionary<Digest, SourceManifest?> _read = [];

    /// <returns>The manifest with all below it, or null where the input has not all of it.</returns>
    /// <exception cref="PublisherException">It is damaged, or does not fit together.</exception>
    public Task<SourceManifest?> FindAsync(Descriptor descriptor, CancellationToken cancel) => Forms.Contains(descriptor.MediaType)
        ? FindAsync(descriptor, MaxDepth, cancel)
        : throw new PublisherException(
            $"the input lists something of the type '{Printable.Text(descriptor.MediaType.Value)}', which is no manifest that registries hold",
            $"these can be published: {string.Join(", ", Forms)}");

    /// <exception cref="PublisherException">No index lists so many.</exception>
    public static void CheckCount(int entries)
    {
        if (entries > MaxManifests)
            throw TooMany();
    }

    public static PublisherException OnlySchema1(string input) =>
        new($"the {input} holds an image of schema 1, which has no configuration", "'skopeo copy --format v2s2' converts it");

    private async Task<SourceManifest?> FindAsync(Descriptor descriptor, int depth, CancellationToken cancel)
    {
        var path = PathOf(manifestPath, descriptor.Digest);
        if (_read.TryGetValue(descriptor.Digest, out var known))
            return known?.Original is { } there && (there.Form != descriptor.MediaType || there.Blob.Size != descriptor.Size)
                ? throw PublisherException.BadArchive($"the input says two things of the manifest {descriptor.Digest}")
                : known;
        if (!Forms.Contains(descriptor.MediaType))
            return null;
        if (depth == 0 || _read.Count == MaxManifests)
            throw TooMany();
        if (contents.FindDocument(path) is not { } bytes)
            return null;
        var blob = await BlobAsync(descriptor, path, cancel).ConfigureAwait(false);
        // Noted before it is read, so that none can contain itself.
        _read[descriptor.Digest] = null;
        try
        {
            CheckKind(bytes, descriptor.MediaType);
            var original = new Original(descriptor.MediaType, blob!);
            return _read[descriptor.Digest] = descriptor.MediaType.IsIndex
                ? await IndexAsync(original, bytes, depth, cancel).ConfigureAwait(false)
                : await ManifestAsync(original, ImageManifest.Parse(bytes), cancel).ConfigureAwait(false);
        }
        catch (FormatException e)
        {
            throw PublisherException.BadArchive($"the manifest {descriptor.Digest} cannot be read: {Printable.Text(e.Message)}", e);
        }
    }

    /// <summary>
    /// Bytes that one client takes for an index and another one for a manifest are not what either was told (CVE-2021-41190).
    /// </summary>
    private static void CheckKind(ReadOnlyMemory<byte> bytes, MediaType form)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var root = json.RootElement;
            if (root.TryGetProperty("mediaType", out var type) && type.GetString() is { Length: > 0 } said && said != form.Value)
                throw new FormatException($"it calls itself '{said}'");
            if (form.IsIndex ? root.TryGetProperty("config", out _) || root.TryGetProperty("layers", out _) : root.TryGetProperty("manifests", out _))
                throw new FormatException("it is a manifest and an index at once");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private async Task<SourceManifest?> IndexAsync(Original original, ReadOnlyMemory<byte> bytes, int depth, CancellationToken cancel)
    {
        var entries = ImageIndex.Parse(bytes, out var subject, out var artifactType);
        CheckCount(entries.Count);
        var manifests = new List<(Descriptor, SourceManifest?)>();
        foreach (var entry in entries)
            manifests.Add((entry, await FindAsync(entry, depth - 1, cancel).ConfigureAwait(false)));
        // Those of the platforms that nobody pulled are not there; one is wanted at least.
        return entries.Count > 0 && manifests.TrueForAll(m => m.Item2 is null) ? null : new SourceIndex(manifests) { Original = original, Subject = subject?.Digest, ArtifactType = artifactType };
    }

    private async Task<SourceManifest?> ManifestAsync(Original original, ImageManifest manifest, CancellationToken cancel)
    {
        ImageBudget.CheckLayers(manifest.Layers.Count);
        if (manifest.Config.MediaType == MediaType.OciConfig || manifest.Config.MediaType == MediaType.DockerConfig)
        {
            if (contents.FindDocument(PathOf(blobPath, manifest.Config.Digest)) is not { } bytes)
                return null;
            _budget.Take(names: 1, bytes.Length);
            if (manifest.Layers.All(l => LayerType.Of(l.MediaType) is not null) && ImageConfig.HasRootFs(bytes))
                return await ImageAsync(original, manifest, ImageConfig.Parse(bytes), cancel).ConfigureAwait(false);
        }
        return await ArtifactAsync(original, manifest, cancel).ConfigureAwait(false);
    }

    private async Task<SourceManifest?> ImageAsync(Original original, ImageManifest manifest, ImageConfig config, CancellationToken cancel)
    {
        if (config.DiffIds.Count != manifest.Layers.Count)
            throw PublisherException.BadArchive($"the manifest {original.Blob.Digest} names {manifest.Layers.Count} layers, but its configuration names {config.DiffIds.Count}");
        await BlobAsync(manifest.Config, PathOf(blobPath, manifest.Config.Digest), cancel).ConfigureAwait(false);
        var layers = new List<SourceLayer>();
        foreach (var (layer, diffId) in manifest.Layers.Zip(config.DiffIds))
        {
            var path = PathOf(blobPath, layer.Digest);
            var type = LayerType.Of(layer.MediaType)!;
            var blob = await BlobAsync(layer, path, cancel).ConfigureAwait(false);
            if (blob is null && !(type.IsForeign && layer.Urls.Count > 0))
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
        foreach (var descriptor in manifest.Layers.Prepend(manifest.Config))
        {
            if (await BlobAsync(descriptor, PathOf(blobPath, descriptor.Digest), cancel).ConfigureAwait(false) is { } blob)
                blobs.Add(blob);
            else if (descriptor.Urls.Count == 0)
                return null;
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
        : throw new PublisherException(
            $"the input names something by its {digest.Algorithm} digest, which cannot be published", "save the image with a program that uses sha256, as nearly all do");

    private static PublisherException TooMany() => PublisherException.BadArchive("the input's indexes are nested too deep, or list too many manifests");
}

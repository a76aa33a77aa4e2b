using System.Text.Json;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>
/// What nerdctl and the stargz snapshotter publish: every blob is a file of its own, and every descriptor says where.
/// <code>
/// &lt;root&gt;      {"mediaType", "digest", "size", "urls": ["ipfs://&lt;cid&gt;"]}      a file: the descriptor of an index or a manifest,
///                whose own descriptors have such urls too
/// </code>
/// Source: containerd/stargz-snapshotter, docs/ipfs.md, "IPFS-enabled OCI Image".
/// </summary>
internal sealed class DescriptorLayout : ILayout
{
    /// <summary>Platforms, their attestations, and the index over them; one level of indexes in another.</summary>
    private const int MaxManifests = 256;
    private const int MaxDepth = 3;

    public async ValueTask<Images?> TryOpenAsync(ISource source, Place place, CancellationToken cancel)
    {
        if (place.Path.Length > 0
            || (source.IsProven && await source.ListAsync(place, cancel).ConfigureAwait(false) is not null)
            || await source.ReadAsync(place, ManifestFolder.MaxBytes, b => TryParse(b) is not null, cancel).ConfigureAwait(false) is not { } bytes
            || TryParse(bytes) is not { } top || PlaceOf(top) is not { } first)
            return null;

        var places = new Dictionary<Digest, Place> { [top.Digest] = first };
        List<Descriptor> level = [top];
        var files = new SmallFiles(place);
        for (int depth = 0, read = 0; level.Count > 0; depth++)
        {
            if (depth > MaxDepth || (read += level.Count) > MaxManifests)
                throw new InvalidDataException($"{place} names more manifests than an image has");
            // Those of other platforms may not be there.
            var manifests = await files.ReadAsync(level, d => source.ReadAsync(places[d.Digest], ManifestFolder.MaxBytes, d.Digest, cancel)).ConfigureAwait(false);
            var parts = manifests.SelectMany(m => Parts(m.Content)).Where(p => PlaceOf(p) is not null && !places.ContainsKey(p.Digest)).DistinctBy(p => p.Digest).ToList();
            parts.ForEach(p => places[p.Digest] = PlaceOf(p)!.Value);
            level = parts.FindAll(p => MediaType.ManifestTypes.Contains(p.MediaType));
        }
        return new Images([top with { Name = "latest" }], Places.Listed(places));
    }

    /// <summary>Whether a file is the root of such an image.</summary>
    public static bool IsDescriptor(byte[] content) => TryParse(content) is { } descriptor && PlaceOf(descriptor) is not null;

    private static IEnumerable<Descriptor> Parts(byte[] manifest)
    {
        try
        {
            if (Find.Manifests.FormOf(manifest).IsIndex)
                return ImageIndex.Parse(manifest);
            var image = ImageManifest.Parse(manifest);
            return [image.Config, .. image.Layers];
        }
        catch (Exception e) when (e is FormatException or InvalidDataException)
        {
            throw new InvalidDataException($"a manifest cannot be read: {e.Message}", e);
        }
    }

    private static Descriptor? TryParse(byte[] bytes)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            return Descriptor.Read(json.RootElement) is { Urls.Count: > 0 } descriptor && MediaType.ManifestTypes.Contains(descriptor.MediaType) ? descriptor : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    private static Place? PlaceOf(Descriptor descriptor)
    {
        const string Scheme = "ipfs://";
        foreach (var url in descriptor.Urls)
        {
            if (url.StartsWith(Scheme, StringComparison.Ordinal) && Cid.TryParse(url[Scheme.Length..].TrimEnd('/'), out var cid))
                return new Place(cid, "");
        }
        return null;
    }
}

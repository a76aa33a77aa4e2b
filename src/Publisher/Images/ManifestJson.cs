using System.Text.Json;
using Image2Ipfs.Publisher.Archive;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Publisher.Images;

/// <summary>
/// The images of an archive of Docker 1.10 and later, from its <c>manifest.json</c>:
/// <c>[{"Config": path, "RepoTags": [name…] or null, "Layers": [path…], "LayerSources": {diffID: descriptor}}]</c>.
/// Docker 25 and later adds an OCI layout, which is not to be trusted before 26.1; <c>manifest.json</c> always is.
/// Source: moby, image/tarexport/tarexport.go, type manifestItem.
/// </summary>
internal sealed class ManifestJson(ArchiveContents contents)
{
    public const string Path = "manifest.json";

    private readonly ImageBudget _budget = new();
    private readonly Dictionary<string, ImageConfig> _configs = new(StringComparer.Ordinal);
    private List<Item>? _items;

    /// <exception cref="PublisherException">The archive is not whole, or does not fit together.</exception>
    public async Task<List<NamedManifest>> ReadImagesAsync(CancellationToken cancel)
    {
        var images = new List<NamedManifest>();
        foreach (var item in Items)
            images.Add(await ReadImageAsync(item, cancel).ConfigureAwait(false));
        return images;
    }

    /// <summary>Whether Docker's graph driver wrote it: its layers are uncompressed, and what else the archive says of them was made up when it was saved.</summary>
    public bool IsOfGraphDriver => Items.Any(i => i.Sources.Count > 0);

    private List<Item> Items => _items ??= Parse();

    private List<Item> Parse()
    {
        try
        {
            using var json = JsonDocument.Parse(contents.Document(Path));
            return [.. json.RootElement.EnumerateArray().Select(item => new Item(
                item.GetProperty("Config").GetString() ?? throw new JsonException("an image has no Config"),
                Texts(item, "RepoTags"),
                Texts(item, "Layers"),
                Sources(item)))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw PublisherException.BadArchive($"the archive's {Path} cannot be read: {Printable.Text(e.Message)}", e);
        }

        static List<string> Texts(JsonElement item, string name) =>
            item.TryGetProperty(name, out var texts) && texts.ValueKind != JsonValueKind.Null
                ? [.. texts.EnumerateArray().Select(t => t.GetString() ?? throw new JsonException($"{name} has an element that is no text"))]
                : [];

        static Dictionary<string, Descriptor> Sources(JsonElement item) =>
            item.TryGetProperty("LayerSources", out var sources) && sources.ValueKind != JsonValueKind.Null
                ? sources.EnumerateObject().DistinctBy(s => s.Name).ToDictionary(s => s.Name, s => Descriptor.Read(s.Value), StringComparer.Ordinal)
                : [];
    }

    private async Task<NamedManifest> ReadImageAsync(Item item, CancellationToken cancel)
    {
        var config = Config(item.Config);
        ImageBudget.CheckLayers(item.Layers.Count);
        _budget.Take(item.Tags.Count, config.Bytes.Length);
        if (config.DiffIds.Count != item.Layers.Count)
            throw PublisherException.BadArchive($"the image configuration '{Printable.Text(item.Config)}' names {config.DiffIds.Count} layers, but {Path} names {item.Layers.Count}");

        var layers = new List<SourceLayer>();
        foreach (var (path, diffId) in item.Layers.Zip(config.DiffIds))
        {
            if (await contents.FindLayerAsync(path, cancel).ConfigureAwait(false) is not { } layer)
            {
                layers.Add(Foreign(item, diffId) ?? throw ArchiveContents.Missing(path));
                continue;
            }
            if (layer.DiffId != diffId)
                throw PublisherException.BadArchive($"the layer '{Printable.Text(path)}' has the diffID {layer.DiffId}, but its image's configuration says {diffId}");
            layers.Add(SourceLayer.Of(layer));
        }
        return new NamedManifest(item.Tags.ConvertAll(t => new GivenName(t)), new SourceImage(config, layers));
    }

    /// <summary>Windows' base layers are named only: their owner alone passes them on.</summary>
    private static SourceLayer? Foreign(Item item, Digest diffId) =>
        item.Sources.GetValueOrDefault(diffId.ToString()) is { Urls.Count: > 0 } source && LayerType.Of(source.MediaType) is { IsForeign: true } type
            ? new SourceLayer(source, type, Blob: null)
            : null;

    private ImageConfig Config(string path)
    {
        if (_configs.TryGetValue(path, out var config))
            return config;
        try
        {
            config = ImageConfig.Parse(contents.Document(path));
        }
        catch (FormatException e)
        {
            throw PublisherException.BadArchive($"the image configuration '{Printable.Text(path)}' cannot be read: {Printable.Text(e.Message)}", e);
        }
        ArchiveContents.CheckName(path, Digest.Sha256(config.Bytes.Span));
        return _configs[path] = config;
    }

    private sealed record Item(string Config, List<string> Tags, List<string> Layers, Dictionary<string, Descriptor> Sources);
}

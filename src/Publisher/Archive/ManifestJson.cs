using System.Text.Json;
using Image2Ipfs.Publisher.Layers;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Publisher.Archive;

/// <summary>
/// The images of an archive of Docker 1.10 and later, from its <c>manifest.json</c>:
/// <c>[{"Config": path, "RepoTags": [name…] or null, "Layers": [path…]}]</c>. Docker 25 and later adds an OCI layout,
/// which is not to be trusted before 26.1; <c>manifest.json</c> always is.
/// Source: moby, image/tarexport/tarexport.go, type manifestItem.
/// </summary>
internal sealed class ManifestJson(ArchiveContents contents, LayerPipeline pipeline)
{
    public const string Path = "manifest.json";

    private readonly ImageBudget _budget = new();
    private readonly Dictionary<string, ImageConfig> _configs = new(StringComparer.Ordinal);

    /// <exception cref="PublisherException">The archive is not whole, or does not fit together.</exception>
    public async Task<List<SourceImage>> ReadImagesAsync(CancellationToken cancel)
    {
        var images = new List<SourceImage>();
        foreach (var (config, tags, layers) in Items())
        {
            var image = await ReadImageAsync(config, tags, layers, cancel).ConfigureAwait(false);
            images.Add(image);
        }
        return images;
    }

    private List<(string Config, List<string> Tags, List<string> Layers)> Items()
    {
        try
        {
            using var json = JsonDocument.Parse(contents.Document(Path));
            return [.. json.RootElement.EnumerateArray().Select(item => (
                item.GetProperty("Config").GetString() ?? throw new JsonException("an image has no Config"),
                Texts(item, "RepoTags"),
                Texts(item, "Layers")))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw PublisherException.BadArchive($"the archive's {Path} cannot be read: {Printable.Text(e.Message)}", e);
        }

        static List<string> Texts(JsonElement item, string name) =>
            item.TryGetProperty(name, out var texts) && texts.ValueKind != JsonValueKind.Null
                ? [.. texts.EnumerateArray().Select(t => t.GetString() ?? throw new JsonException($"{name} has an element that is no text"))]
                : [];
    }

    private async Task<SourceImage> ReadImageAsync(string configPath, List<string> tags, List<string> layerPaths, CancellationToken cancel)
    {
        var config = Config(configPath);
        _budget.Take(tags.Count, layerPaths.Count, config.Bytes.Length);
        if (config.DiffIds.Count != layerPaths.Count)
            throw PublisherException.BadArchive($"the image configuration '{Printable.Text(configPath)}' names {config.DiffIds.Count} layers, but {Path} names {layerPaths.Count}");

        var layers = new List<StagedLayer>();
        foreach (var (path, diffId) in layerPaths.Zip(config.DiffIds))
        {
            var layer = await contents.LayerAsync(path, pipeline, cancel).ConfigureAwait(false);
            if (layer.DiffId != diffId)
                throw PublisherException.BadArchive($"the layer '{Printable.Text(path)}' has the diffID {layer.DiffId}, but its image's configuration says {diffId}");
            layers.Add(layer);
        }
        return new SourceImage(tags, config, layers);
    }

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
}

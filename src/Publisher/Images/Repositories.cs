using System.Text;
using System.Text.Json;
using Image2Ipfs.Publisher.Archive;
using Image2Ipfs.Publisher.Layers;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Publisher.Images;

/// <summary>
/// The images of an archive of Docker before 1.10: <c>repositories</c> says <c>{name: {tag: id}}</c>, and every layer is
/// an image of its own, <c>&lt;id&gt;/json</c> with its parent's id and <c>&lt;id&gt;/layer.tar</c>. The configuration that such
/// an image never had is made as Docker 1.10 and later makes it when it loads the archive, so it gets the same image ID.
/// Source: moby v1.12, image/tarexport/load.go, legacyLoad; image/v1/imagev1.go, MakeConfigFromV1Config.
/// </summary>
internal sealed class Repositories(ArchiveContents contents)
{
    public const string Path = "repositories";

    /// <summary>What belongs to a layer or a build alone and not into a configuration.</summary>
    private static readonly string[] NotInConfig = ["id", "parent", "Size", "parent_id", "layer_id", "throwaway", "rootfs", "history"];

    private readonly ImageBudget _budget = new();
    private readonly Dictionary<string, V1Image> _images = new(StringComparer.Ordinal);

    /// <exception cref="PublisherException">The archive is not whole, or does not fit together.</exception>
    public async Task<List<NamedManifest>> ReadImagesAsync(CancellationToken cancel)
    {
        var images = new List<NamedManifest>();
        foreach (var image in Tags().GroupBy(t => t.Id, t => t.Reference))
            images.Add(await ReadImageAsync(image.Key, [.. image.OfType<string>()], cancel).ConfigureAwait(false));
        return images;
    }

    /// <summary>An archive of an image without a name has no <c>repositories</c>: the image is the one that is nobody's parent.</summary>
    private List<(string Id, string? Reference)> Tags()
    {
        if (!contents.Contains(Path))
        {
            var ids = contents.Paths.Where(p => p.EndsWith("/json", StringComparison.Ordinal)).Select(p => p[..^"/json".Length]).ToList();
            var parents = ids.Select(id => Image(id).Parent).ToHashSet();
            return [.. ids.Where(id => !parents.Contains(id)).Order(StringComparer.Ordinal).Select(id => (id, (string?)null))];
        }
        try
        {
            using var json = JsonDocument.Parse(contents.Document(Path));
            return [.. json.RootElement.EnumerateObject().SelectMany(name => name.Value.EnumerateObject().Select(tag => (
                tag.Value.GetString() ?? throw new JsonException("an image has no ID"),
                (string?)$"{name.Name}:{tag.Name}")))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw PublisherException.BadArchive($"the archive's {Path} cannot be read: {Printable.Text(e.Message)}", e);
        }
    }

    private async Task<NamedManifest> ReadImageAsync(string id, IReadOnlyList<string> references, CancellationToken cancel)
    {
        var chain = new List<V1Image>();
        for (var next = id; next is not null; next = chain[0].Parent)
        {
            if (chain.Count == ImageBudget.MaxLayers)
                throw PublisherException.BadArchive($"the image {Printable.Text(id)} has more than {ImageBudget.MaxLayers} ancestors, or is one of its own");
            chain.Insert(0, Image(next));
        }
        var layers = new List<StagedLayer>();
        foreach (var image in chain)
            layers.Add(await contents.LayerAsync(image.Id + "/layer.tar", cancel).ConfigureAwait(false));
        try
        {
            var config = MakeConfig(chain, layers);
            _budget.Take(references.Count, config.Length);
            return new NamedManifest([.. references.Select(r => new GivenName(r))], new SourceImage(ImageConfig.Parse(config), layers.ConvertAll(SourceLayer.Of)));
        }
        catch (FormatException e)
        {
            throw PublisherException.BadArchive($"the image {Printable.Text(id)} cannot be described: {Printable.Text(e.Message)}", e);
        }
    }

    private V1Image Image(string id) =>
        _images.TryGetValue(id, out var image) ? image : _images[id] = V1Image.Parse(id, contents.Document(id + "/json"));

    /// <summary>Go's marshalling of a map: the top image's members, compact, sorted, with rootfs and history added.</summary>
    private static byte[] MakeConfig(List<V1Image> chain, List<StagedLayer> layers)
    {
        var members = new Dictionary<string, string>(chain[^1].Members, StringComparer.Ordinal);
        foreach (var name in NotInConfig)
            members.Remove(name);
        members["rootfs"] = $$"""{"type":"layers","diff_ids":[{{string.Join(',', layers.Select(l => $"\"{l.DiffId}\""))}}]}""";
        members["history"] = $"[{string.Join(',', chain.Select(i => i.HistoryEntry()))}]";
        return Encoding.UTF8.GetBytes(GoJson.Map(members));
    }

    /// <summary>A <c>json</c> file: an image's own description, one a layer.</summary>
    private sealed record V1Image(string Id, string? Parent, Dictionary<string, string> Members, string Created, string Author, string Command, string Comment)
    {
        public static V1Image Parse(string id, ReadOnlyMemory<byte> bytes)
        {
            try
            {
                using var json = JsonDocument.Parse(bytes);
                var root = json.RootElement;
                var command = root.TryGetProperty("container_config", out var config) && config.ValueKind == JsonValueKind.Object
                    && config.TryGetProperty("Cmd", out var words) && words.ValueKind == JsonValueKind.Array
                    ? string.Join(' ', words.EnumerateArray().Select(w => w.GetString()))
                    : "";
                return new V1Image(id, Text("parent"), GoJson.Members(root), Text("created") ?? "0001-01-01T00:00:00Z", Text("author") ?? "", command, Text("comment") ?? "");

                string? Text(string name) => root.TryGetProperty(name, out var value) && value.GetString() is { Length: > 0 } text ? text : null;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                throw PublisherException.BadArchive($"'{Printable.Text(id)}/json' in the archive cannot be read: {Printable.Text(e.Message)}", e);
            }
        }

        public string HistoryEntry()
        {
            var json = new StringBuilder("{\"created\":").Append(GoJson.Quote(Created));
            Member("author", Author);
            Member("created_by", Command);
            Member("comment", Comment);
            return json.Append('}').ToString();

            void Member(string name, string value)
            {
                if (value.Length > 0) json.Append(",\"").Append(name).Append("\":").Append(GoJson.Quote(value));
            }
        }
    }
}

using System.Text;
using System.Text.Json.Nodes;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Testing;

/// <summary>
/// An OCI image layout in the making. Descriptors are JSON that a test may spoil before it passes them on; each is copied
/// where it goes.
/// </summary>
public sealed class TestLayout
{
    public const string RefName = "org.opencontainers.image.ref.name";
    public const string ContainerdName = "io.containerd.image.name";

    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal) { ["oci-layout"] = """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray() };
    private readonly HashSet<string> _manifests = [];

    /// <summary>What <c>index.json</c> lists.</summary>
    public JsonArray Entries { get; } = [];

    /// <summary>Every file by its path, without <c>index.json</c>.</summary>
    public IReadOnlyDictionary<string, byte[]> Files => _files;

    public byte[] this[JsonObject descriptor] => _files[PathOf(descriptor)];

    public static JsonObject Descriptor(string mediaType, ReadOnlySpan<byte> content) => new()
    {
        ["mediaType"] = mediaType,
        ["digest"] = Registry.Digest.Sha256(content).ToString(),
        ["size"] = content.Length,
    };

    public static string Digest(JsonObject descriptor) => descriptor["digest"]!.GetValue<string>();

    public static string PathOf(JsonObject descriptor) => "blobs/" + Digest(descriptor).Replace(':', '/');

    public static JsonObject Platform(string platform, string? osVersion = null)
    {
        var parts = platform.Split('/');
        var json = new JsonObject { ["architecture"] = parts[1], ["os"] = parts[0] };
        if (osVersion is not null)
            json["os.version"] = osVersion;
        if (parts.Length > 2)
            json["variant"] = parts[2];
        return json;
    }

    public static JsonObject Texts(params (string Key, string Value)[] members) =>
        new(members.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value)));

    /// <summary>A copy of a descriptor with another member.</summary>
    public static JsonObject With(JsonObject descriptor, string member, JsonNode? value)
    {
        var copy = descriptor.DeepClone().AsObject();
        copy[member] = value?.DeepClone();
        return copy;
    }

    /// <summary>An image's configuration for another platform than <see cref="TestImage.ConfigOf"/> has.</summary>
    public static byte[] ConfigFor(string platform, params IEnumerable<byte[]> layers)
    {
        var config = JsonNode.Parse(TestImage.ConfigOf(layers))!.AsObject();
        foreach (var (key, value) in Platform(platform))
            config[key] = value!.DeepClone();
        return Encoding.UTF8.GetBytes(config.ToJsonString());
    }

    public JsonObject Blob(string mediaType, ReadOnlySpan<byte> content)
    {
        var descriptor = Descriptor(mediaType, content);
        _files[PathOf(descriptor)] = content.ToArray();
        return descriptor;
    }

    public JsonObject Layer(TestLayer layer)
    {
        var descriptor = layer.IsElsewhere ? Descriptor(layer.MediaType, layer.Bytes) : Blob(layer.MediaType, layer.Bytes);
        if (layer.Urls.Count > 0)
            descriptor["urls"] = new JsonArray([.. layer.Urls.Select(u => (JsonNode)u)]);
        if (layer.Annotations.Count > 0)
            descriptor["annotations"] = Texts([.. layer.Annotations.Select(a => (a.Key, a.Value))]);
        return descriptor;
    }

    /// <summary>An image for linux/amd64 as OCI has it.</summary>
    public JsonObject Image(params TestLayer[] layers) => Image("linux/amd64", layers);

    public JsonObject Image(string platform, params TestLayer[] layers) =>
        Manifest(Blob(MediaType.OciConfig.Value, ConfigFor(platform, layers.Select(l => l.Content))), layers.Select(Layer));

    /// <summary>The same as schema 2.</summary>
    public JsonObject DockerImage(params TestLayer[] layers) => Manifest(
        Blob(MediaType.DockerConfig.Value, TestImage.ConfigOf(layers.Select(l => l.Content))), layers.Select(l => Layer(l.OfDocker())), MediaType.Schema2);

    /// <param name="config">The configuration's descriptor.</param>
    /// <param name="layers">The layers' descriptors.</param>
    /// <param name="form">OCI, where nothing is said.</param>
    /// <param name="more">Members to add or to replace; of a null, none is there.</param>
    public JsonObject Manifest(JsonObject config, IEnumerable<JsonObject> layers, MediaType? form = null, params (string Key, JsonNode? Value)[] more) => Json(form ?? MediaType.OciManifest, new JsonObject
    {
        ["config"] = config.DeepClone(),
        ["layers"] = new JsonArray([.. layers.Select(l => l.DeepClone())]),
    }, more);

    public JsonObject Index(IEnumerable<JsonObject> manifests, MediaType? form = null, params (string Key, JsonNode? Value)[] more) => Json(form ?? MediaType.OciIndex, new JsonObject
    {
        ["manifests"] = new JsonArray([.. manifests.Select(m => m.DeepClone())]),
    }, more);

    /// <summary>Something that speaks of a manifest, as signatures do.</summary>
    public JsonObject Referrer(JsonObject subject, string artifactType, params byte[][] blobs) => Manifest(
        Blob("application/vnd.oci.empty.v1+json", "{}"u8), blobs.Select(b => Blob("application/octet-stream", b)), null, ("subject", subject), ("artifactType", artifactType));

    /// <summary>An entry of <c>index.json</c>.</summary>
    public TestLayout List(JsonObject descriptor, string? refName = null, string? containerdName = null)
    {
        var entry = descriptor.DeepClone().AsObject();
        if (refName is not null || containerdName is not null)
        {
            var annotations = entry["annotations"]?.DeepClone().AsObject() ?? [];
            if (refName is not null)
                annotations[RefName] = refName;
            if (containerdName is not null)
                annotations[ContainerdName] = containerdName;
            entry["annotations"] = annotations;
        }
        Entries.Add((JsonNode)entry);
        return this;
    }

    public TestLayout File(string path, ReadOnlySpan<byte> content)
    {
        _files[path] = content.ToArray();
        return this;
    }

    public TestLayout File(string path, string content) => File(path, Encoding.UTF8.GetBytes(content));

    public TestLayout Without(params JsonObject[] descriptors)
    {
        foreach (var descriptor in descriptors)
            _files.Remove(PathOf(descriptor));
        return this;
    }

    public TestLayout Without(string path)
    {
        _files.Remove(path);
        return this;
    }

    public byte[] Tar() => Members().ToArray();

    /// <summary>The archive, with room for more members.</summary>
    public TarBuilder Members() => Tar(WithIndex());

    public void WriteTo(string folder) => Write(folder, WithIndex());

    /// <summary>As <c>skopeo copy … dir:</c> writes an image: all in one folder, the manifest or index as <c>manifest.json</c>.</summary>
    public TarBuilder DirectoryMembers(JsonObject top) => Tar(Directory(top));

    public void WriteDirectoryTo(string folder, JsonObject top) => Write(folder, Directory(top));

    private JsonObject Json(MediaType form, JsonObject members, (string Key, JsonNode? Value)[] more)
    {
        var json = new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = form.Value };
        foreach (var (key, value) in members)
            json[key] = value!.DeepClone();
        foreach (var (key, value) in more)
        {
            if (value is null)
                json.Remove(key);
            else
                json[key] = value.DeepClone();
        }
        return Manifest(form.Value, Encoding.UTF8.GetBytes(json.ToJsonString()));
    }

    /// <summary>Any bytes that are to be a manifest.</summary>
    public JsonObject Manifest(string mediaType, ReadOnlySpan<byte> bytes)
    {
        var descriptor = Blob(mediaType, bytes);
        _manifests.Add(PathOf(descriptor));
        return descriptor;
    }

    private IEnumerable<KeyValuePair<string, byte[]>> WithIndex() => _files.ContainsKey("index.json") ? _files : _files.Append(KeyValuePair.Create(
        "index.json", Encoding.UTF8.GetBytes(new JsonObject { ["schemaVersion"] = 2, ["manifests"] = Entries.DeepClone() }.ToJsonString())));

    private IEnumerable<KeyValuePair<string, byte[]>> Directory(JsonObject top) => _files
        .Where(f => f.Key.StartsWith("blobs/", StringComparison.Ordinal))
        .Select(f => KeyValuePair.Create(
            f.Key == PathOf(top) ? "manifest.json" : _manifests.Contains(f.Key) ? Name(f.Key) + ".manifest.json" : Name(f.Key), f.Value))
        .Append(KeyValuePair.Create("version", "Directory Transport Version: 1.1\n"u8.ToArray()));

    private static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static TarBuilder Tar(IEnumerable<KeyValuePair<string, byte[]>> files) =>
        files.Aggregate(new TarBuilder(), (tar, file) => tar.File(file.Key, file.Value));

    private static void Write(string folder, IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        foreach (var (path, content) in files)
        {
            var file = Path.Combine(folder, path);
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            System.IO.File.WriteAllBytes(file, content);
        }
    }
}

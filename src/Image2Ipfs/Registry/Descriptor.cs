using System.Text.Json;

namespace Image2Ipfs.Registry;

/// <summary>
/// What a manifest or an index says of a blob.
/// Source: opencontainers/image-spec, descriptor.md.
/// </summary>
/// <param name="MediaType">What the blob is.</param>
/// <param name="Digest">The digest of its bytes.</param>
/// <param name="Size">Its length in bytes.</param>
public sealed record Descriptor(MediaType MediaType, Digest Digest, long Size)
{
    /// <summary>The annotation that names a manifest in an OCI image layout's index.</summary>
    public const string RefName = "org.opencontainers.image.ref.name";

    /// <summary>The platform, in an index only.</summary>
    public Platform? Platform { get; init; }

    /// <summary>The value of <see cref="RefName"/>, in an OCI image layout's index only.</summary>
    public string? Name { get; init; }

    /// <summary>Where else the bytes are to be had: those of layers that nobody may pass on.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [];

    /// <summary>All annotations but <see cref="RefName"/>, or null where there is none.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>What kind of artifact the manifest is, in an index only.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>Reads a descriptor; members that are none of these are passed over.</summary>
    /// <exception cref="FormatException">A value is out of its grammar or range.</exception>
    /// <exception cref="InvalidOperationException">A member has another JSON type.</exception>
    /// <exception cref="KeyNotFoundException">A member is missing.</exception>
    public static Descriptor Read(JsonElement e)
    {
        Dictionary<string, string>? annotations = null;
        if (e.TryGetProperty("annotations", out var all) && all.ValueKind != JsonValueKind.Null)
        {
            annotations = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var annotation in all.EnumerateObject())
                annotations[annotation.Name] = annotation.Value.GetString() ?? "";
        }
        var name = annotations is not null && annotations.Remove(RefName, out var text) ? text : null;
        return new Descriptor(
            new MediaType(e.GetProperty("mediaType").GetString() ?? ""),
            Digest.Parse(e.GetProperty("digest").GetString() ?? ""),
            e.GetProperty("size").GetInt64() is >= 0 and var size ? size : throw new FormatException("a size is negative"))
        {
            Platform = e.TryGetProperty("platform", out var platform) && platform.ValueKind != JsonValueKind.Null ? Platform.Read(platform) : null,
            Name = name,
            Urls = e.TryGetProperty("urls", out var urls) && urls.ValueKind != JsonValueKind.Null ? [.. urls.EnumerateArray().Select(u => u.GetString() ?? "")] : [],
            Annotations = annotations is { Count: > 0 } ? annotations : null,
            ArtifactType = e.TryGetProperty("artifactType", out var type) ? type.GetString() : null,
        };
    }

    /// <summary>The manifest that another one speaks of, or null.</summary>
    internal static Descriptor? ReadSubject(JsonElement manifest) =>
        manifest.TryGetProperty("subject", out var subject) && subject.ValueKind != JsonValueKind.Null ? Read(subject) : null;

    /// <summary>What a manifest or an index says that it is, or null.</summary>
    internal static string? ReadArtifactType(JsonElement manifest) =>
        manifest.TryGetProperty("artifactType", out var type) && type.GetString() is { Length: > 0 } text ? text : null;

    /// <param name="json">Takes one object.</param>
    /// <param name="mediaType">Replaces the descriptor's own media type.</param>
    internal void WriteTo(Utf8JsonWriter json, MediaType? mediaType = null)
    {
        json.WriteStartObject();
        json.WriteString("mediaType", (mediaType ?? MediaType).Value);
        json.WriteString("digest", Digest.ToString());
        json.WriteNumber("size", Size);
        if (Urls.Count > 0)
        {
            json.WriteStartArray("urls");
            foreach (var url in Urls)
                json.WriteStringValue(url);
            json.WriteEndArray();
        }
        if (Platform is { } platform)
        {
            json.WritePropertyName("platform");
            platform.WriteTo(json);
        }
        if (Name is not null || Annotations is not null)
        {
            json.WriteStartObject("annotations");
            if (Name is not null)
                json.WriteString(RefName, Name);
            foreach (var (key, value) in Annotations ?? new Dictionary<string, string>())
                json.WriteString(key, value);
            json.WriteEndObject();
        }
        if (ArtifactType is not null)
            json.WriteString("artifactType", ArtifactType);
        json.WriteEndObject();
    }
}

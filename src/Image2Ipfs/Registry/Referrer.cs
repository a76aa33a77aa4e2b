using System.Text.Json;

namespace Image2Ipfs.Registry;

/// <summary>
/// What a registry says of a manifest that speaks of another one, as signatures and attestations do.
/// Source: opencontainers/distribution-spec, spec.md, "Listing Referrers".
/// </summary>
/// <param name="Subject">The manifest that it speaks of, or null where it does not say so itself.</param>
/// <param name="Descriptor">Its own descriptor, with its annotations, and with its type of artifact: its own word, else its configuration's type.</param>
public sealed record Referrer(Digest? Subject, Descriptor Descriptor)
{
    // A tag has at most 128 characters, so the specification cuts both halves.
    private const int MaxAlgorithm = 32;
    private const int MaxEncoded = 64;

    /// <param name="manifest">The manifest's bytes.</param>
    /// <param name="mediaType">What it is served as.</param>
    /// <param name="digest">The digest of the bytes.</param>
    /// <returns>Null: the bytes are no manifest.</returns>
    public static Referrer? TryRead(ReadOnlyMemory<byte> manifest, MediaType mediaType, Digest digest)
    {
        try
        {
            using var json = JsonDocument.Parse(manifest);
            var root = json.RootElement;
            return new Referrer(
                root.TryGetProperty("subject", out var subject) && subject.ValueKind == JsonValueKind.Object ? Digest.Parse(subject.GetProperty("digest").GetString() ?? "") : null,
                new Descriptor(mediaType, digest, manifest.Length)
                {
                    ArtifactType = Descriptor.ReadArtifactType(root) ?? (mediaType.IsIndex ? null : ConfigType(root)),
                    Annotations = Annotations(root),
                });
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    /// <summary>The tag under which clients put the index of a manifest's referrers where a registry does not list them.</summary>
    public static Tag FallbackTag(Digest subject) =>
        Tag.Parse($"{Cut(subject.Algorithm, MaxAlgorithm)}-{Cut(subject.Hex, MaxEncoded)}");

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..length];

    private static string? ConfigType(JsonElement manifest) =>
        manifest.TryGetProperty("config", out var config) && config.ValueKind == JsonValueKind.Object && config.TryGetProperty("mediaType", out var type) && type.GetString() is { Length: > 0 } text ? text : null;

    private static Dictionary<string, string>? Annotations(JsonElement manifest)
    {
        if (!manifest.TryGetProperty("annotations", out var all) || all.ValueKind == JsonValueKind.Null)
            return null;
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var annotation in all.EnumerateObject())
            annotations[annotation.Name] = annotation.Value.GetString() ?? "";
        return annotations;
    }
}

using System.Buffers;
using System.Text.Json;

namespace Image2Ipfs.Registry;

/// <summary>
/// An image index or a manifest list: descriptors of other manifests. Both have the same members.
/// Sources: opencontainers/image-spec, image-index.md; distribution, docs/spec/manifest-v2-2.md.
/// </summary>
public static class ImageIndex
{
    /// <summary>Writes the index once; its digest is the digest of these bytes.</summary>
    public static byte[] Write(MediaType mediaType, IEnumerable<Descriptor> manifests)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JsonText.Encoder }))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", mediaType.Value);
            json.WriteStartArray("manifests");
            foreach (var manifest in manifests)
                manifest.WriteTo(json);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }

    /// <exception cref="FormatException">It is no index; the message says why.</exception>
    public static IReadOnlyList<Descriptor> Parse(ReadOnlyMemory<byte> bytes) => Parse(bytes, out _, out _);

    /// <param name="bytes">JSON in UTF-8.</param>
    /// <param name="subject">The manifest that the index speaks of, or null.</param>
    /// <param name="artifactType">What kind of artifact it says that it is, or null.</param>
    /// <exception cref="FormatException">It is no index; the message says why.</exception>
    public static IReadOnlyList<Descriptor> Parse(ReadOnlyMemory<byte> bytes, out Descriptor? subject, out string? artifactType)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var root = json.RootElement;
            subject = Descriptor.ReadSubject(root);
            artifactType = Descriptor.ReadArtifactType(root);
            return root.GetProperty("manifests").EnumerateArray().Select(Descriptor.Read).ToList();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException(e.Message, e);
        }
    }
}

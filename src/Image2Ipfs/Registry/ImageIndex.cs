using System.Buffers;
using System.Text.Json;

namespace Image2Ipfs.Registry;

/// <summary>
/// An image index or a manifest list: descriptors of other manifests. Both have the same members.
/// Sources: opencontainers/image-spec, image-index.md; distribution, docs/spec/manifest-v2-2.md.
/// </summary>
public static class ImageIndex
{
    /// <summary>What follows the last descriptor, and the comma before it.</summary>
    private const string End = ",]}";

    /// <summary>Writes the index once; its digest is the digest of these bytes.</summary>
    public static byte[] Write(MediaType mediaType, IEnumerable<Descriptor> manifests) => WriteSome(mediaType, manifests, int.MaxValue, out _);

    /// <summary>Writes as many of the descriptors, from the first on, as the bytes have room for; one at least.</summary>
    public static byte[] WriteSome(MediaType mediaType, IEnumerable<Descriptor> manifests, int maxBytes, out int written)
    {
        var (bytes, one) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        var options = new JsonWriterOptions { Encoder = JsonText.Encoder };
        written = 0;
        using (var json = new Utf8JsonWriter(bytes, options))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", mediaType.Value);
            json.WriteStartArray("manifests");
            foreach (var manifest in manifests)
            {
                one.ResetWrittenCount();
                using (var part = new Utf8JsonWriter(one, options))
                    manifest.WriteTo(part);
                if (written > 0 && json.BytesCommitted + json.BytesPending + one.WrittenCount + End.Length > maxBytes)
                    break;
                json.WriteRawValue(one.WrittenSpan, skipInputValidation: true);
                written++;
            }
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

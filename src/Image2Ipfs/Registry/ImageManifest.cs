using System.Buffers;
using System.Text.Json;

namespace Image2Ipfs.Registry;

/// <summary>
/// A manifest of schema 2 or OCI: a configuration and layers, base first. Both have the same members.
/// Sources: distribution, docs/spec/manifest-v2-2.md; opencontainers/image-spec, manifest.md.
/// </summary>
/// <param name="Config">The configuration.</param>
/// <param name="Layers">The layers of an image, or whatever blobs an artifact has.</param>
/// <param name="Subject">The manifest that this one speaks of, as a signature does, or null.</param>
public sealed record ImageManifest(Descriptor Config, IReadOnlyList<Descriptor> Layers, Descriptor? Subject)
{
    /// <summary>What kind of artifact it says that it is: its own word, else its configuration's type.</summary>
    public required string ArtifactType { get; init; }

    /// <summary>Writes the manifest once; its digest is the digest of these bytes.</summary>
    /// <param name="form"><see cref="MediaType.Schema2"/> or <see cref="MediaType.OciManifest"/>.</param>
    /// <param name="config">Size and digest count; the media type is the one that goes with the form.</param>
    /// <param name="layers">Base first. Their media types are spelled as the form has them.</param>
    /// <exception cref="ArgumentException">The form has no name for a layer's type.</exception>
    public static byte[] Write(MediaType form, Descriptor config, IEnumerable<Descriptor> layers)
    {
        var docker = form == MediaType.Schema2;
        // Docker prints schema 2 with three spaces, OCI tools print compact: each form looks as its readers know it.
        var options = new JsonWriterOptions { Indented = docker, IndentSize = 3, NewLine = "\n", Encoder = JsonText.Encoder };
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, options))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", form.Value);
            json.WritePropertyName("config");
            config.WriteTo(json, docker ? MediaType.DockerConfig : MediaType.OciConfig);
            json.WriteStartArray("layers");
            foreach (var layer in layers)
                layer.WriteTo(json, LayerType.Of(layer.MediaType)?.In(form) ?? throw new ArgumentException($"{form} has no name for {layer.MediaType}", nameof(layers)));
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }

    /// <exception cref="FormatException">It is no manifest; the message says why.</exception>
    public static ImageManifest Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var root = json.RootElement;
            var config = Descriptor.Read(root.GetProperty("config"));
            return new ImageManifest(
                config,
                root.TryGetProperty("layers", out var layers) && layers.ValueKind != JsonValueKind.Null ? [.. layers.EnumerateArray().Select(Descriptor.Read)] : [],
                Descriptor.ReadSubject(root))
            {
                ArtifactType = Descriptor.ReadArtifactType(root) ?? config.MediaType.Value,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException(e.Message, e);
        }
    }
}

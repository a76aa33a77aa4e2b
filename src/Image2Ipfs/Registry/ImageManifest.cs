using System.Buffers;
using System.Text.Json;

namespace Image2Ipfs.Registry;

/// <summary>
/// A single platform's manifest, schema 2 or OCI: a configuration and layers, base first. Both have the same members.
/// Sources: distribution, docs/spec/manifest-v2-2.md; opencontainers/image-spec, manifest.md.
/// </summary>
public static class ImageManifest
{
    /// <summary>Writes the manifest once; its digest is the digest of these bytes.</summary>
    /// <param name="mediaType"><see cref="MediaType.Schema2"/> or <see cref="MediaType.OciManifest"/>.</param>
    /// <param name="config">Size and digest count; the media type is the one that goes with the manifest's.</param>
    /// <param name="layers">Gzip layers, base first; likewise.</param>
    public static byte[] Write(MediaType mediaType, Descriptor config, IEnumerable<Descriptor> layers)
    {
        var docker = mediaType == MediaType.Schema2;
        // Docker prints schema 2 with three spaces, OCI tools print compact: each form looks as its readers know it.
        var options = new JsonWriterOptions { Indented = docker, IndentSize = 3, NewLine = "\n", Encoder = JsonText.Encoder };
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, options))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", mediaType.Value);
            json.WritePropertyName("config");
            config.WriteTo(json, docker ? MediaType.DockerConfig : MediaType.OciConfig);
            json.WriteStartArray("layers");
            foreach (var layer in layers)
                layer.WriteTo(json, docker ? MediaType.DockerLayerGzip : MediaType.OciLayerGzip);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }
}

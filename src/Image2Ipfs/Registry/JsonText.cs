using System.Text.Encodings.Web;
using System.Text.Json;

namespace Image2Ipfs.Registry;

/// <summary>How the JSON that only we write is spelled: plus signs and the like raw, as every other tool writes them.</summary>
internal static class JsonText
{
    /// <summary>Safe here: the text is served as JSON and never put into HTML.</summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <param name="descriptor">What to write.</param>
    /// <param name="json">Takes one object.</param>
    /// <param name="mediaType">Replaces the descriptor's own media type.</param>
    public static void WriteTo(this Descriptor descriptor, Utf8JsonWriter json, MediaType? mediaType = null)
    {
        json.WriteStartObject();
        json.WriteString("mediaType", (mediaType ?? descriptor.MediaType).Value);
        json.WriteString("digest", descriptor.Digest.ToString());
        json.WriteNumber("size", descriptor.Size);
        if (descriptor.Platform is { } platform)
        {
            json.WriteStartObject("platform");
            json.WriteString("architecture", platform.Architecture);
            json.WriteString("os", platform.Os);
            if (platform.Variant is not null)
                json.WriteString("variant", platform.Variant);
            json.WriteEndObject();
        }
        if (descriptor.Name is { } name)
        {
            json.WriteStartObject("annotations");
            json.WriteString(Descriptor.RefName, name);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}

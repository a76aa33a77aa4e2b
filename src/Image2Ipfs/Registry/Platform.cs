using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Image2Ipfs.Registry;

/// <summary>An operating system and an architecture by Go's names: <c>linux</c>, <c>amd64</c>, <c>v8</c>.</summary>
public sealed record Platform(string Os, string Architecture, string? Variant = null)
{
    /// <summary>The build of Windows that an image needs, or null.</summary>
    public string? OsVersion { get; init; }

    /// <summary><c>os/architecture[/variant]</c>, as on Docker's command line.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Platform? platform)
    {
        var parts = text.Split('/');
        platform = parts.Length is 2 or 3 && Array.TrueForAll(parts, p => p.Length > 0) ? new Platform(parts[0], parts[1], parts.ElementAtOrDefault(2)) : null;
        return platform is not null;
    }

    /// <summary>Whether this is what somebody asked for: who names no variant, takes any.</summary>
    public bool Is(Platform asked) =>
        Os == asked.Os && Architecture == asked.Architecture && (asked.Variant is null || asked.Variant == Variant);

    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";

    internal static Platform Read(JsonElement e) => new(e.GetProperty("os").GetString() ?? "", e.GetProperty("architecture").GetString() ?? "", Text(e, "variant"))
    {
        OsVersion = Text(e, "os.version"),
    };

    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("architecture", Architecture);
        json.WriteString("os", Os);
        if (OsVersion is not null)
            json.WriteString("os.version", OsVersion);
        if (Variant is not null)
            json.WriteString("variant", Variant);
        json.WriteEndObject();
    }

    private static string? Text(JsonElement e, string name) => e.TryGetProperty(name, out var value) ? value.GetString() : null;
}

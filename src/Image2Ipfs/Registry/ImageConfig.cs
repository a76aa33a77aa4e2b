using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Image2Ipfs.Registry;

/// <summary>
/// What an image's configuration blob says of its layers. The bytes themselves are published as they are.
/// Source: opencontainers/image-spec, config.md; Docker's image.Image has the same members.
/// </summary>
public sealed partial class ImageConfig
{
    /// <summary>Configurations of real images have some KiB; clients refuse more than 4 to 8 MiB.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    private ImageConfig(ReadOnlyMemory<byte> bytes, Platform platform, IReadOnlyList<Digest> diffIds, IReadOnlyList<HistoryEntry> history)
        => (Bytes, Platform, DiffIds, History) = (bytes, platform, diffIds, history);

    public ReadOnlyMemory<byte> Bytes { get; }

    public Platform Platform { get; }

    /// <summary>The digests of the uncompressed layers, base first.</summary>
    public IReadOnlyList<Digest> DiffIds { get; }

    public IReadOnlyList<HistoryEntry> History { get; }

    /// <summary>The <c>base_layer</c> of old Windows images, or null.</summary>
    internal string? BaseLayer { get; private init; }

    /// <param name="bytes">The blob, JSON in UTF-8.</param>
    /// <exception cref="FormatException">It is no image configuration; the message says why.</exception>
    public static ImageConfig Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw new FormatException("it is not a JSON object");
            // A name of half a surrogate pair throws when it is read: here, not when schema 1 is written.
            foreach (var member in root.EnumerateObject())
                _ = member.Name;
            if (!root.TryGetProperty("rootfs", out var rootfs) || rootfs.ValueKind != JsonValueKind.Object)
                throw new FormatException("it has no rootfs");

            var diffIds = Elements(rootfs, "diff_ids").Select(e => Digest.Parse(e.GetString() ?? "")).ToList();
            var history = Elements(root, "history").Select(HistoryEntry.From).ToList();
            var platform = new Platform(Text(root, "os") ?? "", Text(root, "architecture") ?? "", Text(root, "variant"));
            return new ImageConfig(bytes, platform, diffIds, history) { BaseLayer = Text(rootfs, "base_layer") };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException(e.Message, e);
        }
    }

    /// <summary>Whether it is an image's at all: many an artifact calls its configuration so.</summary>
    /// <exception cref="FormatException">It is no JSON object.</exception>
    public static bool HasRootFs(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            return json.RootElement.TryGetProperty("rootfs", out _);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private static JsonElement.ArrayEnumerator Elements(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var array) && array.ValueKind != JsonValueKind.Null ? array.EnumerateArray() : default;

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>One step of the build, oldest first in a configuration. Empty strings stand for absent members.</summary>
    public sealed record HistoryEntry(string Created, string CreatedBy, string Author, string Comment, bool EmptyLayer)
    {
        internal static HistoryEntry From(JsonElement e) => new(
            GoTime(Text(e, "created")), Text(e, "created_by") ?? "", Text(e, "author") ?? "", Text(e, "comment") ?? "",
            e.TryGetProperty("empty_layer", out var empty) && empty.GetBoolean());
    }

    /// <summary>
    /// The time as Go prints it after reading it (RFC 3339 with nanoseconds): trailing zeros of the fraction fall
    /// away, an offset of zero is Z, and what is missing is Go's zero time.
    /// </summary>
    private static string GoTime(string? text)
    {
        if (text is null)
            return "0001-01-01T00:00:00Z";
        var match = Rfc3339().Match(text);
        if (!match.Success || !DateTime.TryParseExact(match.Groups[1].Value, "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            throw new FormatException($"'{text}' is not an RFC 3339 time");
        var fraction = match.Groups[2].Value;
        fraction = fraction[..Math.Min(fraction.Length, 10)].TrimEnd('0').TrimEnd('.');
        var offset = match.Groups[3].Value is "+00:00" or "-00:00" ? "Z" : match.Groups[3].Value;
        return match.Groups[1].Value + fraction + offset;
    }

    [GeneratedRegex(@"\A([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex Rfc3339();
}

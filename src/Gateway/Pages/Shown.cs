using System.Globalization;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Pages;

/// <summary>How sizes, times, types and long texts are written for people.</summary>
internal static class Shown
{
    /// <summary>A longer text is folded behind its beginning.</summary>
    private const int Fold = 240;

    /// <summary>More of one text nobody reads on a page; the blob has all of it.</summary>
    private const int Most = 8192;

    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB"];

    /// <summary>Three digits, and the thousands that registries count in.</summary>
    public static string Size(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        while (value >= 999.5 && unit < Units.Length - 1)
            (value, unit) = (value / 1000, unit + 1);
        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 || value >= 99.95 ? Math.Round(value) : Math.Round(value, 1))} {Units[unit]}");
    }

    /// <summary>A time that a reader's program can read too.</summary>
    public static Html Time(DateTimeOffset time) =>
        $"<time datetime=\"{time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}\">{time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}</time>";

    /// <summary>The same, as far as it is known.</summary>
    public static Html Time(DateTimeOffset? time) => time is { } known ? Time(known) : Nothing;

    /// <summary>The time of day, and the date where it is another.</summary>
    public static Html Recently(DateTimeOffset time, DateTimeOffset now) => time.UtcDateTime.Date == now.UtcDateTime.Date
        ? $"<time datetime=\"{time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}\">{time.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)}</time>"
        : Time(time);

    /// <summary>A dash that is read as what it means.</summary>
    public static Html Nothing { get; } = $"<span class=\"muted\"><span aria-hidden=\"true\">–</span><span class=\"unseen\">unknown</span></span>";

    /// <summary>All of it is there, to select and to find; only its beginning has room.</summary>
    public static Html Cut(string text) => $"<code class=\"cut\" title=\"{text}\">{text}</code>";

    public static Html Long(string text)
    {
        if (text.Length > Most)
            text = $"{text[..Most]}…";
        return text.Length <= Fold ? $"<code>{text}</code>" : (Html)$"<details><summary><code>{text[..(Fold / 2)]}…</code></summary><code>{text}</code></details>";
    }

    public static string Count(int number, string one) => string.Create(CultureInfo.InvariantCulture, $"{number:N0} {one}{(number == 1 ? "" : "s")}");

    /// <summary>A word, and a mark of the same meaning: never a colour alone.</summary>
    public static Html State(bool? isWell, string word) => isWell switch
    {
        true => $"<span class=\"well\">{word}</span>",
        false => $"<span class=\"bad\">{word}</span>",
        null => $"{word}",
    };

    /// <summary>What people call a form of a manifest.</summary>
    public static string Form(MediaType form) =>
        form.IsSchema1 ? "schema 1"
        : form == MediaType.Schema2 ? "schema 2"
        : form == MediaType.ManifestList ? "manifest list"
        : form == MediaType.OciManifest ? "OCI"
        : form == MediaType.OciIndex ? "OCI index"
        : form.Value;

    /// <summary>What people call the type of a layer.</summary>
    public static string Layer(MediaType type) => LayerType.Of(type) switch
    {
        null => type.Value,
        { IsForeign: true } => "foreign layer",
        var known when known == LayerType.Gzip => "tar, gzip",
        var known when known == LayerType.Zstd => "tar, zstd",
        _ => "tar",
    };
}

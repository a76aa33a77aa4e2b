using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Image2Ipfs.Gateway.Pages;

/// <summary>
/// Markup, written as an interpolated string: what stands in the source is taken as it is, what stands in braces is encoded, unless
/// it is markup itself. So a stranger's text cannot become an element or leave its attribute, and nobody has to think of it:
/// <code>Html row = $"&lt;td title=\"{name}\"&gt;{name}&lt;/td&gt;";</code>
/// Attributes are always in double quotes.
/// </summary>
[InterpolatedStringHandler]
internal sealed class Html(int literalLength, int formattedCount)
{
    private const int ExpectedHole = 24;

    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder _text = new(literalLength + (formattedCount * ExpectedHole));

    public static Html None { get; } = new(0, 0);

    public void AppendLiteral(string markup) => _text.Append(markup);

    public void AppendFormatted(Html? markup) => _text.Append(markup?._text);

    public void AppendFormatted(IEnumerable<Html> markup)
    {
        foreach (var part in markup)
            AppendFormatted(part);
    }

    public void AppendFormatted(string? text)
    {
        if (!string.IsNullOrEmpty(text))
            _text.Append(Encoder.Encode(Harmless(text)));
    }

    public void AppendFormatted<T>(T value) where T : struct => AppendFormatted(Convert.ToString(value, CultureInfo.InvariantCulture));

    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(_text.ToString());

    public override string ToString() => _text.ToString();

    /// <summary>What is not seen, or turns the text around it, is written out: a name is to look like what it is.</summary>
    private static string Harmless(string text)
    {
        if (!text.EnumerateRunes().Any(IsHidden))
            return text;
        var shown = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsHidden(rune))
                shown.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            else
                shown.Append(rune.ToString());
        }
        return shown.ToString();
    }

    private static bool IsHidden(Rune rune) => rune.Value is not ('\n' or '\t') && Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned;
}

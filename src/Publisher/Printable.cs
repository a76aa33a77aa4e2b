using System.Text;

namespace Image2Ipfs.Publisher;

/// <summary>Text from an archive, made fit for a terminal: no control characters, not endlessly long.</summary>
internal static class Printable
{
    private const int MaxLength = 120;

    public static string Text(string text) => Text(text, MaxLength);

    public static string Text(string text, int maxLength)
    {
        var clean = new StringBuilder();
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, maxLength)))
            clean.Append(char.IsControl(c) ? '\uFFFD' : c);
        return text.Length > maxLength ? clean.Append('…').ToString() : clean.ToString();
    }
}

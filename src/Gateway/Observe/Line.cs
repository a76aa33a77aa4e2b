using System.Buffers;

namespace Image2Ipfs.Gateway.Observe;

/// <summary>
/// A stranger's text in a line of the log: cut, and in printable ASCII, without quotes and what a terminal, a log shipper or a
/// reader could take for the log's own.
/// </summary>
internal static class Line
{
    private static readonly SearchValues<char> Harmless =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 !#$%&'()*+,-./:;=?@[]^_{|}~");

    /// <param name="text">Null and nothing are a hyphen.</param>
    /// <param name="max">How many characters are kept.</param>
    public static string Of(string? text, int max)
    {
        if (string.IsNullOrEmpty(text))
            return "-";
        if (text.Length <= max && !text.AsSpan().ContainsAnyExcept(Harmless))
            return text;
        return string.Create(Math.Min(text.Length, max), text, static (line, from) =>
        {
            for (var i = 0; i < line.Length; i++)
                line[i] = Harmless.Contains(from[i]) ? from[i] : '?';
        });
    }
}

using System.Text;

namespace Image2Ipfs.Gateway.Rules;

/// <summary>The lines of a list, none of which is longer than one may be: a file without line ends is not taken into memory.</summary>
internal static class DenylistLines
{
    /// <summary>Source: ipfs/specs, src/compact-denylist-format.md, "File syntax".</summary>
    public const int MaxLine = 2 << 20;

    /// <exception cref="FormatException">A line is longer.</exception>
    public static IEnumerable<string> Of(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, bufferSize: 64 * 1024, leaveOpen: true);
        var buffer = new char[64 * 1024];
        var line = new StringBuilder();
        for (int read; (read = reader.Read(buffer)) > 0;)
        {
            var rest = buffer.AsMemory(0, read);
            for (int end; (end = rest.Span.IndexOf('\n')) >= 0; rest = rest[(end + 1)..])
            {
                line.Append(rest.Span[..end]);
                Check(line);
                yield return Take(line);
            }
            line.Append(rest.Span);
            Check(line);
        }
        // The last one has no end: it may be on its way still, and comes whole with the next look.
        if (line.Length > 0)
            yield return Take(line);
    }

    private static void Check(StringBuilder line)
    {
        if (line.Length >= MaxLine)
            throw new FormatException($"a line is longer than {MaxLine} bytes");
    }

    private static string Take(StringBuilder line)
    {
        var text = line.ToString();
        line.Clear();
        return text.EndsWith('\r') ? text[..^1] : text;
    }
}

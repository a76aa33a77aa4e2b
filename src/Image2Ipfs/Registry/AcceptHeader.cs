using System.Globalization;

namespace Image2Ipfs.Registry;

/// <summary>
/// Which media types a client reads: all lines of its Accept header together. Position says nothing
/// (Docker sends the lines in random order, crane names schema 1 first); only q does, and no client sends it yet.
/// <code>
/// accept := range ("," range)*      range := ("*/*" | type "/*" | type "/" subtype) (";" parameter)* [";q=" 0..1]
/// </code>
/// Source: RFC 9110, section 12.5.1.
/// </summary>
public sealed class AcceptHeader
{
    private readonly List<(string Range, double Quality)> _ranges = [];

    private AcceptHeader()
    {
    }

    /// <summary>The client sent no Accept header, or only empty ones: Docker up to 1.9.</summary>
    public bool IsAbsent => _ranges.Count == 0;

    /// <param name="lines">The header's lines as they came.</param>
    public static AcceptHeader Parse(IEnumerable<string?> lines)
    {
        var accept = new AcceptHeader();
        foreach (var part in lines.SelectMany(line => (line ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        {
            var pieces = part.Split(';', StringSplitOptions.TrimEntries);
            var quality = 1.0;
            foreach (var parameter in pieces.AsSpan(1))
            {
                if (parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase)
                    && double.TryParse(parameter.AsSpan(2), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var q))
                    quality = Math.Clamp(q, 0, 1);
            }
            accept._ranges.Add((pieces[0].ToLowerInvariant(), quality));
        }
        return accept;
    }

    /// <summary>How much the client likes the type, 0 (not at all) to 1: the most specific range that matches decides.</summary>
    public double Quality(MediaType type)
    {
        var best = (Specificity: 0, Quality: 0.0);
        foreach (var (range, quality) in _ranges)
        {
            var specificity =
                range == type.Value ? 3 :
                range == "*/*" ? 1 :
                range.EndsWith("/*", StringComparison.Ordinal) && type.Value.StartsWith(range.AsSpan(0, range.Length - 1), StringComparison.Ordinal) ? 2 : 0;
            if (specificity > best.Specificity || (specificity > 0 && specificity == best.Specificity && quality > best.Quality))
                best = (specificity, quality);
        }
        return best.Quality;
    }
}

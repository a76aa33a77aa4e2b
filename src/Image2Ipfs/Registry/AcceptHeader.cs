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
        foreach (var line in lines)
        {
            foreach (var part in line.AsSpan().Split(','))
                accept.Add(line.AsSpan()[part].Trim());
        }
        return accept;
    }

    private void Add(ReadOnlySpan<char> range)
    {
        if (range.IsEmpty)
            return;
        var quality = 1.0;
        var semicolon = range.IndexOf(';');
        if (semicolon >= 0)
        {
            var parameters = range[(semicolon + 1)..];
            foreach (var piece in parameters.Split(';'))
            {
                var parameter = parameters[piece].Trim();
                if (parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase)
                    && double.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var q))
                    quality = Math.Clamp(q, 0, 1);
            }
            range = range[..semicolon].TrimEnd();
        }
        _ranges.Add((Known(range) ?? range.ToString().ToLowerInvariant(), quality));
    }

    /// <summary>The types that registry clients send, without a new string for each.</summary>
    private static string? Known(ReadOnlySpan<char> range)
    {
        foreach (var type in MediaType.ManifestTypes)
        {
            if (range.SequenceEqual(type.Value))
                return type.Value;
        }
        return null;
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

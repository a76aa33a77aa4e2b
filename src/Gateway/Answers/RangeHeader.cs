using System.Globalization;

namespace Image2Ipfs.Gateway.Answers;

/// <summary>
/// The parts of a body that a Range header asks for.
/// <code>
/// range := "bytes=" part ("," part)*        part := first "-" [last] | "-" length        white space around parts
/// </code>
/// A unit other than bytes is ignored, as RFC 9110 14.2 demands. A header that is no range, or whose parts all lie
/// beyond the end, is answered 416, as Go's file server and the OCI conformance suite have it.
/// </summary>
internal static class RangeHeader
{
    private const string Unit = "bytes=";

    /// <summary>So many parts are in one answer at most: each may be a block from far away. Apache's limit too; nobody has been seen to want as many.</summary>
    public const int MaxParts = 200;

    /// <returns>
    /// Null: no range, send everything. Empty: 416. Otherwise the parts, first byte and length, in the order asked for.
    /// </returns>
    public static IReadOnlyList<(long Start, long Length)>? Parse(string? header, long size)
    {
        if (string.IsNullOrEmpty(header) || !header.StartsWith(Unit, StringComparison.OrdinalIgnoreCase))
            return null;
        var parts = new List<(long Start, long Length)>();
        foreach (var text in header[Unit.Length..].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!TryParsePart(text, size, out var part))
                return [];
            if (part.Length > 0)
                parts.Add(part);
        }
        // Overlapping parts that add up to more than everything are an attack or a mistake: everything is less.
        return parts.Sum(p => p.Length) > size ? null : parts;
    }

    /// <summary>
    /// The parts to send: those that overlap or touch the one before them are one (RFC 9110 15.3.7.2). Null where there are
    /// more than anybody should want; everything is sent then, as RFC 9110 14.2 allows.
    /// </summary>
    public static IReadOnlyList<(long Start, long Length)>? Coalesce(IReadOnlyList<(long Start, long Length)>? parts)
    {
        if (parts is null or { Count: < 2 })
            return parts;
        var few = new List<(long Start, long Length)>();
        foreach (var (start, length) in parts)
        {
            if (few is [.., var last] && start >= last.Start && start <= last.Start + last.Length)
                few[^1] = (last.Start, Math.Max(last.Length, start + length - last.Start));
            else
                few.Add((start, length));
        }
        return few.Count > MaxParts ? null : few;
    }

    /// <param name="part">Length 0: the part is well written, but lies beyond the end.</param>
    private static bool TryParsePart(string text, long size, out (long Start, long Length) part)
    {
        part = default;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0)
            return false;
        var (first, last) = (text[..dash].Trim(), text[(dash + 1)..].Trim());
        if (first.Length == 0)
        {
            if (!TryParseNumber(last, out var length))
                return false;
            length = Math.Min(length, size);
            part = (size - length, length);
            return true;
        }
        if (!TryParseNumber(first, out var start))
            return false;
        var end = size - 1;
        if (last.Length > 0)
        {
            if (!TryParseNumber(last, out end) || end < start)
                return false;
            end = Math.Min(end, size - 1);
        }
        if (start < size)
            part = (start, end - start + 1);
        return true;
    }

    private static bool TryParseNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

using System.Globalization;

namespace Image2Ipfs.Gateway.Request;

/// <summary>
/// Which part of a list is asked for: <c>?n=&lt;how many&gt;&amp;last=&lt;the one before the first&gt;</c>.
/// Source: opencontainers/distribution-spec, spec.md, "Listing Tags"; distribution, docs/spec/api.md, "Catalog".
/// </summary>
internal sealed record Page(int? Count, string? Last)
{
    public static bool TryParse(IQueryCollection query, out Page page)
    {
        page = new Page(null, query["last"]);
        string? n = query["n"];
        if (n is null)
            return true;
        var valid = int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var count);
        page = page with { Count = count };
        return valid;
    }

    /// <param name="sorted">The whole list, in ASCII order.</param>
    /// <param name="max">How many a page has at most, whatever is asked for.</param>
    /// <returns>The page, and the query of the next one where more follow.</returns>
    public (IReadOnlyList<string> Entries, string? Next) Of(IReadOnlyList<string> sorted, int max = int.MaxValue)
    {
        var start = After(sorted);
        var count = Math.Min(Math.Min(Count ?? max, max), sorted.Count - start);
        List<string> entries = [.. sorted.Skip(start).Take(count)];
        // An empty page has no last entry from which one could go on; the specification wants it without a Link.
        return (entries, start + count < sorted.Count && entries is [.., var last] ? $"n={count}&last={Uri.EscapeDataString(last)}" : null);
    }

    private int After(IReadOnlyList<string> sorted)
    {
        var (from, to) = (0, Last is null ? 0 : sorted.Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (string.CompareOrdinal(sorted[middle], Last) > 0)
                to = middle;
            else
                from = middle + 1;
        }
        return from;
    }
}

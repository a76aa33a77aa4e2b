using System.Globalization;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Request;

/// <summary>
/// Which part of a list of tags is asked for: <c>?n=&lt;how many&gt;&amp;last=&lt;the one before the first&gt;</c>.
/// Source: opencontainers/distribution-spec, spec.md, "Listing Tags".
/// </summary>
internal sealed record TagPage(int? Count, string? Last)
{
    public static bool TryParse(IQueryCollection query, out TagPage page)
    {
        page = new TagPage(null, query["last"]);
        string? n = query["n"];
        if (n is null)
            return true;
        var valid = int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var count);
        page = page with { Count = count };
        return valid;
    }

    /// <returns>The page in ASCII order, and the Link header where more follow.</returns>
    public (IReadOnlyList<string> Tags, string? Link) Of(RepositoryName name, IEnumerable<Tag> all)
    {
        var after = all.Select(t => t.ToString())
            .Order(StringComparer.Ordinal)
            .Where(t => Last is null || string.CompareOrdinal(t, Last) > 0)
            .ToList();
        if (Count is not { } count || count >= after.Count)
            return (after, null);
        var tags = after.GetRange(0, count);
        return (tags, tags is [.., var last] ? $"</v2/{name}/tags/list?n={count}&last={last}>; rel=\"next\"" : null);
    }
}

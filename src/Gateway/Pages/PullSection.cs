using Image2Ipfs.Gateway.Observe;

namespace Image2Ipfs.Gateway.Pages;

/// <summary>The latest pulls.</summary>
internal static class PullSection
{
    /// <param name="to">What every path begins with.</param>
    /// <param name="pulls">The latest first.</param>
    /// <param name="now">Those of today have no date.</param>
    public static Html Of(string to, IReadOnlyList<RecentPull> pulls, DateTimeOffset now) => $"""
        <section aria-labelledby="pulls">
        <h2 id="pulls">Recent pulls</h2>
        {(pulls.Count == 0 ? (Html)$"<p class=\"muted\">None since the Gateway started.</p>" : (Html)$"""
        <table class="stack">
        <caption class="unseen">Recent pulls, the latest first</caption>
        <thead><tr><th scope="col">Image</th><th scope="col">Client</th><th scope="col">Answer</th><th scope="col" class="number">Sent</th><th scope="col">From</th><th scope="col">Time, UTC</th></tr></thead>
        <tbody>
        {pulls.Select(p => Row(to, p, now))}
        </tbody>
        </table>
        """)}
        </section>
        """;

    private static Html Row(string to, RecentPull pull, DateTimeOffset now)
    {
        var whole = $"{pull.Name}{pull.Reference}";
        return $"""
            <tr>
            <th scope="row"><a class="long" href="{to}{ImageName.Address(whole)}">{Short($"{pull.Name}")}{Short(pull.Reference)}</a></th>
            <td data-label="Client">{pull.Client}</td>
            <td data-label="Answer">{Shown.State(pull is { Status: < 400, IsBrokenOff: false }, pull.IsBrokenOff ? $"{pull.Status}, broken off" : $"{pull.Status}")}</td>
            <td data-label="Sent" class="number">{Shown.Size(pull.Bytes)}</td>
            <td data-label="From">{Metrics.NameOf(pull.Origin)}</td>
            <td data-label="Time">{Shown.Recently(pull.When, now)}</td>
            </tr>

            """;
    }

    /// <summary>A hash is known by its beginning.</summary>
    private static string Short(string name)
    {
        const int Long = 40, Kept = 12;
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var (first, rest) = slash < 0 ? (name, "") : (name[..slash], name[slash..]);
        return first.Length <= Long ? name : $"{first[..(first.StartsWith('@') ? "@sha256:".Length + Kept : Kept)]}…{rest}";
    }
}

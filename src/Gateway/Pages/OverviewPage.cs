using System.Globalization;
using Image2Ipfs.Gateway.Observe;

namespace Image2Ipfs.Gateway.Pages;

/// <summary>The page at <c>/</c>.</summary>
/// <param name="Query">What was looked for.</param>
/// <param name="Pulls">The latest, or null: none are kept.</param>
internal sealed record OverviewPage(string Query, Readiness Readiness, (long Bytes, long Max) Cache, IReadOnlyList<RecentPull>? Pulls, DateTimeOffset Now)
{
    public int All { get; init; }

    public int Found { get; init; }

    public int Page { get; init; } = 1;

    public int Pages { get; init; } = 1;

    public IReadOnlyList<RootRow> Rows { get; init; } = [];

    /// <param name="to">What every path begins with.</param>
    /// <param name="host">What pull names begin with.</param>
    public Html ToHtml(string to, string host) => $"""
        <h1>Images</h1>
        {(All == 0 ? Empty(host) : Roots(to))}
        {(Pulls is null ? Html.None : RecentPulls(to))}
        {Upstreams()}
        <section aria-labelledby="state">
        <h2 id="state">This Gateway</h2>
        <dl class="facts">
        <div><dt>State</dt><dd>{State(Readiness.IsReady, Readiness.Status)}</dd></div>
        <div><dt>Store</dt><dd>{(Readiness.Store == "ok" ? Shown.Count(All, "root") : Readiness.Store)}</dd></div>
        <div><dt>Cache</dt><dd>{CacheFill()}</dd></div>
        </dl>
        </section>
        """;

    private static Html Empty(string host) => $"""
        <p class="lead">Nothing is published in the store yet.</p>
        <p>Publish an image, and it is listed here:</p>
        <pre><code>docker save busybox | image2ipfs --registry {host}</code></pre>
        """;

    private Html Roots(string to) => $"""
        <form class="filter" action="{to}/">
        <label for="q">Find by name or root</label>
        <input id="q" name="q" type="search" value="{Query}" autocomplete="off" autocapitalize="none" spellcheck="false">
        <button>Find</button>
        {(Query.Length == 0 ? Html.None : (Html)$"<a href=\"{to}/\">Show all</a>")}
        </form>
        {(Found == 0 ? (Html)$"<p class=\"lead\">No name in the store has “{Query}” in it. What lies with upstreams can be looked up by its pull name, above.</p>" : Table(to))}
        """;

    private Html Table(string to) => $"""
        <table class="stack">
        <caption>{(Query.Length == 0 ? $"{Shown.Count(All, "root")} in the store, the newest first" : $"{Shown.Count(Found, "root")} of {All.ToString("N0", CultureInfo.InvariantCulture)}")}</caption>
        <thead><tr><th scope="col">Repositories and tags</th><th scope="col">Root</th><th scope="col" class="number">Size</th><th scope="col">Published, UTC</th></tr></thead>
        <tbody>
        {Rows.Select(r => Row(r, to))}
        </tbody>
        </table>
        {Pager(to)}
        """;

    private static Html Row(RootRow row, string to) => $"""
        <tr>
        <th scope="row">{Names(row, to)}</th>
        <td data-label="Root"><a href="{to}/ipfs/{row.Root.ToString()}/">{Shown.Cut(row.Root.ToRepositoryComponent())}</a></td>
        <td data-label="Size" class="number">{(row.Bytes is { } bytes ? (Html)$"{Shown.Size(bytes)}" : Shown.Nothing)}</td>
        <td data-label="Published">{Shown.Time(row.Written)}</td>
        </tr>

        """;

    private static Html Names(RootRow row, string to) => row switch
    {
        { Problem: { } problem } => $"<span class=\"bad\">Damaged</span> <span class=\"muted\">{problem}</span>",
        { Repositories: [] } => $"<span class=\"muted\">no image: {Shown.Count(row.Files, "file")}</span>",
        _ => $"{row.Repositories.Select(r => Name(r, to))}{(row.More == 0 ? Html.None : (Html)$"<p><a href=\"{to}/?q={row.Root.ToRepositoryComponent()}\">and {Shown.Count(row.More, "more name")}</a></p>")}",
    };

    private static Html Name(RepositoryRow row, string to) => $"""
        <p class="name"><a href="{to}{ImageName.Address($"{row.Name}")}">{(row.Path.Length == 0 ? "(the root itself)" : row.Path)}</a>
        <span class="tags">{row.Tags.Select(Html (t) => $"<a class=\"tag\" href=\"{to}{ImageName.Address($"{row.Name}:{t}")}\">{t}</a> ")}{(row.MoreTags == 0 ? "" : $"and {row.MoreTags} more")}</span></p>

        """;

    private Html Pager(string to) => Pages == 1 ? Html.None : $"""
        <nav class="pager" aria-label="Pages of the list">
        {(Page > 1 ? (Html)$"<a rel=\"prev\" href=\"{to}/?{Search}page={Page - 1}\">Newer</a>" : Html.None)}
        <span>Page {Page} of {Pages}</span>
        {(Page < Pages ? (Html)$"<a rel=\"next\" href=\"{to}/?{Search}page={Page + 1}\">Older</a>" : Html.None)}
        </nav>
        """;

    private string Search => Query.Length == 0 ? "" : $"q={Uri.EscapeDataString(Query)}&";

    private Html RecentPulls(string to) => $"""
        <section aria-labelledby="pulls">
        <h2 id="pulls">Recent pulls</h2>
        {(Pulls is [] ? (Html)$"<p class=\"muted\">None since the Gateway started.</p>" : (Html)$"""
        <table class="stack">
        <caption class="unseen">Recent pulls, the latest first</caption>
        <thead><tr><th scope="col">Image</th><th scope="col">Client</th><th scope="col">Answer</th><th scope="col" class="number">Sent</th><th scope="col">From</th><th scope="col">Time, UTC</th></tr></thead>
        <tbody>
        {Pulls!.Select(p => Pull(p, to))}
        </tbody>
        </table>
        """)}
        </section>
        """;

    private Html Pull(RecentPull pull, string to)
    {
        var whole = $"{pull.Name}{pull.Reference}";
        return $"""
            <tr>
            <th scope="row"><a class="long" href="{to}{ImageName.Address(whole)}">{Short($"{pull.Name}")}{Short(pull.Reference)}</a></th>
            <td data-label="Client">{pull.Client}</td>
            <td data-label="Answer">{State(pull is { Status: < 400, IsBrokenOff: false }, pull.IsBrokenOff ? $"{pull.Status}, broken off" : $"{pull.Status}")}</td>
            <td data-label="Sent" class="number">{Shown.Size(pull.Bytes)}</td>
            <td data-label="From">{Metrics.NameOf(pull.Origin)}</td>
            <td data-label="Time">{Shown.Recently(pull.When, Now)}</td>
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

    private Html Upstreams() => Readiness.Upstreams.Count == 0 ? (Html)$"""
        <section aria-labelledby="upstreams">
        <h2 id="upstreams">Upstreams</h2>
        <p class="muted">None: the store alone is served.</p>
        </section>
        """ : $"""
        <section aria-labelledby="upstreams">
        <h2 id="upstreams">Upstreams</h2>
        <table class="stack">
        <caption class="unseen">IPFS gateways from which is fetched what the store does not have</caption>
        <thead><tr><th scope="col">Name</th><th scope="col">Address</th><th scope="col">Health</th><th scope="col">Circuit</th><th scope="col">Gives</th><th scope="col" class="number">Answers after</th><th scope="col" class="number">Running</th></tr></thead>
        <tbody>
        {Readiness.Upstreams.Select(Upstream)}
        </tbody>
        </table>
        </section>
        """;

    private static Html Upstream(UpstreamState upstream) => $"""
        <tr>
        <th scope="row">{upstream.Name}</th>
        <td data-label="Address"><span class="long">{upstream.Address}</span></td>
        <td data-label="Health">{State(upstream.Health switch { "healthy" => true, "unhealthy" => false, _ => null }, upstream.Health)}</td>
        <td data-label="Circuit">{State(upstream.Circuit == "open" ? false : null, upstream.Circuit)}</td>
        <td data-label="Gives">{string.Join(", ", upstream.Ways)}</td>
        <td data-label="Answers after" class="number">{upstream.LatencyMs} ms</td>
        <td data-label="Running" class="number">{upstream.Running}</td>
        </tr>

        """;

    private Html CacheFill() => Cache.Max == 0
        ? (Html)$"{Readiness.Cache}"
        : $"<meter min=\"0\" max=\"{Cache.Max}\" value=\"{Math.Min(Cache.Bytes, Cache.Max)}\" aria-label=\"Fill of the cache\"></meter> {Shown.Size(Cache.Bytes)} of {Shown.Size(Cache.Max)}{(Readiness.Cache == "ok" ? "" : $", {Readiness.Cache}")}";

    /// <summary>A word, and a mark of the same meaning: never a colour alone.</summary>
    private static Html State(bool? isWell, string word) => isWell switch
    {
        true => $"<span class=\"well\">{word}</span>",
        false => $"<span class=\"bad\">{word}</span>",
        null => $"{word}",
    };
}

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
        {(Pulls is null ? Html.None : PullSection.Of(to, Pulls, Now))}
        {UpstreamSection.Of(Readiness.Upstreams)}
        <section aria-labelledby="state">
        <h2 id="state">This Gateway</h2>
        <dl class="facts">
        <div><dt>State</dt><dd>{Shown.State(Readiness.IsReady, Readiness.Status)}</dd></div>
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

    private Html CacheFill() => Cache.Max == 0
        ? (Html)$"{Readiness.Cache}"
        : $"<meter min=\"0\" max=\"{Cache.Max}\" value=\"{Math.Min(Cache.Bytes, Cache.Max)}\" aria-label=\"Fill of the cache\"></meter> {Shown.Size(Cache.Bytes)} of {Shown.Size(Cache.Max)}{(Readiness.Cache == "ok" ? "" : $", {Readiness.Cache}")}";
}

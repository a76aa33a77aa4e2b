using Image2Ipfs.Gateway.Names;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Pages;

/// <summary>Where a page stands: the way back, and the root that it lies under.</summary>
internal static class Crumbs
{
    /// <param name="to">What every path begins with.</param>
    /// <param name="name">The repository.</param>
    /// <param name="here">The page's own name, where it is not the repository's.</param>
    public static Html Of(string to, RepositoryName name, string? here = null) => $"""
        <nav class="crumbs" aria-label="Where this is"><ol>
        <li><a href="{to}/">Images</a></li>
        {(here is null ? (Html)$"<li aria-current=\"page\">{PathOf(name)}</li>" : (Html)$"<li><a href=\"{to}{ImageName.Address($"{name}")}\">{PathOf(name)}</a></li><li aria-current=\"page\">{here}</li>")}
        </ol></nav>
        """;

    /// <summary>The name in its tree, or all of it where that is nothing.</summary>
    public static string PathOf(RepositoryName name) => RootName.Parse(name) switch
    {
        RootName.Fixed { Place.Path: { Length: > 0 } path } => path,
        RootName.Moving { Path: { Length: > 0 } path } => path,
        _ => name.ToString(),
    };

    /// <summary>The root, as content; or the name that points to one, which is all that is fixed of it.</summary>
    public static Html Root(string to, RepositoryName name, bool isProven) => $"""
        <p class="root"><span class="muted">{(RootName.Parse(name) is RootName.Moving ? "Below the name" : "Below the root")}</span> {Link(to, name)}</p>
        {(isProven ? Html.None : (Html)$"<p class=\"note\">Nothing proves what lies under this name: an upstream that gives plain files only was believed.</p>")}
        """;

    private static Html Link(string to, RepositoryName name) => RootName.Parse(name) switch
    {
        RootName.Fixed(var place) => $"<a class=\"long\" href=\"{to}/ipfs/{new Place(place.Root, place.Path).ToString()}/\"><code>{place.Root.ToRepositoryComponent()}</code></a>",
        RootName.Moving(var moving, _) => $"<a class=\"long\" href=\"{to}{moving.ToString()}/\"><code>{moving.ToString()}</code></a>",
        _ => Html.None,
    };
}

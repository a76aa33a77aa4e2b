using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Pages;

/// <summary>The tags of one repository.</summary>
internal sealed record RepositoryPage(RepositoryName Name, IReadOnlyList<TagRow> Rows, int All, int Page, int Pages, bool IsProven)
{
    /// <param name="to">What every path begins with.</param>
    public Html ToHtml(string to) => $"""
        {Crumbs.Of(to, Name)}
        <h1>{Crumbs.PathOf(Name)}</h1>
        {Crumbs.Root(to, Name, IsProven)}
        {(All == 0 ? (Html)$"<p class=\"lead\">It has no tag; its images are pulled by digest.</p>" : Table(to))}
        """;

    private Html Table(string to) => $"""
        <table class="stack">
        <caption>{Shown.Count(All, "tag")}</caption>
        <thead><tr><th scope="col">Tag</th><th scope="col">Forms</th><th scope="col">Platforms</th><th scope="col">Digest</th><th scope="col" class="number">Size</th><th scope="col">Created, UTC</th></tr></thead>
        <tbody>
        {Rows.Select(r => Row(r, to))}
        </tbody>
        </table>
        {Pager(to)}
        """;

    private Html Row(TagRow row, string to) => $"""
        <tr>
        <th scope="row"><a href="{to}{ImageName.Address($"{Name}:{row.Tag}")}">{row.Tag}</a></th>
        <td data-label="Forms">{string.Join(", ", row.Forms.Select(f => Shown.Form(f.MediaType)))}</td>
        <td data-label="Platforms">{(row.Platforms.Count > 0 ? (Html)$"{string.Join(", ", row.Platforms)}" : Shown.Nothing)}</td>
        <td data-label="Digest"><a href="{to}{ImageName.Address($"{Name}@{row.Digest}")}">{Shown.Cut($"{row.Digest}")}</a></td>
        <td data-label="Size" class="number">{(row.Size is { } size ? (Html)$"{Shown.Size(size)}" : Shown.Nothing)}</td>
        <td data-label="Created">{Shown.Time(row.Created)}</td>
        </tr>

        """;

    private Html Pager(string to) => Pages == 1 ? Html.None : $"""
        <nav class="pager" aria-label="Pages of the list">
        {(Page > 1 ? (Html)$"<a rel=\"prev\" href=\"{to}{ImageName.Address($"{Name}")}&amp;page={Page - 1}\">Before</a>" : Html.None)}
        <span>Page {Page} of {Pages}</span>
        {(Page < Pages ? (Html)$"<a rel=\"next\" href=\"{to}{ImageName.Address($"{Name}")}&amp;page={Page + 1}\">After</a>" : Html.None)}
        </nav>
        """;
}

/// <param name="Digest">Of the form that the tag's page shows.</param>
/// <param name="Platforms">As far as they are known.</param>
/// <param name="Size">What a client fetches; of several platforms, that of most people's.</param>
internal sealed record TagRow(Tag Tag, IReadOnlyList<Descriptor> Forms, Digest Digest, IReadOnlyList<Platform> Platforms, DateTimeOffset? Created, long? Size);

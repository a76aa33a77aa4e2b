using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Pages;

/// <summary>One image, by tag or by digest.</summary>
/// <param name="Name">As it was asked for.</param>
/// <param name="Manifest">What it is: an index, or an image.</param>
/// <param name="Commands">How it is pulled.</param>
internal sealed record ImagePage(ImageName Name, SeenManifest Manifest, PullCommands Commands, bool IsProven)
{
    /// <summary>The forms that the tag has.</summary>
    public IReadOnlyList<Descriptor> Forms { get; init; } = [];

    /// <summary>Of an index, its manifests, as far as they could be read.</summary>
    public IReadOnlyDictionary<Digest, SeenManifest> Children { get; init; } = new Dictionary<Digest, SeenManifest>();

    /// <summary>Of an index, the one that is shown below it.</summary>
    public SeenManifest? Child { get; init; }

    /// <summary>What speaks of it; null: nobody knows.</summary>
    public IReadOnlyList<Descriptor>? Referrers { get; init; }

    private string Reference => Name.Digest is { } digest ? $"{digest}" : $"{Name.Tag}";

    /// <param name="to">What every path begins with.</param>
    public Html ToHtml(string to) => $"""
        {Crumbs.Of(to, Name.Name, Name.Digest is { } digest ? $"{digest.Algorithm}:{digest.Hex[..12]}…" : Reference)}
        <h1>{Crumbs.PathOf(Name.Name)}<span class="reference">{(Name.Digest is null ? $":{Name.Tag}" : $"@{Name.Digest.Value.Algorithm}:{Name.Digest.Value.Hex[..12]}…")}</span></h1>
        {Crumbs.Root(to, Name.Name, IsProven)}
        {Facts(to)}
        {Pull()}
        {Platforms(to)}
        {LayerSection.Of(to, Name.Name, Child ?? Manifest, OfChild)}
        {Configuration(to, Child ?? Manifest)}
        {Annotations()}
        {ReferrerList(to)}
        """;

    /// <summary>Of several platforms one is shown.</summary>
    private Html OfChild => Child?.Config?.Platform is { } platform ? $" <span class=\"reference\">for {platform.ToString()}</span>" : Html.None;

    private string Address(Digest digest) => ImageName.Address($"{Name.Name}@{digest}");

    private Html Facts(string to) => $"""
        <dl class="facts">
        <div class="wide"><dt>Digest</dt><dd><code class="long" id="digest">{Manifest.Digest}</code>{CopyButton("digest", "digest")}</dd></div>
        <div><dt>Type</dt><dd>{Manifest.ArtifactType ?? Shown.Form(Manifest.Form)}</dd></div>
        {((Child ?? Manifest).Config?.Platform is { } platform && Manifest.Children.Count == 0 ? (Html)$"<div><dt>Platform</dt><dd>{platform.ToString()}</dd></div>" : Html.None)}
        {((Child ?? Manifest).Bytes is { } bytes ? (Html)$"<div><dt>Size</dt><dd>{Shown.Size(bytes)}</dd></div>" : Html.None)}
        {((Child ?? Manifest).Config?.Created is { } created ? (Html)$"<div><dt>Created, UTC</dt><dd>{Shown.Time(created)}</dd></div>" : Html.None)}
        {(Manifest.Subject is { } subject ? (Html)$"<div class=\"wide\"><dt>Speaks of</dt><dd><a class=\"long\" href=\"{to}{Address(subject)}\"><code>{subject}</code></a></dd></div>" : Html.None)}
        {(Forms.Count < 2 ? Html.None : (Html)$"<div class=\"wide\"><dt>Forms</dt><dd>{Forms.Select(Html (f) => $"<a class=\"tag\" href=\"{to}{Address(f.Digest)}\">{Shown.Form(f.MediaType)}</a> ")}</dd></div>")}
        </dl>
        """;

    private Html Pull()
    {
        var file = Name.Name.ToString()[(Name.Name.ToString().LastIndexOf('/') + 1)..];
        var byDigest = Commands.For($"{Name.Name}@{Manifest.Digest}", file);
        return $"""
            <section aria-labelledby="pull">
            <h2 id="pull">Pull</h2>
            {(Name.Digest is null && Name.Tag is { } tag
                ? (Html)$"{List("tag", Commands.For($"{Name.Name}:{tag}", file))}<details class=\"fold\"><summary>By digest, which always means these bytes</summary>{List("digest", byDigest)}</details>"
                : List("digest", byDigest))}
            {(Commands.NeedsInsecureRegistry ? (Html)$"<p class=\"note\">This registry speaks HTTP: Docker pulls from it where <code>insecure-registries</code> in its <code>daemon.json</code> has <code>{Commands.Host}</code>.</p>" : Html.None)}
            </section>
            """;
    }

    private static Html List(string by, IEnumerable<(string Client, string Command)> commands) => $"""
        <dl class="commands">
        {commands.Select(Html (c) => $"<div><dt>{c.Client}</dt><dd><code id=\"{by}-{c.Client}\">{c.Command}</code>{CopyButton($"{by}-{c.Client}", $"the command for {c.Client}")}</dd></div>\n")}
        </dl>
        """;

    /// <summary>It is hidden where no script runs.</summary>
    private static Html CopyButton(string what, string called) => $"<button type=\"button\" class=\"copy\" data-copy=\"{what}\" aria-label=\"Copy {called}\" hidden>Copy</button>";

    private Html Platforms(string to) => Manifest.Children.Count == 0 ? Html.None : $"""
        <section aria-labelledby="platforms">
        <h2 id="platforms">Platforms</h2>
        <table class="stack">
        <caption class="unseen">What the index lists</caption>
        <thead><tr><th scope="col">Platform</th><th scope="col">Digest</th><th scope="col">Type</th><th scope="col" class="number">Layers</th><th scope="col" class="number">Size</th></tr></thead>
        <tbody>
        {Manifest.Children.Select(c => ChildRow(c, to))}
        </tbody>
        </table>
        </section>
        """;

    private Html ChildRow(Descriptor child, string to)
    {
        var seen = Children.GetValueOrDefault(child.Digest);
        return $"""
            <tr>
            <th scope="row"><a href="{to}{Address(child.Digest)}">{PlatformOf(child)}</a></th>
            <td data-label="Digest">{Shown.Cut($"{child.Digest}")}</td>
            <td data-label="Type">{seen?.ArtifactType ?? child.ArtifactType ?? Shown.Form(child.MediaType)}</td>
            <td data-label="Layers" class="number">{(seen is { Layers.Count: > 0 } ? (Html)$"{seen.Layers.Count(l => l.Blob is not null)}" : Shown.Nothing)}</td>
            <td data-label="Size" class="number">{(seen?.Bytes is { } size ? (Html)$"{Shown.Size(size)}" : Shown.Nothing)}</td>
            </tr>

            """;
    }

    /// <summary>buildx lists attestations among the images, for a platform that there is not.</summary>
    private static string PlatformOf(Descriptor child) => child switch
    {
        { Annotations: { } notes } when notes.TryGetValue("vnd.docker.reference.type", out var type) => type.Replace("-manifest", "", StringComparison.Ordinal),
        { Platform: { OsVersion: { } version } platform } => $"{platform} {version}",
        { Platform: { } platform } => platform.ToString(),
        { Name: { } name } => name,
        _ => "any",
    };

    private Html Configuration(string to, SeenManifest image) => image is { Config: null, ConfigBlob: null } ? Html.None : $"""
        <section aria-labelledby="config">
        <h2 id="config">Configuration{OfChild}</h2>
        {(image.ConfigProblem is { } problem ? (Html)$"<p class=\"note\">The configuration is not shown: {problem}.</p>" : Html.None)}
        {(image.Config is { Settings.Count: > 0 } config ? Pairs("What the container runs, and with what", config.Settings) : Html.None)}
        {(image.Config is { Environment.Count: > 0 } variables ? (Html)$"<h3>Environment</h3>{Pairs("Environment", variables.Environment)}" : Html.None)}
        {(image.Config is { Labels.Count: > 0 } labelled ? (Html)$"<h3>Labels</h3>{Pairs("Labels", labelled.Labels)}" : Html.None)}
        {(image.ConfigBlob is { } blob ? (Html)$"<p class=\"muted\">The whole of it, {Shown.Size(blob.Size)}: <a class=\"long\" href=\"{to}/v2/{Name.Name}/blobs/{blob.Digest}\"><code>{blob.Digest}</code></a></p>" : Html.None)}
        </section>
        """;

    private Html Annotations() => Manifest.Annotations.Count == 0 ? Html.None : $"""
        <section aria-labelledby="annotations">
        <h2 id="annotations">Annotations</h2>
        {Pairs("Annotations", Manifest.Annotations.Take(ConfigFacts.MaxLines).Select(a => (a.Key, a.Value)))}
        </section>
        """;

    private static Html Pairs(string caption, IEnumerable<(string Key, string Value)> pairs) => $"""
        <table class="pairs">
        <caption class="unseen">{caption}</caption>
        <tbody>
        {pairs.Select(Html (p) => $"<tr><th scope=\"row\">{p.Key}</th><td>{Shown.Long(p.Value)}</td></tr>\n")}
        </tbody>
        </table>
        """;

    private Html ReferrerList(string to) => $"""
        <section aria-labelledby="referrers">
        <h2 id="referrers">Signatures, SBOMs and the like</h2>
        {(Referrers is null ? (Html)$"<p class=\"muted\">It could not be found out in time what speaks of this manifest. <a href=\"{to}/v2/{Name.Name}/referrers/{Manifest.Digest}\">Ask the registry</a>.</p>"
            : Referrers.Count == 0 ? (Html)$"<p class=\"muted\">Nothing in this repository speaks of this manifest.</p>" : ReferrerTable(to))}
        </section>
        """;

    private Html ReferrerTable(string to) => $"""
        <table class="stack">
        <caption class="unseen">What speaks of this manifest</caption>
        <thead><tr><th scope="col">Type</th><th scope="col">Digest</th><th scope="col" class="number">Size</th></tr></thead>
        <tbody>
        {Referrers!.Take(ConfigFacts.MaxLines).Select(Html (r) => $"<tr><th scope=\"row\"><a class=\"long\" href=\"{to}{Address(r.Digest)}\">{r.ArtifactType ?? r.MediaType.Value}</a></th><td data-label=\"Digest\">{Shown.Cut($"{r.Digest}")}</td><td data-label=\"Size\" class=\"number\">{Shown.Size(r.Size)}</td></tr>\n")}
        </tbody>
        </table>
        """;
}

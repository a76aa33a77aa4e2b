using System.Globalization;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Pages;

/// <summary>The layers, each with the step that made it and its share of what is fetched.</summary>
internal static class LayerSection
{
    /// <param name="to">What every path begins with.</param>
    /// <param name="name">The repository, for the blobs' addresses.</param>
    /// <param name="image">What has them.</param>
    /// <param name="platform">Of what the layers are, where there are several.</param>
    public static Html Of(string to, RepositoryName name, SeenManifest image, Html platform)
    {
        if (image.Layers.Count == 0)
            return Html.None;
        var (blobs, total) = (image.Layers.Count(l => l.Blob is not null), image.LayerBytes);
        return $"""
            <section aria-labelledby="layers">
            <h2 id="layers">{(image.ArtifactType is null ? "Layers and history" : "Blobs")}{platform}</h2>
            <table class="layers">
            <caption>{Shown.Count(blobs, image.ArtifactType is null ? "layer" : "blob")}{(total == 0 ? "" : $", {Shown.Size(total)} compressed")}, the base first</caption>
            <thead><tr><th scope="col" class="number">No.</th><th scope="col">Step</th><th scope="col" class="number">Size</th></tr></thead>
            <tbody>
            {image.Layers.Select((l, i) => Row(l, image.Layers.Take(i + 1).Count(b => b.Blob is not null), total, to, name))}
            </tbody>
            </table>
            </section>
            """;
    }

    private static Html Row(SeenLayer layer, int number, long total, string to, RepositoryName name) => $"""
        <tr{(layer.Blob is null ? (Html)$" class=\"empty\"" : Html.None)}>
        <td class="number">{(layer.Blob is null ? "" : number.ToString(CultureInfo.InvariantCulture))}</td>
        <td>{(layer.Step is { Command.Length: > 0 } step ? (Html)$"<div class=\"step\">{Shown.Long(step.Command)}</div>" : Html.None)}
        <div class="meta">{Meta(layer, to, name)}</div></td>
        <td class="number">{Size(layer, total)}</td>
        </tr>

        """;

    private static Html Meta(SeenLayer layer, string to, RepositoryName name) => layer.Blob is not { } blob
        ? (Html)$"no layer"
        : $"<a href=\"{to}/v2/{name}/blobs/{blob}\">{Shown.Cut($"{blob}")}</a>{(layer.Type is { } type ? (Html)$" <span>{Shown.Layer(type)}</span>" : Html.None)}{(layer.Step?.Created is { } created ? (Html)$" <span>{Shown.Time(created)}</span>" : Html.None)}{(layer.Step?.Comment is { } comment ? (Html)$" <span>{Shown.Long(comment)}</span>" : Html.None)}";

    /// <summary>The bar says nothing that the number does not.</summary>
    private static Html Size(SeenLayer layer, long total) => layer switch
    {
        { Blob: null } => Html.None,
        { Size: { } size } => $"{Shown.Size(size)}<svg class=\"share\" viewBox=\"0 0 100 4\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"all\" width=\"100\" height=\"4\"/><rect width=\"{Math.Round(total == 0 ? 0 : 100.0 * size / total, 1)}\" height=\"4\"/></svg>",
        _ => Shown.Nothing,
    };
}

using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Registry;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>
/// What ipdr has published since 2021; and the same folders where a plain web server, or anybody, would look for a registry's
/// files.
/// <code>
/// [v2/]&lt;path&gt;/manifests/&lt;tag&gt;             the path is empty as a rule
/// [v2/]&lt;path&gt;/manifests/sha256:&lt;hex&gt;
/// [v2/]&lt;path&gt;/blobs/sha256:&lt;hex&gt;
/// </code>
/// Source: miguelmota/ipdr, server/registry.
/// </summary>
/// <param name="prefix"><see cref="WebPrefix"/> where the folders are those of a web server, or nothing.</param>
internal sealed class IpdrLayout(string prefix) : ILayout
{
    /// <summary>Where a web server's files are.</summary>
    public const string WebPrefix = "v2";

    /// <summary>What is pulled of a folder, which may lie below the prefix.</summary>
    public static string WithoutPrefix(string folder) => folder.StartsWith($"{WebPrefix}/", StringComparison.Ordinal) ? folder[(WebPrefix.Length + 1)..] : folder;

    public async ValueTask<Images?> TryOpenAsync(ISource source, Place place, CancellationToken cancel)
    {
        var folder = (place with { Path = prefix }).Below(place.Path);
        var manifests = new ManifestFolder(source, folder);
        var names = await manifests.NamesAsync("latest", cancel).ConfigureAwait(false);
        var tagged = await manifests.ReadAsync(names.Select(n => (Tag.TryParse(n, out var tag) ? tag : default, n)).Where(n => n.Item1 != default), cancel).ConfigureAwait(false);
        if (tagged.Count == 0 && !(source.IsProven && names.Any(n => Digest.TryParse(n, out _))))
            return null;
        var places = new Places(File, File)
        {
            Tag = tag => source.IsProven ? [] : [folder.Below($"{TreePaths.Manifests}/{tag}")],
            ManifestFolder = folder.Below(TreePaths.Manifests),
        };
        return new Images(tagged, places) { Given = manifests.Manifests };

        IEnumerable<Place> File(Digest digest) =>
            [folder.Below(TreePaths.Blob(digest)), folder.Below(TreePaths.Manifest(digest)), folder.Below(TreePaths.LayoutBlob(digest))];
    }
}

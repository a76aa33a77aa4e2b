using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Registry;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>
/// What the first image2ipfs published, in Python and in Go; and ipdr before 2021, which left out the name.
/// <code>
/// &lt;path&gt;/manifests/latest-v2       schema 2
/// &lt;path&gt;/manifests/latest-v1       schema 1 without signatures, of some versions: left aside, for the Gateway makes a better one
/// &lt;path&gt;/blobs/sha256:&lt;hex&gt;      configuration and gzip layers; of the Go version 0.1.0 under the digests that they have unpacked
/// </code>
/// Source: jvassev/image2ipfs, client/files.go. Images of that version are repaired: <see cref="UnpackedLayers"/>.
/// </summary>
internal sealed class OriginalLayout : ILayout
{
    private const string Suffix = "-v2";

    public async ValueTask<Images?> TryOpenAsync(ISource source, Place place, CancellationToken cancel)
    {
        var manifests = new ManifestFolder(source, place);
        var names = await manifests.NamesAsync("latest" + Suffix, cancel).ConfigureAwait(false);
        var tagged = await manifests.ReadAsync(Tags(names), cancel).ConfigureAwait(false);
        if (tagged.Count == 0)
            return null;
        var images = new Images(tagged, new Places(_ => [], digest => [place.Below(TreePaths.Blob(digest))])) { Given = manifests.Manifests };
        return await UnpackedLayers.RepairAsync(source, images, cancel).ConfigureAwait(false);
    }

    private static IEnumerable<(Tag, string)> Tags(IEnumerable<string> names) => names
        .Where(n => n.EndsWith(Suffix, StringComparison.Ordinal) && Tag.TryParse(n[..^Suffix.Length], out _))
        .Select(n => (Tag.Parse(n[..^Suffix.Length]), n));
}

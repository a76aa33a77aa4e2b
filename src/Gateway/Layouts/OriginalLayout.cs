using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Registry;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>
/// What the first image2ipfs published, in Python and in Go; and ipdr before 2021, which left out the name.
/// <code>
/// &lt;path&gt;/manifests/latest-v2       schema 2
/// &lt;path&gt;/manifests/latest-v1       schema 1 without signatures, of some versions
/// &lt;path&gt;/blobs/sha256:&lt;hex&gt;      configuration and gzip layers; of the Go version 0.1.0 under the digests that they have unpacked
/// </code>
/// Source: jvassev/image2ipfs, client/files.go. Images of that version are repaired: <see cref="UnpackedLayers"/>.
/// </summary>
internal sealed class OriginalLayout : ILayout
{
    private const string Schema2Suffix = "-v2";
    private const string Schema1Suffix = "-v1";

    public async ValueTask<Images?> TryOpenAsync(ISource source, Place place, CancellationToken cancel)
    {
        var manifests = new ManifestFolder(source, place);
        var names = await manifests.NamesAsync("latest" + Schema2Suffix, cancel).ConfigureAwait(false);
        var tagged = await manifests.ReadAsync(Tags(names, Schema2Suffix), cancel).ConfigureAwait(false);
        // Version 1 says less than version 2, from which the Gateway makes it when it is asked for.
        if (tagged.Count == 0)
            tagged = await manifests.ReadAsync(Tags(names, Schema1Suffix), cancel).ConfigureAwait(false);
        if (tagged.Count == 0)
            return null;
        var images = new Images(tagged, new Places(_ => [], digest => [place.Below(TreePaths.Blob(digest))])) { Given = manifests.Manifests };
        return await UnpackedLayers.RepairAsync(source, images, cancel).ConfigureAwait(false);
    }

    private static IEnumerable<(Tag, string)> Tags(IEnumerable<string> names, string suffix) => names
        .Where(n => n.EndsWith(suffix, StringComparison.Ordinal) && Tag.TryParse(n[..^suffix.Length], out _))
        .Select(n => (Tag.Parse(n[..^suffix.Length]), n));
}

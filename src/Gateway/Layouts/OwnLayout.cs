using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Registry;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>The trees of this project's publisher, as <see cref="TreePaths"/> draws them. Index and directories come at once.</summary>
internal sealed class OwnLayout : ILayout
{
    public async ValueTask<Images?> TryOpenAsync(ISource source, Place place, CancellationToken cancel)
    {
        var index = source.ReadAsync(place.Below(TreePaths.Index), LayoutIndex.MaxBytes, LayoutIndex.Fits, cancel).AsTask();
        var manifests = source.ListAsync(place.Below(TreePaths.Manifests), cancel).AsTask();
        var blobs = source.ListAsync(place.Below(TreePaths.Blobs), cancel).AsTask();
        await Task.WhenAll(index, manifests, blobs).ConfigureAwait(false);
        if (await index.ConfigureAwait(false) is not { } bytes)
            return null;
        // A layout of another writer has one folder for all, and in it no file that a whole digest names.
        if (source.IsProven && await manifests.ConfigureAwait(false) is null && !(await blobs.ConfigureAwait(false) ?? []).Any(b => Digest.TryParse(b, out _)))
            return null;
        var entries = LayoutIndex.Parse(place, bytes);
        // Where nothing is listed: it has no forms of Docker's either.
        return source.IsProven || entries.Any(e => TreePaths.IsOriginal(e) || e.MediaType.IsDocker)
            ? new Images(entries, new Places(
                digest => [place.Below(TreePaths.Manifest(digest))],
                digest => [place.Below(TreePaths.Blob(digest)), place.Below(TreePaths.Manifest(digest))])
            { ManifestFolder = place.Below(TreePaths.Manifests) })
            : null;
    }
}

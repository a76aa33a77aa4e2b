using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Registry;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>
/// An OCI image layout that someone added as a directory: what oci-registry-p2p reads, or the output of skopeo, buildx, ko.
/// <code>
/// &lt;path&gt;/index.json                    tags by annotation: a tag, or a whole name as containerd writes it
/// &lt;path&gt;/blobs/&lt;algorithm&gt;/&lt;hex&gt;       manifests, configurations and layers
/// </code>
/// Source: opencontainers/image-spec, image-layout.md; names: yuval-k/oci-registry-p2p, registry/middleware/ipfs/middleware.go.
/// </summary>
internal sealed class OciLayout : ILayout
{
    private const string ContainerdName = "io.containerd.image.name";

    public async ValueTask<Images?> TryOpenAsync(ISource source, Place place, CancellationToken cancel)
    {
        if (await ReadAsync(source, place, cancel).ConfigureAwait(false) is { } bytes)
            return Found(place, bytes, repository: null);
        // One layout may hold several names: the path is one of them then, and no folder.
        var root = place with { Path = "" };
        return place.Path.Length > 0 && source.IsProven && await ReadAsync(source, root, cancel).ConfigureAwait(false) is { } shared
            && Found(root, shared, place.Path) is { Index.Count: > 0 } named ? named : null;
    }

    private static ValueTask<byte[]?> ReadAsync(ISource source, Place folder, CancellationToken cancel) =>
        source.ReadAsync(folder.Below(TreePaths.Index), LayoutIndex.MaxBytes, LayoutIndex.Fits, cancel);

    private static Images Found(Place folder, byte[] bytes, string? repository)
    {
        var entries = LayoutIndex.Parse(folder, bytes);
        var tagged = entries.SelectMany(e => Tags(e, repository).Distinct().Select(tag => e with { Name = tag.ToString() })).ToList();
        var given = new Dictionary<Digest, byte[]>();
        if (repository is null && !tagged.Exists(e => e.Name == "latest"))
        {
            if (entries.Count > 0 && entries.All(e => e.Digest == entries[0].Digest))
            {
                tagged.Add(entries[0] with { Name = "latest" });
            }
            else if (tagged.Count == 0 && entries.All(e => e.Platform is not null))
            {
                // The images of several platforms, and no index over them but this one.
                var index = new Descriptor(MediaType.OciIndex, Digest.Sha256(bytes), bytes.Length) { Name = "latest" };
                tagged.Add(index);
                given.Add(index.Digest, bytes);
            }
        }
        if (repository is null)
            tagged.AddRange(entries.Select(e => e with { Name = null }));
        return new Images(tagged, new Places(Blob, Blob)) { Given = given };

        IEnumerable<Place> Blob(Digest digest) => [folder.Below(TreePaths.LayoutBlob(digest))];
    }

    private static IEnumerable<Tag> Tags(Descriptor entry, string? repository)
    {
        foreach (var name in new[] { entry.Name, entry.Annotations?.GetValueOrDefault(ContainerdName) })
        {
            if (repository is null && Tag.TryParse(name, out var tag))
                yield return tag;
            else if (ImageReference.TryParse(name, out var reference) && (repository is null || $"/{reference.Name}".EndsWith($"/{repository}", StringComparison.Ordinal)))
                yield return reference.Tag ?? Tag.Latest;
        }
    }
}

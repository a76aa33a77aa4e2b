using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Tests;

/// <summary>
/// A tree as a publish makes it, in small: <c>app/blobs/sha256:…</c> of some contents, each again under its OCI layout's
/// path, and <c>app/oci-layout</c>, which is no blob. It can be put into a store and built independently.
/// </summary>
internal sealed class SmallTree(CidProfile profile, params byte[][] blobs)
{
    public IReadOnlyList<Digest> Digests { get; } = [.. blobs.Select(b => Digest.Sha256(b)).Distinct()];

    public DagLink Stage(Staging staging, out List<Block> treeBlocks, out List<StagedBlob> staged)
    {
        var blocks = treeBlocks = [];
        staged = [];
        var tree = new TreeBuilder(profile);
        foreach (var content in blobs)
        {
            using var writer = staging.BeginBlob();
            foreach (var piece in content.Chunk(100_000))
                writer.Write(piece);
            var blob = writer.Finish();
            staged.Add(blob);
            tree.Add("app/" + TreePaths.Blob(blob.Digest), blob.Dag);
            tree.Add("app/" + TreePaths.LayoutBlob(blob.Digest), blob.Dag);
        }
        tree.Add("app/" + TreePaths.OciLayout, UnixFsFile.Build(profile, TreePaths.OciLayoutContent, blocks.Add));
        return tree.Build(blocks.Add);
    }

    public Cid Publish(LocalStore store) => Publish(store, out _);

    public Cid Publish(LocalStore store, out IReadOnlyList<StagedBlob> added)
    {
        using var staging = store.Stage(profile);
        var root = Stage(staging, out var treeBlocks, out var staged);
        added = staging.Commit(root.Cid, treeBlocks, staged);
        return root.Cid;
    }

    public PlainDag Plain()
    {
        var files = blobs.DistinctBy(b => Digest.Sha256(b))
            .Select(content => (Digest: Digest.Sha256(content), Dag: PlainDag.File(profile, content)))
            .OrderBy(f => f.Digest.Hex, StringComparer.Ordinal).ToList();
        // '/' is no part of a name: the folder sha256 sorts before the files sha256:…, as a shorter name does.
        var layout = PlainDag.Directory(profile, [.. files.Select(f => (f.Digest.Hex, f.Dag))]);
        var blobsFolder = PlainDag.Directory(profile, [("sha256", layout), .. files.Select(f => (f.Digest.ToString(), f.Dag))]);
        return PlainDag.Directory(profile, ("app", PlainDag.Directory(profile,
            ("blobs", blobsFolder), ("oci-layout", PlainDag.File(profile, TreePaths.OciLayoutContent.ToArray())))));
    }
}

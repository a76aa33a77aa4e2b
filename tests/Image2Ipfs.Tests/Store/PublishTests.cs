using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Tests;

public sealed class PublishTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalStore _store;

    public PublishTests() => _store = new LocalStore(_folder["store"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_store_is_empty_and_leaves_no_folder_behind_when_asked()
    {
        var root = Cid.Parse("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn");
        Assert.Empty(_store.Roots());
        Assert.Null(_store.Find(root));
        Assert.Null(_store.Open(root));
        Assert.False(Directory.Exists(_store.Folder));
    }

    [Fact]
    public void A_published_root_gives_its_files_and_its_blobs()
    {
        var tree = new SmallTree(CidProfile.UnixFsV0, [1], [2, 2], [1]);
        var cid = tree.Publish(_store);
        Assert.Equal(tree.Plain().Cid, cid);

        var root = _store.Open(cid)!;
        Assert.Equal(cid, root.Cid);
        Assert.Equal(tree.Digests.Order(Comparer<Digest>.Create(Compare)), root.Blobs.Keys.Order(Comparer<Digest>.Create(Compare)));
        Assert.Equal(
            tree.Digests.SelectMany(d => new[] { "app/" + TreePaths.Blob(d), "app/" + TreePaths.LayoutBlob(d) }).Append("app/oci-layout").Order(StringComparer.Ordinal),
            root.Files.Select(f => f.Path).Order(StringComparer.Ordinal));
        Assert.All(tree.Digests, digest => Assert.Equal(digest, Digest.Sha256(File.ReadAllBytes(_store.BlobFile(digest)))));

        Assert.True(root.TryReadFile("app/oci-layout", 1000, out var layout));
        Assert.Equal(TreePaths.OciLayoutContent.ToArray(), layout);
        Assert.False(root.TryReadFile("app/index.json", 1000, out _));
        Assert.False(root.TryReadFile("app", 1000, out _));
        Assert.Throws<InvalidDataException>(() => root.TryReadFile("app/oci-layout", 10, out _));
    }

    [Fact]
    public void A_blob_is_kept_once_whatever_number_of_roots_hold_it()
    {
        new SmallTree(CidProfile.UnixFsV0, [1], [1], [2]).Publish(_store, out var first);
        new SmallTree(CidProfile.UnixFsV0, [2], [3]).Publish(_store, out var second);
        Assert.Equal([[1], [2]], first.Select(b => File.ReadAllBytes(_store.BlobFile(b.Digest))).OrderBy(b => b[0]));
        Assert.Equal(Digest.Sha256([3]), Assert.Single(second).Digest);
        Assert.Equal(3, Directory.GetFiles(Path.Combine(_store.Folder, "blobs", "sha256")).Length);
    }

    [Fact]
    public void Roots_are_listed_in_the_order_of_their_names()
    {
        var roots = Enumerable.Range(0, 5).Select(i => new SmallTree(i % 2 == 0 ? CidProfile.UnixFsV0 : CidProfile.UnixFsV1, [(byte)i]).Publish(_store)).ToList();
        File.WriteAllText(Path.Combine(_store.Folder, "roots", "notes.txt"), "");
        File.WriteAllText(Path.Combine(_store.Folder, "roots", "busybox.car"), "");
        Assert.Equal(roots.Select(r => r.ToString()).Order(StringComparer.Ordinal), _store.Roots().Select(r => r.ToString()));
    }

    [Theory]
    [InlineData("unixfs-v0-2015")]
    [InlineData("unixfs-v1-2025")]
    public void A_root_is_found_by_its_other_version(string profile)
    {
        var cid = new SmallTree(CidProfile.All.Single(p => p.Name == profile), [1]).Publish(_store);
        var other = cid.Version == 0 ? cid.ToV1() : cid.ToV0()!;
        Assert.NotEqual(cid, other);
        Assert.Equal(cid, _store.Find(other));
        Assert.Equal(cid, _store.Open(other)!.Cid);
    }

    [Fact]
    public void Publishing_the_same_again_changes_nothing()
    {
        var tree = new SmallTree(CidProfile.UnixFsV1, [1], [2]);
        var cid = tree.Publish(_store);
        var before = FolderListing.Of(_store.Folder);
        Assert.Equal(cid, tree.Publish(_store, out var added));
        Assert.Empty(added);
        Assert.Equal(before, FolderListing.Of(_store.Folder));
    }

    [Fact]
    public async Task Many_publishes_at_once_all_arrive()
    {
        // Every tree shares a blob with its neighbours.
        var trees = Enumerable.Range(0, 16).Select(i => new SmallTree(CidProfile.UnixFsV0, [(byte)(i / 2)], [(byte)(i / 2 + 1)], [1, (byte)i])).ToList();
        var roots = await Task.WhenAll(trees.Select(tree => Task.Run(() => tree.Publish(_store))));
        Assert.Equal(roots.Select(r => r.ToString()).Order(StringComparer.Ordinal), _store.Roots().Select(r => r.ToString()));
        foreach (var (tree, root) in trees.Zip(roots))
            Assert.Equal(tree.Plain().Car(), BlocksTests.Car(_store.Open(root)!));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_store.Folder, "staging")));
    }

    [Fact]
    public void A_truncated_blob_is_replaced_by_the_next_commit_of_it()
    {
        var content = Keystream.Bytes("blob", 1000);
        var tree = new SmallTree(CidProfile.UnixFsV0, content);
        tree.Publish(_store);
        File.WriteAllBytes(_store.BlobFile(tree.Digests[0]), content[..999]);
        tree.Publish(_store, out var added);
        Assert.Equal(tree.Digests[0], Assert.Single(added).Digest);
        Assert.Equal(content, File.ReadAllBytes(_store.BlobFile(tree.Digests[0])));
    }

    private static int Compare(Digest a, Digest b) => string.CompareOrdinal(a.Hex, b.Hex);
}

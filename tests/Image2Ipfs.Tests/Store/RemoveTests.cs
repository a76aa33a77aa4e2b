using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Tests;

public sealed class RemoveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalStore _store;

    public RemoveTests() => _store = new LocalStore(_folder["store"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Removing_keeps_shared_blobs_and_counts_the_others()
    {
        var (stays, goes) = (new SmallTree(CidProfile.UnixFsV0, [1], [2]), new SmallTree(CidProfile.UnixFsV0, [2], [3, 3, 3], new byte[300_000]));
        stays.Publish(_store);
        var before = FolderListing.Of(_store.Folder);
        var removed = goes.Publish(_store);
        Assert.Equal(300_003, _store.Remove(removed));
        Assert.Equal(before, FolderListing.Of(_store.Folder));
        Assert.Null(_store.Open(removed));
    }

    [Fact]
    public void Removing_the_last_root_removes_every_blob()
    {
        var root = new SmallTree(CidProfile.UnixFsV1, [1], [2, 2]).Publish(_store);
        Assert.Equal(3, _store.Remove(root));
        Assert.Equal([Path.Combine(_store.Folder, "lock")], Directory.GetFiles(_store.Folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_root_that_is_not_there_is_not_removed()
    {
        var cid = new SmallTree(CidProfile.UnixFsV0, [1]).Plain().Cid;
        Assert.Null(_store.Remove(cid));
        new SmallTree(CidProfile.UnixFsV0, [1]).Publish(_store);
        Assert.Equal(1, _store.Remove(cid));
        Assert.Null(_store.Remove(cid));
    }

    [Fact]
    public void A_root_is_removed_by_its_other_version()
    {
        var cid = new SmallTree(CidProfile.UnixFsV0, [1]).Publish(_store);
        Assert.Equal(1, _store.Remove(cid.ToV1()));
        Assert.Empty(_store.Roots());
    }

    [Fact]
    public void The_same_blobs_under_two_profiles_stay_for_the_other()
    {
        var v0 = new SmallTree(CidProfile.UnixFsV0, [1]).Publish(_store);
        var v1 = new SmallTree(CidProfile.UnixFsV1, [1]).Publish(_store);
        Assert.Equal(0, _store.Remove(v0));
        Assert.Equal(new SmallTree(CidProfile.UnixFsV1, [1]).Plain().Car(), BlocksTests.Car(_store.Open(v1)!));
    }

    [Fact]
    public void A_damaged_root_keeps_everybodys_blobs()
    {
        var damaged = new SmallTree(CidProfile.UnixFsV0, [1]).Publish(_store);
        var other = new SmallTree(CidProfile.UnixFsV0, [2]).Publish(_store);
        var car = File.ReadAllBytes(_store.RootFile(damaged));
        car[^1] ^= 1;
        File.WriteAllBytes(_store.RootFile(damaged), car);
        var before = FolderListing.Of(_store.Folder);
        Assert.Throws<InvalidDataException>(() => _store.Remove(other));
        Assert.Equal(before, FolderListing.Of(_store.Folder));
        // The damaged one itself can go: what it held is not asked.
        Assert.Equal(1, _store.Remove(damaged));
        Assert.Equal(1, _store.Remove(other));
    }

    [Fact]
    public void Files_that_are_no_blobs_stay()
    {
        var root = new SmallTree(CidProfile.UnixFsV0, [1]).Publish(_store);
        var note = Path.Combine(Path.GetDirectoryName(_store.BlobFile(Digest.Sha256([1])))!, "README");
        File.WriteAllText(note, "mine");
        Assert.Equal(1, _store.Remove(root));
        Assert.True(File.Exists(note));
    }

    [Fact]
    public void A_reader_that_has_a_blob_open_keeps_it_to_the_end()
    {
        var tree = new SmallTree(CidProfile.UnixFsV0, Keystream.Bytes("a", 1_000_000));
        var root = _store.Open(tree.Publish(_store))!;
        using var blocks = root.Blocks().GetEnumerator();
        // root, app, blobs, sha256, the blob's root, its first leaf
        for (var i = 0; i < 6; i++)
            Assert.True(blocks.MoveNext());
        _store.Remove(root.Cid);
        var rest = 0;
        while (blocks.MoveNext())
            rest++;
        Assert.Equal(4, rest); // three more leaves, and oci-layout
    }

    [Fact]
    public void Publishing_while_another_removes_loses_nothing()
    {
        var kept = new SmallTree(CidProfile.UnixFsV0, [1], [2]);
        var passing = new SmallTree(CidProfile.UnixFsV0, [2], [3]);
        kept.Publish(_store);
        Parallel.Invoke(
            () => { for (var i = 0; i < 20; i++) kept.Publish(_store); },
            () => { for (var i = 0; i < 20; i++) _store.Remove(passing.Publish(_store)); });
        Assert.Equal(kept.Plain().Car(), BlocksTests.Car(_store.Open(Assert.Single(_store.Roots()))!));
        Assert.Equal(2, Directory.GetFiles(Path.Combine(_store.Folder, "blobs", "sha256")).Length);
    }
}

using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Tests;

public sealed class StagingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalStore _store;

    public StagingTests() => _store = new LocalStore(_folder["store"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_a_commit_nothing_is_left()
    {
        new SmallTree(CidProfile.UnixFsV0, [1]).Publish(_store);
        var before = FolderListing.Of(_store.Folder);
        using (var staging = _store.Stage(CidProfile.UnixFsV0))
        {
            new SmallTree(CidProfile.UnixFsV0, [2], Keystream.Bytes("inner nodes", 300_000)).Stage(staging, out _, out _);
            Assert.NotEqual(before, FolderListing.Of(_store.Folder));
        }
        Assert.Equal(before, FolderListing.Of(_store.Folder));
    }

    [Fact]
    public void A_blob_that_is_not_finished_leaves_no_file()
    {
        using var staging = _store.Stage(CidProfile.UnixFsV0);
        var before = FolderListing.Of(_store.Folder);
        using (var writer = staging.BeginBlob())
            writer.Write(Keystream.Bytes("inner nodes", 174 * 256 * 1024 + 1));
        Assert.Equal(before, FolderListing.Of(_store.Folder));
    }

    [Fact]
    public void A_blob_has_the_digest_size_and_dag_of_its_bytes()
    {
        using var staging = _store.Stage(CidProfile.UnixFsV0);
        foreach (var length in new[] { 0, 1, 1_000_000 })
        {
            var content = Keystream.Bytes("blob", length);
            var blob = staging.AddBlob(content);
            Assert.Equal((Digest.Sha256(content), length, PlainDag.File(CidProfile.UnixFsV0, content).Link), (blob.Digest, blob.Size, blob.Dag));
        }
    }

    [Fact]
    public void A_finished_blob_can_be_committed_before_its_writer_is_disposed()
    {
        var content = Keystream.Bytes("inner nodes", 300_000);
        using var staging = _store.Stage(CidProfile.UnixFsV0);
        using var writer = staging.BeginBlob();
        writer.Write(content);
        var blob = writer.Finish();
        staging.Commit(blob.Dag.Cid, [], [blob]);
        Assert.Equal(content, File.ReadAllBytes(_store.BlobFile(blob.Digest)));
    }

    [Fact]
    public async Task Blobs_are_written_at_once()
    {
        using var staging = _store.Stage(CidProfile.UnixFsV1);
        var blobs = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => staging.AddBlob([(byte)i]))));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => Digest.Sha256([(byte)i])), blobs.Select(b => b.Digest));
    }

    [Fact]
    public void What_a_killed_process_left_is_swept_by_the_next_one()
    {
        using (_store.Stage(CidProfile.UnixFsV0))
        {
        }
        var killed = Directory.CreateDirectory(Path.Combine(_store.Folder, "staging", "killed")).FullName;
        File.WriteAllText(Path.Combine(killed, "lock"), "");
        File.WriteAllText(Path.Combine(killed, "1"), "half a blob");
        var earlier = Directory.CreateDirectory(Path.Combine(_store.Folder, "staging", "killed-earlier")).FullName;
        using (_store.Stage(CidProfile.UnixFsV0))
        {
            Assert.False(Directory.Exists(killed));
            Assert.False(Directory.Exists(earlier));
        }
    }

    [Fact]
    public void What_a_running_process_stages_stays()
    {
        var tree = new SmallTree(CidProfile.UnixFsV0, [1]);
        using var running = _store.Stage(CidProfile.UnixFsV0);
        var root = tree.Stage(running, out var treeBlocks, out var blobs);
        new SmallTree(CidProfile.UnixFsV0, [2]).Publish(_store);
        _store.Remove(new SmallTree(CidProfile.UnixFsV0, [2]).Plain().Cid);
        running.Commit(root.Cid, treeBlocks, blobs);
        Assert.Equal(tree.Plain().Car(), BlocksTests.Car(_store.Open(root.Cid)!));
    }

    [Fact]
    public void A_held_lock_of_another_process_keeps_its_folder()
    {
        var other = Directory.CreateDirectory(Path.Combine(_store.Folder, "staging", "other")).FullName;
        using (StoreLock.Acquire(Path.Combine(other, "lock")))
        using (_store.Stage(CidProfile.UnixFsV0))
            Assert.True(Directory.Exists(other));
        using (_store.Stage(CidProfile.UnixFsV0))
            Assert.False(Directory.Exists(other));
    }

    [Fact]
    public void A_lock_is_held_by_one_at_a_time()
    {
        var file = _folder["lock"];
        using (StoreLock.Acquire(file))
            Assert.Null(StoreLock.TryAcquire(file));
        using var again = StoreLock.TryAcquire(file);
        Assert.NotNull(again);
    }

    [Fact]
    public void A_lock_in_a_folder_that_is_not_there_is_an_error_not_a_wait() =>
        Assert.Throws<DirectoryNotFoundException>(() => StoreLock.Acquire(_folder[Path.Combine("nowhere", "lock")]));
}

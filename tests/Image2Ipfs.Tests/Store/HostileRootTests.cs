using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Tests;

/// <summary>Archives under roots/ that no publish of ours made.</summary>
public sealed class HostileRootTests : IDisposable
{
    private static readonly byte[] Directory1 = new UnixFsData(UnixFsType.Directory).Encode();

    private readonly TemporaryFolder _folder = new();
    private readonly LocalStore _store;
    private readonly BlockMap _blocks = new();

    public HostileRootTests()
    {
        _store = new LocalStore(_folder["store"]);
        Directory.CreateDirectory(Path.GetDirectoryName(_store.RootFile(Leaf("x")))!);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_changed_byte_is_noticed_wherever_it_lies()
    {
        var cid = new SmallTree(CidProfile.UnixFsV0, [1]).Publish(_store);
        var good = File.ReadAllBytes(_store.RootFile(cid));
        for (var at = 0; at < good.Length; at++)
        {
            var changed = (byte[])good.Clone();
            changed[at] ^= 0x01;
            File.WriteAllBytes(_store.RootFile(cid), changed);
            Assert.Throws<InvalidDataException>(() => _store.Open(cid));
        }
    }

    [Fact]
    public void A_root_file_cut_off_is_noticed_wherever_it_ends()
    {
        var cid = new SmallTree(CidProfile.UnixFsV0, [1]).Publish(_store);
        var good = File.ReadAllBytes(_store.RootFile(cid));
        for (var length = 0; length < good.Length; length++)
        {
            File.WriteAllBytes(_store.RootFile(cid), good[..length]);
            // Cut between two blocks, a part of the tree is missing: the file that is no blob, at the least.
            Assert.Throws<InvalidDataException>(() => _store.Open(cid)!.Blocks().Count());
        }
    }

    [Fact]
    public void The_archive_of_another_root_is_refused()
    {
        var (one, two) = (new SmallTree(CidProfile.UnixFsV0, [1]).Publish(_store), new SmallTree(CidProfile.UnixFsV0, [2]).Publish(_store));
        File.Copy(_store.RootFile(one), _store.RootFile(two), overwrite: true);
        Assert.Throws<InvalidDataException>(() => _store.Open(two));
    }

    [Fact]
    public void Directories_nested_without_end_are_refused()
    {
        var cid = Leaf("x");
        for (var i = 0; i < 20_000; i++)
            cid = Folder(("d", cid));
        AssertRefused(cid, root => root.Files.Count);
    }

    /// <summary>Forty directories with four links each to the one below: 4^40 empty directories.</summary>
    [Fact]
    public void Directories_that_repeat_themselves_without_end_are_refused()
    {
        var cid = Folder();
        for (var i = 0; i < 40; i++)
            cid = Folder(("a", cid), ("b", cid), ("c", cid), ("d", cid));
        AssertRefused(cid, root => root.Files.Count);
    }

    [Fact]
    public void File_nodes_nested_without_end_are_refused()
    {
        var cid = Leaf("x");
        for (var i = 0; i < 20_000; i++)
            cid = Node([cid], [1]);
        AssertRefused(Folder(("file", cid)), root => root.Blocks().Count());
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(1L << 40)]
    [InlineData(1001L)]
    public void A_leaf_longer_than_its_blob_is_refused_without_memory_for_it(long size)
    {
        var content = Keystream.Bytes("blob", 1000);
        var digest = new SmallTree(CidProfile.UnixFsV1, content).Digests[0];
        new SmallTree(CidProfile.UnixFsV1, content).Publish(_store);
        var missing = Cid.V1(Cid.Raw, new byte[32]);
        AssertRefused(Folder((digest.ToString(), Node([missing], [(ulong)size]))), root => root.Blocks().Count());
        // The first two are there, so that the third is read after a sum that is no longer a number of this size.
        var children = new[] { Leaf("x"), Leaf("y"), missing };
        AssertRefused(Folder((digest.ToString(), Node(children, [(ulong)size, (ulong)size, 1]))), root => root.Blocks().Count());
    }

    [Fact]
    public void A_blob_without_its_inner_nodes_is_not_taken_for_one_leaf()
    {
        var content = Keystream.Bytes("blob", 2 * 1024 * 1024 + 1);
        var digest = Digest.Sha256(content);
        new SmallTree(CidProfile.UnixFsV1, content).Publish(_store);
        AssertRefused(Folder((digest.ToString(), PlainDag.File(CidProfile.UnixFsV1, content).Cid)), root => root.Blocks().Count());
    }

    private Cid Leaf(string text) => UnixFsFile.Build(CidProfile.UnixFsV1, System.Text.Encoding.UTF8.GetBytes(text), _blocks.Add).Cid;

    private Cid Folder(params (string Name, Cid Cid)[] entries) =>
        _blocks.Add(new DagPbNode([.. entries.Select(e => new DagLink(e.Name, e.Cid, 0))], Directory1));

    private Cid Node(Cid[] children, ulong[] sizes) => _blocks.Add(new DagPbNode(
        [.. children.Select(c => new DagLink("", c, 0))],
        new UnixFsData(UnixFsType.File) { FileSize = 1, BlockSizes = sizes }.Encode()));

    private void AssertRefused(Cid root, Func<StoredRoot, int> read)
    {
        using (var car = File.Create(_store.RootFile(root)))
            _blocks.WriteAll(root, car);
        Assert.Throws<InvalidDataException>(() => read(_store.Open(root)!));
    }
}

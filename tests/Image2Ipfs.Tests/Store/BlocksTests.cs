using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Tests;

public sealed class BlocksTests : IDisposable
{
    private const int KiB256 = 256 * 1024;

    private readonly TemporaryFolder _folder = new();
    private readonly LocalStore _store;

    public BlocksTests() => _store = new LocalStore(_folder["store"]);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("unixfs-v0-2015")]
    [InlineData("unixfs-v1-2025")]
    public void The_blocks_are_the_archive_that_an_independent_builder_makes(string profileName)
    {
        var profile = CidProfile.All.Single(p => p.Name == profileName);
        // As long as the edges of the first profile's chunks, of the second's, and of inner nodes: 50 MiB are 200 chunks.
        int[] lengths = [0, 1, KiB256, KiB256 + 1, 4 * KiB256, 4 * KiB256 + 1, 50 * 4 * KiB256];
        // One chunk twice in a blob, and as a blob of its own.
        byte[] twice = [.. Keystream.Bytes("chunk", 4 * KiB256), .. Keystream.Bytes("chunk", 4 * KiB256), 7];
        var tree = new SmallTree(profile, [.. lengths.Select(n => Keystream.Bytes($"blob {n}", n)), twice, twice[..(4 * KiB256)]]);
        var root = _store.Open(tree.Publish(_store))!;
        Assert.Equal(tree.Plain().Car(), Car(root));
    }

    [Fact]
    public void Every_block_matches_its_cid()
    {
        var tree = new SmallTree(CidProfile.UnixFsV0, Keystream.Bytes("a", 3 * KiB256 + 5), Keystream.Bytes("b", 10));
        var root = _store.Open(tree.Publish(_store))!;
        Assert.All(root.Blocks(), block => Assert.True(block.Cid.Matches(block.Bytes.Span)));
    }

    [Theory]
    [InlineData("unixfs-v0-2015")]
    [InlineData("unixfs-v1-2025")]
    public void A_root_holds_no_leaf_of_a_blob(string profileName)
    {
        var tree = new SmallTree(CidProfile.All.Single(p => p.Name == profileName), Keystream.Bytes("a", 12 * KiB256));
        var root = tree.Publish(_store);
        Assert.True(new FileInfo(_store.RootFile(root)).Length < 4096);
    }

    [Fact]
    public void A_missing_blob_is_said()
    {
        var tree = new SmallTree(CidProfile.UnixFsV0, Keystream.Bytes("a", 3 * KiB256));
        var root = _store.Open(tree.Publish(_store))!;
        File.Delete(_store.BlobFile(tree.Digests[0]));
        Assert.Throws<InvalidDataException>(() => root.Blocks().Count());
    }

    [Fact]
    public void A_blob_that_is_too_short_is_said()
    {
        var tree = new SmallTree(CidProfile.UnixFsV0, Keystream.Bytes("a", 3 * KiB256));
        var root = _store.Open(tree.Publish(_store))!;
        File.WriteAllBytes(_store.BlobFile(tree.Digests[0]), Keystream.Bytes("a", 3 * KiB256 - 1));
        Assert.Throws<InvalidDataException>(() => root.Blocks().Count());
    }

    [Fact]
    public void Reading_stops_where_the_reader_stops()
    {
        var tree = new SmallTree(CidProfile.UnixFsV0, Keystream.Bytes("a", 3 * KiB256));
        var root = _store.Open(tree.Publish(_store))!;
        Assert.Equal(root.Cid, root.Blocks().First().Cid);
        Assert.Equal(root.Blocks().Select(b => b.Cid).Take(6), root.Blocks().Take(6).Select(b => b.Cid));
        // The blob was let go of: on every system it can be opened alone.
        using var alone = new FileStream(_store.BlobFile(tree.Digests[0]), FileMode.Open, FileAccess.Read, FileShare.None);
        Assert.Equal(3 * KiB256, alone.Length);
    }

    [Theory]
    [InlineData("unixfs-v0-2015")]
    [InlineData("unixfs-v1-2025")]
    public void Every_block_lies_at_its_place(string profileName)
    {
        var tree = new SmallTree(CidProfile.All.Single(p => p.Name == profileName), Keystream.Bytes("a", 50 * 4 * KiB256), Keystream.Bytes("b", 10), []);
        var root = _store.Open(tree.Publish(_store))!;
        var blocks = root.Blocks().ToList();
        var places = root.Places().ToList();
        Assert.Equal(blocks.Select(b => b.Cid), places.Select(p => p.Cid));
        foreach (var (block, place) in blocks.Zip(places))
        {
            var file = File.ReadAllBytes(place.Blob is { } blob ? _store.BlobFile(blob) : _store.RootFile(root.Cid));
            var bytes = file.AsMemory((int)place.Offset, place.Length);
            Assert.True(block.Bytes.Span.SequenceEqual(place.Blob is null ? bytes.Span : FileDag.Leaf(root.Profile, bytes)));
        }
        Assert.InRange(places.Count(p => p.Blob is not null), 50, 250);
    }

    [Fact]
    public void The_time_tells_when_roots_come_and_go()
    {
        var before = _store.RootsChanged;
        var root = new SmallTree(CidProfile.UnixFsV0, Keystream.Bytes("a", 10)).Publish(_store);
        var published = _store.RootsChanged;
        Assert.True(published > before);
        Thread.Sleep(20);
        _store.Remove(root);
        Assert.True(_store.RootsChanged > published);
    }

    internal static byte[] Car(StoredRoot root)
    {
        using var car = new MemoryStream();
        car.Write(Image2Ipfs.Ipfs.Car.Header(root.Cid));
        foreach (var block in root.Blocks())
            Image2Ipfs.Ipfs.Car.WriteSection(car, block);
        return car.ToArray();
    }
}

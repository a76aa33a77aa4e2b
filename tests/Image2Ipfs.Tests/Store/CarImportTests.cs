using System.Buffers.Binary;
using System.Text;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Tests;

/// <summary>Trees that come into the store as an archive.</summary>
public sealed class CarImportTests : IDisposable
{
    private static readonly byte[] DirectoryData = new UnixFsData(UnixFsType.Directory).Encode();

    private readonly TemporaryFolder _folder = new();
    private readonly LocalStore _store;
    private readonly BlockMap _blocks = new();

    public CarImportTests() => _store = new LocalStore(_folder["store"]);

    public void Dispose() => _folder.Dispose();

    public static TheoryData<CidProfile> Profiles => [.. CidProfile.All];

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_tree_comes_in_as_its_publish_would_have_put_it(CidProfile profile)
    {
        var tree = new SmallTree(profile, Keystream.Bytes("large", 3_000_000), [1, 2, 3], [], new byte[3_000_000]);
        var published = new LocalStore(_folder["published"]);
        var root = tree.Publish(published);
        var car = tree.Plain().Car();
        foreach (var archive in new[] { car, Reordered(car, reverse: true), Reordered(car, reverse: false), Version2(car, padding: 0), Version2(car, padding: 5000) })
        {
            foreach (var asFile in new[] { true, false })
            {
                var store = new LocalStore(_folder[Path.GetRandomFileName()]);
                var imported = Assert.Single(Import(archive, asFile, store));
                Assert.Equal((root, false), (imported.Root, imported.WasThere));
                Assert.Equal(tree.Digests.Order(Comparer<Digest>.Create((a, b) => string.CompareOrdinal(a.Hex, b.Hex))), imported.Added.Select(b => b.Digest));
                Assert.Empty(RootVerifier.Verify(store, root, CancellationToken.None));
                Assert.Equal(published.Open(root)!.Blocks().Select(b => b.Cid), store.Open(root)!.Blocks().Select(b => b.Cid));
                Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(store.Folder, "staging")));

                var before = FolderListing.Of(store.Folder);
                Assert.True(Assert.Single(Import(archive, asFile, store)).WasThere);
                Assert.Equal(before, FolderListing.Of(store.Folder));
            }
        }
    }

    [Fact]
    public void A_root_that_has_lost_something_comes_in_anew()
    {
        var tree = new SmallTree(CidProfile.UnixFsV0, Keystream.Bytes("large", 600_000));
        var root = tree.Publish(_store);
        var car = tree.Plain().Car();
        File.WriteAllText(_store.BlobFile(tree.Digests[0]), "cut");
        Assert.False(Assert.Single(Import(car)).WasThere);
        Assert.Empty(RootVerifier.Verify(_store, root, CancellationToken.None));
        File.WriteAllText(_store.RootFile(root), "cut");
        Assert.False(Assert.Single(Import(car)).WasThere);
        Assert.Empty(RootVerifier.Verify(_store, root, CancellationToken.None));
    }

    [Fact]
    public void Several_roots_come_in_together_or_not_at_all()
    {
        var (one, two) = (new SmallTree(CidProfile.UnixFsV0, [1]), new SmallTree(CidProfile.UnixFsV1, [1], [2]));
        foreach (var tree in new[] { one, two })
            foreach (var block in Car.Read(tree.Plain().Car()).Blocks)
                _blocks.Add(block);
        var missing = new SmallTree(CidProfile.UnixFsV1, [3]).Plain().Cid;
        AssertRefused(Archive([one.Plain().Cid, two.Plain().Cid, missing]), "is missing");
        Assert.Empty(_store.Roots());
        Assert.Equal([one.Plain().Cid, two.Plain().Cid], Import(Archive([one.Plain().Cid, two.Plain().Cid, one.Plain().Cid])).Select(r => r.Root));
        Assert.Equal([true, true], Import(Archive([one.Plain().Cid, two.Plain().Cid])).Select(r => r.WasThere));
    }

    /// <summary>An OCI image layout that somebody added himself: its blobs have no second name.</summary>
    [Fact]
    public void A_plain_OCI_layout_comes_in()
    {
        var content = Keystream.Bytes("blob", 5_000_000);
        var digest = Digest.Sha256(content);
        var layout = PlainDag.Directory(CidProfile.UnixFsV0,
            ("blobs", PlainDag.Directory(CidProfile.UnixFsV0, ("sha256", PlainDag.Directory(CidProfile.UnixFsV0, (digest.Hex, PlainDag.File(CidProfile.UnixFsV0, content)))))),
            ("oci-layout", PlainDag.File(CidProfile.UnixFsV0, "{}"u8.ToArray())));
        Import(layout.Car());
        Assert.Equal(content, File.ReadAllBytes(_store.BlobFile(digest)));
        Assert.Empty(RootVerifier.Verify(_store, layout.Cid, CancellationToken.None));
        Assert.True(new FileInfo(_store.RootFile(layout.Cid)).Length < 10_000);
    }

    [Fact]
    public void A_sharded_directory_of_small_files_comes_in()
    {
        var leaf = Leaf("x");
        var root = DirectoryDag.Build(CidProfile.UnixFsV1, Enumerable.Range(0, 3000).Select(i => leaf with { Name = $"{i}-{new string('n', 80)}" }), _blocks.Add);
        Import(Archive([root.Cid]));
        Assert.Equal(3000, _store.Open(root.Cid)!.Files.Count);
        Assert.Empty(RootVerifier.Verify(_store, root.Cid, CancellationToken.None));
    }

    [Fact]
    public void A_changed_byte_is_noticed_wherever_it_lies()
    {
        var car = new SmallTree(CidProfile.UnixFsV0, [1]).Plain().Car();
        for (var at = 0; at < car.Length; at++)
        {
            var changed = (byte[])car.Clone();
            changed[at] ^= 0x01;
            AssertRefused(changed);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_archive_cut_off_is_noticed_wherever_it_ends(int version)
    {
        var car = new SmallTree(CidProfile.UnixFsV0, [1]).Plain().Car();
        if (version == 2)
            car = Version2(car, padding: 3, index: false);
        for (var length = 0; length < car.Length; length++)
            AssertRefused(car[..length]);
        Import(car);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("not a CAR at all, but text", "")]
    [InlineData("00", "0 bytes")]
    [InlineData("ffffffffffffffff7f", "which no block has")]
    [InlineData("ffffffffffffffffffffffff", "without an end")]
    [InlineData("0aa16776657273696f6e03", "version 3")]
    [InlineData("0aa16776657273696f6e02" + "00000000000000000000000000000000" + "3300000000000000" + "0000000000000000" + "0000000000000000", "not finished")]
    [InlineData("0aa16776657273696f6e02" + "00000000000000000000000000000000" + "0100000000000000" + "6400000000000000" + "0000000000000000", "not finished")]
    [InlineData("0aa16776657273696f6e02" + "00000000000000000000000000000000" + "ffffffffffffffff" + "6400000000000000" + "0000000000000000", "not finished")]
    [InlineData("0aa16776657273696f6e02" + "00000000000000000000000000000000" + "3300000000000000" + "ffffffffffffff7f" + "0000000000000000", "not finished")]
    [InlineData("11a265726f6f7473806776657273696f6e01", "no root")]
    public void What_is_no_archive_is_refused(string bytes, string message) =>
        AssertRefused(bytes.All(char.IsAsciiHexDigit) ? Convert.FromHexString(bytes) : Encoding.UTF8.GetBytes(bytes), message);

    [Fact]
    public void A_section_longer_than_any_block_is_refused_without_memory_for_it()
    {
        var car = new SmallTree(CidProfile.UnixFsV0, [1]).Plain().Car();
        AssertRefused([.. car, 0xFF, 0xFF, 0xFF, 0x7F], "which no block has");
        AssertRefused([.. car, 0x00], "0 bytes");
    }

    [Fact]
    public void A_block_under_another_name_is_refused_even_where_nobody_wants_it()
    {
        var good = new SmallTree(CidProfile.UnixFsV0, [1]).Plain().Car();
        using var car = new MemoryStream();
        car.Write(good);
        Car.WriteSection(car, new Block(Cid.V1(Cid.Raw, new byte[32]), new byte[] { 1 }));
        AssertRefused(car.ToArray(), "not what its name says");
        car.SetLength(good.Length);
        car.Position = good.Length;
        Car.WriteSection(car, new Block(ParseCid([0x01, 0x55, 0xA0, 0xE4, 0x02, 0x20, .. new byte[32]]), new byte[] { 1 })); // blake2b-256
        AssertRefused(car.ToArray(), "cannot be checked");
    }

    [Fact]
    public void Every_block_that_is_wanted_must_be_there()
    {
        var tree = new SmallTree(CidProfile.UnixFsV0, Keystream.Bytes("large", 600_000), [1]).Plain();
        var blocks = Car.Read(tree.Car()).Blocks;
        foreach (var without in blocks)
        {
            using var car = new MemoryStream();
            car.Write(Car.Header(tree.Cid));
            foreach (var block in blocks.Where(b => !b.Cid.Equals(without.Cid)))
                Car.WriteSection(car, block);
            AssertRefused(car.ToArray(), $"block {without.Cid} is missing");
        }
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("../../etc/passwd")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    public void A_name_that_no_folder_can_hold_is_refused(string name) => AssertRefused(Folder((name, Leaf("x"))), "no folder can hold");

    [Fact]
    public void A_name_that_comes_twice_is_refused() => AssertRefused(Folder(("a", Leaf("x")), ("a", Leaf("y"))), "no folder can hold");

    [Fact]
    public void What_is_neither_file_nor_directory_is_refused()
    {
        AssertRefused(Folder(("link", Link(new DagPbNode([], new UnixFsData(UnixFsType.Symlink) { Data = "/etc/passwd"u8.ToArray() }.Encode())))), "Symlink");
        AssertRefused(Folder(("json", new DagLink("", ParseCid([0x01, 0x71, 0x12, 0x20, .. new byte[32]]), 1))), "neither a file nor a directory");
        AssertRefused(Folder(("inline", new DagLink("", ParseCid([0x01, 0x70, 0x00, 0x02, 0x0A, 0x00]), 1))), "has no type");
        AssertRefused(Folder(("garbage", Link(new DagPbNode([], new byte[] { 0xFF, 0xFF })))));
    }

    [Fact]
    public void Directories_that_go_on_without_end_are_refused()
    {
        var deep = Leaf("x");
        for (var i = 0; i < 20_000; i++)
            deep = Folder(("d", deep));
        AssertRefused(deep, "more files, or deeper ones");

        var wide = Folder();
        for (var i = 0; i < 40; i++)
            wide = Folder(("a", wide), ("b", wide), ("c", wide), ("d", wide));
        AssertRefused(wide, "more files, or deeper ones");
    }

    [Fact]
    public void Files_nested_without_end_are_refused()
    {
        var deep = Leaf("x");
        for (var i = 0; i < 20_000; i++)
            deep = Node([deep], [1]);
        AssertRefused(Folder((Digest.Sha256([]).ToString(), deep)), "nested too deep");
        AssertRefused(Folder(("small", deep)), "nested too deep");
    }

    /// <summary>174^6 leaves.</summary>
    [Theory]
    [InlineData(0, "nested too deep")]
    [InlineData(1000, "a thousand times as long")]
    public void Files_that_repeat_themselves_without_end_are_refused(int length, string message)
    {
        var many = UnixFsFile.Build(CidProfile.UnixFsV1, new byte[length], _blocks.Add);
        var size = (ulong)length;
        for (var i = 0; i < 6; i++, size *= 174)
            many = Node([.. Enumerable.Repeat(many, 174)], [.. Enumerable.Repeat(size, 174)]);
        AssertRefused(Folder((Digest.Sha256([]).ToString(), many)), message);
        AssertRefused(Folder(("small", many with { TotalSize = 1 })));
    }

    /// <summary>Roots are read whole: what they keep has a bound, and files are blobs beyond it.</summary>
    [Fact]
    public void Large_files_are_blobs_whatever_they_are_called_and_small_ones_stay_with_the_root()
    {
        var large = Large("large", 5_000_000);
        var many = Enumerable.Range(0, 6).Select(i => ($"{i}", Large($"{i}", 3_500_000))).ToArray();
        var small = new[] { ("README", Leaf("text")), ("docs", Folder(("page", Leaf("more")))) };
        Dictionary<string, DagLink> folders = new() { ["small"] = Folder(small), ["large"] = Folder([.. small, ("film.mp4", large)]), ["many"] = Folder([.. small, .. many]) };
        foreach (var (name, blobs) in new[] { ("small", 0), ("large", 1), ("many", 4) })
        {
            var folder = folders[name].Cid;
            Import(Archive([folder]));
            var root = _store.Open(folder)!;
            Assert.Equal(["README", "docs/page"], root.Files.Select(f => f.Path).Take(2));
            Assert.Equal(blobs, root.Blobs.Count);
            Assert.Empty(RootVerifier.Verify(_store, folder, CancellationToken.None));
            Assert.InRange(new FileInfo(_store.RootFile(folder)).Length, 1, 9_000_000);
        }

        DagLink Large(string label, int length) => UnixFsFile.Build(CidProfile.UnixFsV1, Keystream.Bytes(label, length), _blocks.Add);
    }

    [Fact]
    public void It_can_be_stopped()
    {
        using var stop = new CancellationTokenSource();
        var car = new SmallTree(CidProfile.UnixFsV0, Keystream.Bytes("large", 3_000_000)).Plain().Car();
        var read = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => CarImport.Run(_store, new MemoryStream(car), null, _ => { if (++read == 5) stop.Cancel(); }, stop.Token));
        Assert.Empty(_store.Roots());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_store.Folder, "staging")));
    }

    private DagLink Leaf(string text) => UnixFsFile.Build(CidProfile.UnixFsV1, Encoding.UTF8.GetBytes(text), _blocks.Add);

    private DagLink Folder(params (string Name, DagLink Link)[] entries) => Link(new DagPbNode([.. entries.Select(e => e.Link with { Name = e.Name })], DirectoryData));

    private DagLink Node(DagLink[] children, ulong[] sizes) => Link(new DagPbNode([.. children], new UnixFsData(UnixFsType.File) { BlockSizes = sizes }.Encode()));

    private DagLink Link(DagPbNode node) => new("", _blocks.Add(node), (ulong)node.Encode().Length);

    private static Cid ParseCid(ReadOnlySpan<byte> bytes) => Cid.Read(ref bytes);

    /// <summary>All blocks that the test made.</summary>
    private byte[] Archive(Cid[] roots)
    {
        using var all = new MemoryStream();
        _blocks.WriteAll(roots[0], all);
        byte[] header = [(byte)(0xA0 | 2), 0x65, .. "roots"u8, (byte)(0x80 | roots.Length), .. roots.SelectMany(r => (byte[])[0xD8, 0x2A, 0x58, (byte)(r.Bytes.Length + 1), 0, .. r.Bytes]), 0x67, .. "version"u8, 0x01];
        byte[] length = header.Length < 128 ? [(byte)header.Length] : [(byte)(header.Length | 0x80), (byte)(header.Length >> 7)];
        return [.. length, .. header, .. all.ToArray()[Car.Header(roots[0]).Length..]];
    }

    private static byte[] Reordered(byte[] car, bool reverse)
    {
        var (roots, blocks) = Car.Read(car);
        using var to = new MemoryStream();
        to.Write(Car.Header(roots[0]));
        foreach (var block in reverse ? blocks.Reverse() : blocks.OrderBy(b => b.Cid.ToString(), StringComparer.Ordinal).Concat(blocks))
            Car.WriteSection(to, block);
        return to.ToArray();
    }

    private static byte[] Version2(byte[] car, int padding, bool index = true)
    {
        var numbers = new byte[24];
        BinaryPrimitives.WriteInt64LittleEndian(numbers, 51 + padding);
        BinaryPrimitives.WriteInt64LittleEndian(numbers.AsSpan(8), car.Length);
        return [0x0A, 0xA1, 0x67, .. "version"u8, 0x02, .. new byte[16], .. numbers, .. new byte[padding], .. car, .. index ? Keystream.Bytes("index", 300) : []];
    }

    private IReadOnlyList<ImportedRoot> Import(byte[] car, bool asFile = true, LocalStore? store = null)
    {
        using var stream = new MemoryStream(car);
        if (!asFile)
            return CarImport.Run(store ?? _store, stream, null, _ => { }, CancellationToken.None);
        var path = _folder[Path.GetRandomFileName()];
        File.WriteAllBytes(path, car);
        using var file = File.OpenHandle(path);
        return CarImport.Run(store ?? _store, stream, file, _ => { }, CancellationToken.None);
    }

    private void AssertRefused(DagLink root, string message = "") => AssertRefused(Archive([root.Cid]), message);

    private void AssertRefused(byte[] car, string message = "")
    {
        foreach (var asFile in new[] { true, false })
        {
            var e = Assert.Throws<InvalidDataException>(() => Import(car, asFile));
            Assert.Contains(message, e.Message, StringComparison.Ordinal);
        }
        // Not even an empty folder is left.
        Assert.DoesNotContain(FolderListing.Of(_folder.Path), path => path.Contains("/staging/", StringComparison.Ordinal) || path.Contains("/roots/", StringComparison.Ordinal) || path.Contains("/blobs/", StringComparison.Ordinal));
    }
}

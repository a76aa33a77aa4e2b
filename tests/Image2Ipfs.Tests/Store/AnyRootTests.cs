using System.Text;
using CsCheck;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Tests;

/// <summary>Roots that no publish of ours made: the store has every block of them, and every file's bytes once.</summary>
public sealed class AnyRootTests : IDisposable
{
    private static readonly CidProfile V0 = CidProfile.UnixFsV0, V1 = CidProfile.UnixFsV1;

    private readonly TemporaryFolder _folder = new();
    private readonly LocalStore _store;

    public AnyRootTests() => _store = new LocalStore(_folder["store"]);

    public void Dispose() => _folder.Dispose();

    public static TheoryData<ForeignRoot> ForeignRoots => [.. ForeignRoot.All];

    [Theory]
    [MemberData(nameof(ForeignRoots))]
    public void What_older_publishers_made_comes_in_and_out_as_it_was(ForeignRoot tree)
    {
        Assert.Equal(tree.Roots.Select(r => (r.Cid, false)), Import(tree.Car()).Select(r => (r.Root, r.WasThere)));
        Assert.All(tree.Roots, AssertHolds);
        foreach (var (dag, path, content) in tree.Files)
        {
            // Anew, as another process opens it.
            var root = new LocalStore(_store.Folder).Open(dag.Cid)!;
            var link = root.Find(path)!.Value;
            Assert.Equal(content.Length, root.SizeOf(link));
            Assert.True(root.TryReadFile(path, int.MaxValue, out var read));
            Assert.True(content.AsSpan().SequenceEqual(read));
            Assert.Equal(path.Length == 0, root.IsFile);
            if (root.TryGetBlob(link.Cid, out var digest, out var size))
                Assert.Equal((Digest.Sha256(content), content.Length), (digest, size));
            else
                Assert.InRange(content.Length, 0, 4 * 1024 * 1024);
            root.CopyFile(link, _folder["copy"]);
            Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(_folder["copy"])));
            File.Delete(_folder["copy"]);
        }
        Assert.All(Import(tree.Car()), root => Assert.True(root.WasThere));
        Assert.All(tree.Roots, root => Assert.NotNull(_store.Remove(root.Cid)));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_store.Folder, "blobs", "sha256")));
    }

    [Fact]
    public void A_leaf_is_not_kept_a_second_time()
    {
        foreach (var tree in ForeignRoot.All)
            Import(tree.Car());
        Assert.All(_store.Roots(), root => Assert.InRange(new FileInfo(_store.RootFile(root)).Length, 1, 30_000));
    }

    [Fact]
    public void A_digest_that_a_file_has_not_is_no_digest_of_the_root()
    {
        var (wrong, content) = (Digest.Sha256("plain"u8), Keystream.Bytes("layer", 600_000));
        var root = ImportOne(ForeignRoot.Folder(V0, ($"app/blobs/{wrong}", PlainDag.File(V0, content)), ("app/second", PlainDag.File(V0, content))));
        Assert.Equal([Digest.Sha256(content)], root.Blobs.Keys);
        Assert.True(root.TryGetBlob(root.Find($"app/blobs/{wrong}")!.Value.Cid, out var digest, out var size));
        Assert.Equal((Digest.Sha256(content), 600_000), (digest, size));
        Assert.Null(root.Find("app/blobs"));
        Assert.Null(root.Find(""));
        Assert.False(File.Exists(_store.BlobFile(wrong)));

        // Right in one place and wrong in another, whichever comes first.
        foreach (var names in new[] { new[] { wrong, Digest.Sha256(content) }, [Digest.Sha256(content), wrong] })
            Assert.Equal([Digest.Sha256(content)], ImportOne(ForeignRoot.Folder(V0, names.Select((name, i) => ($"{i}/{name}", PlainDag.File(V0, content))))).Blobs.Keys);
    }

    /// <summary>Three thousand digests, none of them right.</summary>
    [Fact]
    public void A_sharded_directory_of_wrong_digests_comes_in()
    {
        var car = Vectors.Bytes("ipfs", "hamt3000.car");
        var root = _store.Open(Assert.Single(Import(car)).Root)!;
        Assert.Equal(car, BlocksTests.Car(root));
        Assert.Equal(3000, root.Blobs.Count);
        Assert.All(Enumerable.Range(0, 3000), i => Assert.Contains(Digest.Sha256(Encoding.ASCII.GetBytes($"{i}")), root.Blobs));
    }

    [Fact]
    public void The_same_bytes_may_be_chunked_in_several_ways_at_once()
    {
        var content = Keystream.Bytes("layer", 600_000);
        PlainDag[] dags = [PlainDag.File(V0, content), PlainDag.File(V1, content), PlainDag.File(V1 with { ChunkSize = 1000 }, content)];
        var root = ImportOne(PlainDag.Directory(V0, [.. dags.Select((dag, i) => ($"{i}", PlainDag.Directory(V0, (Digest.Sha256(content).ToString(), dag))))]));
        Assert.Single(root.Blobs);
        Assert.Single(Directory.EnumerateFiles(Path.Combine(_store.Folder, "blobs", "sha256")));
    }

    [Fact]
    public void Removing_one_keeps_what_a_published_one_holds()
    {
        var (shared, own) = (Keystream.Bytes("shared", 600_000), Keystream.Bytes("own", 1000));
        var published = new SmallTree(V0, shared).Publish(_store);
        var before = FolderListing.Of(_store.Folder);
        var foreign = ImportOne(PlainDag.Directory(V1, ("a", PlainDag.Directory(V1, ($"{Digest.Sha256("wrong"u8)}", PlainDag.File(V1, shared)))), ($"{Digest.Sha256("wrong"u8)}", PlainDag.File(V1, own))));
        Assert.Equal(1000, _store.Remove(foreign.Cid));
        Assert.Equal(before, FolderListing.Of(_store.Folder));

        // And the other way round.
        foreign = ImportOne(PlainDag.File(V1 with { ChunkSize = 500 }, shared));
        Assert.Equal(0, _store.Remove(published));
        AssertHolds(PlainDag.File(V1 with { ChunkSize = 500 }, shared));
        Assert.Equal(600_000, _store.Remove(foreign.Cid));
    }

    [Fact]
    public void A_lost_blob_is_noticed_and_comes_anew()
    {
        var content = Keystream.Bytes("layer", 600_000);
        var file = PlainDag.File(V1 with { ChunkSize = 1000 }, content);
        ImportOne(file);
        File.Delete(_store.BlobFile(Digest.Sha256(content)));
        Assert.Contains("is missing", Assert.Single(RootVerifier.Verify(_store, file.Cid, CancellationToken.None)), StringComparison.Ordinal);
        Assert.False(Assert.Single(Import(file.Car())).WasThere);
        AssertHolds(file);
        File.WriteAllBytes(_store.BlobFile(Digest.Sha256(content)), [.. content[..^1], 0]);
        Assert.Contains("is damaged", Assert.Single(RootVerifier.Verify(_store, file.Cid, CancellationToken.None)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_publish_makes_needs_no_map()
    {
        var tree = new SmallTree(V0, Keystream.Bytes("large", 600_000), [1], []);
        Import(tree.Plain().Car());
        Assert.Single(Car.Read(File.ReadAllBytes(_store.RootFile(tree.Plain().Cid))).Roots);
    }

    /// <summary>Leaves that cannot be made of their content stay as they are; their file is a blob all the same.</summary>
    [Fact]
    public void Leaves_of_other_kinds_come_back()
    {
        byte[] time = [0x42, 0x05, 0x08, 0x80, 0x80, 0x80, 0x01];
        var chunks = Keystream.Bytes("odd", 10_000).Chunk(1000).ToArray();
        AnyFile[] leaves =
        [
            AnyFile.Leaf(V0, AnyFile.FileType, chunks[0]), AnyFile.Leaf(V0, AnyFile.RawType, chunks[1]), AnyFile.Leaf(V0, AnyFile.FileType, chunks[2], time),
            AnyFile.RawLeaf(chunks[3]), AnyFile.Leaf(V1, AnyFile.FileType, chunks[4]), AnyFile.Join(V0, [AnyFile.RawLeaf(chunks[5])], chunks[6]), AnyFile.Leaf(V0, AnyFile.FileType, []),
        ];
        foreach (var order in new[] { leaves, [.. leaves.Reverse()], [.. leaves.Skip(1), .. leaves] })
        {
            var file = AnyFile.Join(V0, order, chunks[7]);
            foreach (var dag in new[] { file.Dag, PlainDag.Directory(V0, (Digest.Sha256(file.Content).ToString(), file.Dag)) })
            {
                var root = ImportOne(dag);
                Assert.True(root.TryGetBlob(file.Dag.Cid, out var digest, out _));
                Assert.Equal(Digest.Sha256(file.Content), digest);
                Assert.False(root.HasPlainLeaves(file.Dag.Cid));
            }
        }
        // A file of one leaf too.
        Assert.False(ImportOne(leaves[2].Dag).HasPlainLeaves(leaves[2].Dag.Cid));
        Assert.False(ImportOne(leaves[1].Dag).HasPlainLeaves(leaves[1].Dag.Cid));
        Assert.True(ImportOne(leaves[0].Dag).HasPlainLeaves(leaves[0].Dag.Cid));
    }

    [Fact]
    public void Leaves_of_other_kinds_are_memory_and_so_have_a_bound()
    {
        byte[] mode = [0x38, 0xA4, 0x03];
        var file = AnyFile.Join(V0, [.. Enumerable.Range(0, 17).Select(i => AnyFile.Leaf(V0, AnyFile.FileType, Keystream.Bytes($"{i}", 1024 * 1024), mode))]);
        Assert.Contains("16 MiB", Assert.Throws<InvalidDataException>(() => Import(file.Dag.Car())).Message, StringComparison.Ordinal);
        Assert.Empty(_store.Roots());
    }

    /// <summary>Nodes of 40 000 links each to one leaf.</summary>
    [Fact]
    public void Inner_nodes_are_memory_and_so_have_a_bound()
    {
        var leaf = AnyFile.RawLeaf([1, 2, 3, 4]);
        var nodes = Enumerable.Range(0, 12).Select(i => PlainDag.Node(V1, [.. Enumerable.Repeat(("", leaf.Dag), 40_000 + i)], Data(4, 40_000 + i))).ToList();
        byte[] data = [0x08, 0x02, .. nodes.SelectMany((_, i) => (byte[])[0x20, .. Varint(4 * (40_000 + i))])];
        Assert.Contains("in too many pieces", Assert.Throws<InvalidDataException>(() => Import(PlainDag.Node(V1, [.. nodes.Select(n => ("", n))], data).Car())).Message, StringComparison.Ordinal);
        ImportOne(nodes[0]);

        static byte[] Data(int size, int count) => [0x08, 0x02, .. Enumerable.Repeat((byte[])[0x20, .. Varint(size)], count).SelectMany(b => b)];

        static byte[] Varint(int value) => value < 0x80 ? [(byte)value] : [(byte)(value | 0x80), .. Varint(value >> 7)];
    }

    [Fact]
    public void What_lies_in_its_own_name_needs_no_block()
    {
        var (leaf, file) = (Identity(Cid.Raw, "raw"u8), Identity(Cid.DagPb, [0x0A, 0x09, 0x08, 0x02, 0x12, 0x03, (byte)'p', (byte)'b', (byte)'!', 0x18, 0x03]));
        var small = PlainDag.Directory(V1, ("a", leaf), ("b", file), ($"{Digest.Sha256("raw"u8)}", leaf));
        var inner = PlainDag.Node(V1, [("", leaf), ("", file)], [0x08, 0x02, 0x18, 0x06, 0x20, 0x03, 0x20, 0x03]);
        foreach (var dag in new[] { small, inner, PlainDag.Directory(V1, ("inner", inner)) })
        {
            using var car = new MemoryStream();
            car.Write(Car.Header(dag.Cid));
            foreach (var block in Car.Read(dag.Car()).Blocks.Where(b => !b.Cid.IsIdentity))
                Car.WriteSection(car, block);
            Import(car.ToArray());
            Assert.Equal(car.ToArray(), BlocksTests.Car(_store.Open(dag.Cid)!));
            Assert.Empty(RootVerifier.Verify(_store, dag.Cid, CancellationToken.None));
        }
        Assert.True(_store.Open(small.Cid)!.TryReadFile("b", 100, out var content));
        Assert.Equal("pb!"u8, content);
        Assert.True(_store.Open(inner.Cid)!.TryReadFile("", 100, out content));
        Assert.Equal("rawpb!"u8, content);

        static PlainDag Identity(ulong codec, ReadOnlySpan<byte> content)
        {
            ReadOnlySpan<byte> cid = [0x01, (byte)codec, 0x00, (byte)content.Length, .. content];
            return new PlainDag(Cid.Read(ref cid), content.ToArray(), (ulong)content.Length, []);
        }
    }

    [Fact]
    public void As_many_roots_as_an_image_has_blobs_come_in_at_once()
    {
        var files = Enumerable.Range(0, 257).Select(i => PlainDag.File(V1, Encoding.ASCII.GetBytes($"{i}"))).ToList();
        Assert.Throws<InvalidDataException>(() => Import(PlainDag.CarOf(files)));
        Assert.Empty(_store.Roots());
        Import(PlainDag.CarOf(files[..256]));
        Assert.Equal(256, _store.Roots().Count);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_store.Folder, "staging")));
        Assert.Equal(3, _store.Remove(files[100].Cid));
    }

    [Fact]
    public void Sizes_that_lie_are_refused()
    {
        var leaf = AnyFile.Leaf(V0, AnyFile.FileType, [1, 2, 3]);
        // The part, the whole, and a leaf's own.
        AssertRefused(PlainDag.Node(V0, [("", leaf.Dag)], [0x08, 0x02, 0x18, 0x04, 0x20, 0x04]), "3 bytes of content instead of 4");
        AssertRefused(PlainDag.Node(V0, [("", AnyFile.RawLeaf([1, 2, 3]).Dag)], [0x08, 0x02, 0x18, 0x02, 0x20, 0x02]), "3 bytes of content instead of 2");
        AssertRefused(PlainDag.Node(V0, [("", leaf.Dag)], [0x08, 0x02, 0x18, 0x04, 0x20, 0x03]), "3 bytes of content instead of 4");
        AssertRefused(PlainDag.Node(V0, [], [0x08, 0x02, 0x12, 0x03, 1, 2, 3, 0x18, 0x04]), "3 bytes of content instead of 4");
        AssertRefused(PlainDag.Node(V0, [("", leaf.Dag)], [0x08, 0x02, 0x18, 0x03]), "a link without a size");
        AssertRefused(PlainDag.Node(V0, [("a", leaf.Dag)], [0x08, 0x02, 0x18, 0x03, 0x20, 0x03]), "or with a name");
        AssertRefused(PlainDag.Node(V0, [("", leaf.Dag)], [0x08, 0x02, 0x20, .. Enumerable.Repeat((byte)0xFF, 8), 0x7F]), "larger than any file");
        AssertRefused(PlainDag.Node(V0, [("", leaf.Dag)], [0x08, 0x02, 0x20, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]), "a thousand times");
        // A directory in a file.
        AssertRefused(PlainDag.Node(V0, [("", PlainDag.Directory(V0))], [0x08, 0x02, 0x18, 0x01, 0x20, 0x01]), "is no file");
    }

    /// <summary>A reader would take the inner node for a leaf, and make one.</summary>
    [Fact]
    public void An_inner_node_whose_link_looks_like_one_to_a_leaf_is_refused()
    {
        var file = AnyFile.Join(V0, [AnyFile.RawLeaf([1, 2, 3]), AnyFile.RawLeaf([4])]);
        var leaf = AnyFile.Leaf(V0, AnyFile.FileType, file.Content);
        var inner = AnyFile.Join(V0, [file with { Dag = file.Dag with { TotalSize = leaf.Dag.TotalSize } }]);
        AssertRefused(inner.Dag, "the total size of a link");
        AssertRefused(PlainDag.Directory(V0, (Digest.Sha256(file.Content).ToString(), file.Dag with { TotalSize = leaf.Dag.TotalSize })), "the total size of a link");
        ImportOne(PlainDag.Directory(V0, (Digest.Sha256(file.Content).ToString(), file.Dag with { TotalSize = 0 })));
        ImportOne(PlainDag.Directory(V0, (Digest.Sha256(leaf.Content).ToString(), leaf.Dag with { TotalSize = 1 }), ("raw", AnyFile.RawLeaf([1]).Dag with { TotalSize = 77 })));
    }

    [Fact]
    public void Every_block_of_a_file_must_be_there()
    {
        var file = AnyFile.Balanced(V0, [.. Keystream.Bytes("file", 2000).Chunk(100).Select(AnyFile.RawLeaf)], width: 3).Dag;
        var blocks = Car.Read(file.Car()).Blocks;
        foreach (var without in blocks)
        {
            using var car = new MemoryStream();
            car.Write(Car.Header(file.Cid));
            foreach (var block in blocks.Where(b => !b.Cid.Equals(without.Cid)))
                Car.WriteSection(car, block);
            Assert.Contains($"block {without.Cid} is missing", Assert.Throws<InvalidDataException>(() => Import(car.ToArray())).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_map_that_lies_is_refused_or_found_out()
    {
        var content = Keystream.Bytes("layer", 2000);
        var file = PlainDag.File(V1 with { ChunkSize = 500 }, content);
        var (cid, digest) = (ImportOne(file).Cid, Digest.Sha256(content));
        var good = File.ReadAllBytes(_store.RootFile(cid));
        var blocks = Car.Read(good).Blocks;
        var other = PlainDag.File(V1, [1]).Cid;
        var line = $"{cid} {digest.Hex} 2000\n";
        Assert.Equal(line, Encoding.ASCII.GetString(blocks[^1].Bytes.Span));

        WriteMap(line);
        Assert.Equal(good, File.ReadAllBytes(_store.RootFile(cid)));
        foreach (var wrong in new[]
        {
            "", "\n", line[..^1], line + "\n", line + line, line + $"{other} {digest.Hex} 1\n", $"{other} {digest.Hex} 2000\n", line.Replace(" 2000", " 02000", StringComparison.Ordinal),
            line.Replace("2000", "2001", StringComparison.Ordinal), line.Replace(" 2000", " -2000", StringComparison.Ordinal), line.Replace(" 2000", "", StringComparison.Ordinal), line.Replace("2000", "2000 plain", StringComparison.Ordinal),
            line.Replace("2000", "2000 ", StringComparison.Ordinal), line.Replace("2000", "2000 raw x", StringComparison.Ordinal), line.Replace(digest.Hex, digest.Hex.ToUpperInvariant(), StringComparison.Ordinal), line.Replace(digest.Hex, digest.Hex[1..], StringComparison.Ordinal),
            line.Replace($"{cid}", cid.ToBase36(), StringComparison.Ordinal), "x" + line, line.Replace('\n', '\r'), $"{cid} {digest.Hex} 99999999999999999999\n",
        })
        {
            WriteMap(wrong);
            Assert.Throws<InvalidDataException>(() => _store.Open(cid));
        }
        // Not at the end, or not there at all.
        Write([cid, blocks[^1].Cid], [blocks[^1], blocks[0]]);
        Assert.Throws<InvalidDataException>(() => _store.Open(cid));
        Write([cid, blocks[^1].Cid], []);
        Assert.Throws<InvalidDataException>(() => _store.Open(cid));
        Write([cid], blocks);
        Assert.Throws<InvalidDataException>(() => _store.Open(cid));
        Write([cid, blocks[^1].Cid, cid], blocks);
        Assert.Throws<InvalidDataException>(() => _store.Open(cid));

        // A digest of other bytes: nobody can know before they are read.
        var wrongDigest = Digest.Sha256("other"u8);
        WriteMap(line.Replace(digest.Hex, wrongDigest.Hex, StringComparison.Ordinal));
        File.WriteAllBytes(_store.BlobFile(wrongDigest), new byte[2000]);
        Assert.NotEmpty(RootVerifier.Verify(_store, cid, CancellationToken.None));
        Assert.Throws<InvalidDataException>(() => _store.Open(cid)!.VerifiedBlocks().Count());
        // Leaves of a kind that they are not.
        WriteMap(line.Replace("2000", "2000 raw", StringComparison.Ordinal));
        Assert.Empty(RootVerifier.Verify(_store, cid, CancellationToken.None)); // bare ones have no kind

        // A file of one leaf, whose size nothing else says.
        var single = AnyFile.Leaf(V0, AnyFile.FileType, content).Dag;
        cid = ImportOne(single).Cid;
        foreach (var size in new[] { 0L, 1999, 2001, 3_000_000, long.MaxValue })
        {
            WriteMap($"{cid} {digest.Hex} {size}\n");
            Assert.NotEmpty(RootVerifier.Verify(_store, cid, CancellationToken.None));
        }
        WriteMap($"{cid} {digest.Hex} 2000 raw\n");
        Assert.NotEmpty(RootVerifier.Verify(_store, cid, CancellationToken.None));

        // Two lines, the wrong way round.
        var two = ImportOne(PlainDag.Directory(V1, ($"a{Digest.Sha256([1])}", PlainDag.File(V1, new byte[5_000_000])), ("b", PlainDag.File(V1, Keystream.Bytes("b", 5_000_000)))));
        cid = two.Cid;
        blocks = Car.Read(File.ReadAllBytes(_store.RootFile(cid))).Blocks;
        var lines = Encoding.ASCII.GetString(blocks[^1].Bytes.Span).Split('\n');
        Assert.Equal(3, lines.Length);
        WriteMap($"{lines[1]}\n{lines[0]}\n");
        Assert.Throws<InvalidDataException>(() => _store.Open(cid));
        // A file that is none of the tree's, in its place.
        WriteMap(string.Join('\n', lines[..2].Append($"{other} {digest.Hex} 1").Order(StringComparer.Ordinal)) + "\n");
        Assert.Contains("a wrong map", Assert.Throws<InvalidDataException>(() => _store.Open(cid)).Message, StringComparison.Ordinal);
        WriteMap($"{lines[0]}\n{lines[1]}\n");
        Assert.Empty(RootVerifier.Verify(_store, cid, CancellationToken.None));

        void WriteMap(string text)
        {
            var bytes = Encoding.ASCII.GetBytes(text);
            var map = new Block(Cid.V1(Cid.Raw, System.Security.Cryptography.SHA256.HashData(bytes)), bytes);
            Write([cid, map.Cid], [.. Car.Read(File.ReadAllBytes(_store.RootFile(cid))).Blocks.Where(b => b.Cid.Codec == Cid.DagPb), map]);
        }

        void Write(Cid[] roots, IEnumerable<Block> all)
        {
            using var car = File.Create(_store.RootFile(cid));
            car.Write(Car.Header(roots));
            foreach (var block in all)
                Car.WriteSection(car, block);
        }
    }

    [Fact]
    public void A_changed_byte_of_its_file_is_noticed_wherever_it_lies()
    {
        var cid = ImportOne(PlainDag.Directory(V0, (Digest.Sha256([1]).ToString(), PlainDag.File(V0 with { ChunkSize = 5 }, Keystream.Bytes("file", 11))))).Cid;
        var good = File.ReadAllBytes(_store.RootFile(cid));
        for (var at = 0; at < good.Length; at++)
        {
            var changed = (byte[])good.Clone();
            changed[at] ^= 0x01;
            File.WriteAllBytes(_store.RootFile(cid), changed);
            Assert.Throws<InvalidDataException>(() => _store.Open(cid));
            File.WriteAllBytes(_store.RootFile(cid), good[..at]);
            Assert.Throws<InvalidDataException>(() => _store.Open(cid));
        }
    }

    /// <summary>Trees of any shape, with leaves of every kind, under names that tell the truth, lie or say nothing.</summary>
    [Fact]
    public void Any_file_comes_in_and_out_as_it_was()
    {
        var leaf = Gen.Select(Gen.Int[0, 6], Gen.Byte.Array[0, 200]).Select((kind, content) => kind switch
        {
            0 => AnyFile.RawLeaf(content),
            1 => AnyFile.Leaf(V1, AnyFile.FileType, content),
            2 => AnyFile.Leaf(V0, AnyFile.RawType, content),
            3 => AnyFile.Leaf(V0, AnyFile.FileType, content, 0x38, 0xA4, 0x03),
            _ => AnyFile.Leaf(V0, AnyFile.FileType, content),
        });
        var file = Gen.Select(leaf.Array[1, 40], Gen.Int[2, 6], Gen.Int[0, 3], Gen.Byte.Array[0, 5]).Select((leaves, width, shape, inline) => shape switch
        {
            0 => AnyFile.Balanced(V0, leaves, width),
            1 => AnyFile.Trickle(V1, new Queue<AnyFile>(leaves), width),
            2 => AnyFile.Join(V0, [AnyFile.Balanced(V1, leaves, width), AnyFile.Balanced(V1, leaves, width + 1)], inline),
            _ => AnyFile.Balanced(V1, [.. leaves.Chunk(width).Select(part => part.Length == 1 ? part[0] : AnyFile.Join(V0, part, inline))], 2),
        });
        Gen.Select(file.Array[1, 4], Gen.Int[0, 3], Gen.Bool).Sample((files, names, alone) =>
        {
            var dags = alone ? [.. files.Select(f => f.Dag)] : new[]
            {
                PlainDag.Directory(V1, [.. files.Select((f, i) => ($"{i}", PlainDag.Directory(V0, (Name(f, names + i), f.Dag))))]),
            };
            var store = new LocalStore(_folder[Path.GetRandomFileName()]);
            using var car = new MemoryStream(PlainDag.CarOf(dags));
            CarImport.Run(store, car, null, _ => { }, CancellationToken.None);
            foreach (var dag in dags)
            {
                Assert.Equal(dag.Car(), BlocksTests.Car(store.Open(dag.Cid)!));
                Assert.Empty(RootVerifier.Verify(store, dag.Cid, CancellationToken.None));
            }
            for (var i = 0; i < files.Length; i++)
            {
                var root = store.Open(dags[alone ? i : 0].Cid)!;
                Assert.True(root.TryReadFile(alone ? "" : $"{i}/{Name(files[i], names + i)}", int.MaxValue, out var content));
                Assert.Equal(files[i].Content, content);
            }
            foreach (var dag in dags)
                store.Remove(dag.Cid);
            Assert.Empty(Directory.EnumerateFiles(Path.Combine(store.Folder, "blobs", "sha256")));
            Directory.Delete(store.Folder, recursive: true);
        });

        static string Name(AnyFile file, int kind) => (kind % 3) switch
        {
            0 => Digest.Sha256(file.Content).ToString(),
            1 => Digest.Sha256([.. file.Content, 1]).ToString(),
            _ => "file",
        };
    }

    private StoredRoot ImportOne(PlainDag root)
    {
        Import(root.Car());
        AssertHolds(root);
        return _store.Open(root.Cid)!;
    }

    /// <summary>Every block, in the order of an archive, and the bytes of its blobs.</summary>
    private void AssertHolds(PlainDag root)
    {
        Assert.Equal(root.Car(), BlocksTests.Car(_store.Open(root.Cid)!));
        Assert.Empty(RootVerifier.Verify(_store, root.Cid, CancellationToken.None));
    }

    private void AssertRefused(PlainDag root, string message)
    {
        foreach (var dag in new[] { root, PlainDag.Directory(V0, ("small", root)), PlainDag.Directory(V0, (Digest.Sha256([]).ToString(), root)) })
            Assert.Contains(message, Assert.Throws<InvalidDataException>(() => Import(dag.Car())).Message, StringComparison.Ordinal);
        Assert.Empty(_store.Roots());
    }

    private IReadOnlyList<ImportedRoot> Import(byte[] car)
    {
        using var archive = new MemoryStream(car);
        return CarImport.Run(_store, archive, null, _ => { }, CancellationToken.None);
    }
}

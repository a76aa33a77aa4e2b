using System.Security.Cryptography;
using CsCheck;
using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Tests.Fetch;

/// <summary>The blocks of a file in any order give the file, and what contradicts itself gives nothing.</summary>
public sealed class FileMapTests
{
    private static readonly CidProfile Small = new("small", 0, 100, 3, RawLeaves: false, CountBlockBytes: false);

    [Fact]
    public void Blocks_in_any_order_with_repeats_give_the_file() =>
        Gen.Select(Gen.Int[0, 5000], Gen.Bool, Gen.Int[1, 8], Gen.Int).Sample((length, raw, different, seed) =>
        {
            var random = new Random(seed);
            // Few different chunks: the file repeats itself, leaves and inner nodes too.
            var chunks = Enumerable.Range(0, different).Select(_ => RandomNumberGenerator.GetBytes(100)).ToList();
            var content = Enumerable.Range(0, (length / 100) + 1).SelectMany(_ => chunks[random.Next(different)]).Take(length).ToArray();
            var (root, blocks) = Dag(Small with { CidVersion = raw ? 1 : 0, RawLeaves = raw }, content);

            var map = new FileMap(root);
            var file = new byte[length];
            var left = blocks.ToList();
            while (!map.IsComplete)
            {
                var wanted = map.Wanted(0, long.MaxValue).Select(w => w.Cid).ToHashSet();
                var next = left.Where(b => wanted.Contains(b.Cid)).ToList();
                Assert.NotEmpty(next);
                var (pieces, repeats) = map.Take(next[random.Next(next.Count)], repeatable: true);
                foreach (var piece in pieces)
                    piece.Content.CopyTo(file.AsMemory((int)piece.Offset));
                foreach (var repeat in repeats)
                    file.AsSpan((int)repeat.From, repeat.Length).CopyTo(file.AsSpan((int)repeat.To));
            }
            Assert.Equal(length, map.Size);
            Assert.Equal(content, file);
        }, iter: 300);

    [Fact]
    public void What_is_wanted_of_a_part_is_what_lies_in_it()
    {
        var (root, blocks) = Dag(Small, RandomNumberGenerator.GetBytes(1000));
        var map = new FileMap(root);
        Assert.Equal([root], map.Wanted(500, 501).Select(w => w.Cid));
        // 10 leaves of 100 bytes, in nodes of 3: 0–300, 300–600, 600–900, 900–1000; of the root's three children, one has three of them.
        foreach (var inner in blocks.Where(b => DagPbNode.Decode(b.Bytes).Links.Count > 0).Reverse())
            map.Take(inner, repeatable: true);
        Assert.Equal([(0, 100), (100, 200)], map.Wanted(50, 150).Select(w => (w.Offset, w.End)));
        Assert.Equal([(900, 1000)], map.Wanted(999, 5000).Select(w => (w.Offset, w.End)));
        Assert.Empty(map.Wanted(1000, long.MaxValue));
    }

    [Theory]
    [InlineData(5UL, 5UL, 11UL)] // the file's size is not the sum
    [InlineData(0UL, 10UL, 10UL)] // an empty child
    [InlineData(ulong.MaxValue, 11UL, 10UL)] // the sum overflows
    [InlineData(6UL, 4UL, 10UL)] // the children have other sizes
    public void Sizes_that_contradict_one_another_are_refused(ulong first, ulong second, ulong whole)
    {
        var leaf = Cid.V1(Cid.Raw, SHA256.HashData("hello"u8));
        var data = new UnixFsData(UnixFsType.File) { FileSize = whole, BlockSizes = [first, second] };
        var bytes = new DagPbNode([new DagLink("", leaf, 5), new DagLink("", leaf, 5)], data.Encode()).Encode();
        var root = Cid.V0(SHA256.HashData(bytes));
        var map = new FileMap(root);
        Assert.Throws<InvalidDataException>(() =>
        {
            map.Take(new Block(root, bytes), repeatable: true);
            map.Take(new Block(leaf, "hello"u8.ToArray()), repeatable: true);
        });
    }

    [Fact]
    public void A_named_link_a_directory_and_another_codec_are_no_file()
    {
        var leaf = Cid.V1(Cid.Raw, SHA256.HashData("hello"u8));
        foreach (var bytes in new[]
        {
            new DagPbNode([new DagLink("name", leaf, 5)], new UnixFsData(UnixFsType.File) { FileSize = 5, BlockSizes = [5] }.Encode()).Encode(),
            new DagPbNode([new DagLink("", leaf, 5)], new UnixFsData(UnixFsType.File) { FileSize = 5 }.Encode()).Encode(),
            new DagPbNode([], new UnixFsData(UnixFsType.Directory).Encode()).Encode(),
            new DagPbNode([], new UnixFsData(UnixFsType.Symlink) { Data = "x"u8.ToArray() }.Encode()).Encode(),
        })
        {
            var root = Cid.V0(SHA256.HashData(bytes));
            Assert.Throws<InvalidDataException>(() => new FileMap(root).Take(new Block(root, bytes), repeatable: true));
        }
        var cbor = Cid.V1(0x71, SHA256.HashData([0xA0]));
        Assert.Throws<InvalidDataException>(() => new FileMap(cbor).Take(new Block(cbor, new byte[] { 0xA0 }), repeatable: true));
    }

    [Fact]
    public void A_small_dag_that_stands_for_a_huge_file_ends()
    {
        // Each node links ten times to the one below: 10^20 leaves.
        var blocks = new List<Block>();
        var (cid, size) = (Cid.V1(Cid.Raw, SHA256.HashData("x"u8)), 1UL);
        blocks.Add(new Block(cid, "x"u8.ToArray()));
        for (var level = 0; level < 18; level++)
        {
            var data = new UnixFsData(UnixFsType.File) { FileSize = size * 10, BlockSizes = [.. Enumerable.Repeat(size, 10)] };
            var bytes = new DagPbNode([.. Enumerable.Repeat(new DagLink("", cid, 0), 10)], data.Encode()).Encode();
            (cid, size) = (Cid.V0(SHA256.HashData(bytes)), size * 10);
            blocks.Add(new Block(cid, bytes));
        }
        var map = new FileMap(cid);
        Assert.Throws<InvalidDataException>(() =>
        {
            foreach (var block in blocks.AsEnumerable().Reverse())
                map.Take(block, repeatable: true);
        });
    }

    private static (Cid Root, List<Block> Blocks) Dag(CidProfile profile, byte[] content)
    {
        var blocks = new List<Block>();
        var root = UnixFsFile.Build(profile, content, blocks.Add).Cid;
        return (root, [.. blocks.DistinctBy(b => b.Cid)]);
    }
}

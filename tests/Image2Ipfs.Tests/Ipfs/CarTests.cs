using System.Security.Cryptography;
using CsCheck;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Tests;

public sealed class CarTests
{
    private static readonly Cid V0 = Cid.Parse("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn");
    private static readonly Cid V1 = Cid.Parse("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e");

    /// <summary>The form that Kubo's fixtures and js-ipfs's exports have.</summary>
    [Fact]
    public void The_header_is_canonical()
    {
        Assert.Equal(
            "38a265726f6f747381d82a582300" + Convert.ToHexStringLower(V0.Bytes) + "6776657273696f6e01",
            Convert.ToHexStringLower(Car.Header(V0)));
        Assert.Equal(
            "3aa265726f6f747381d82a582500" + Convert.ToHexStringLower(V1.Bytes) + "6776657273696f6e01",
            Convert.ToHexStringLower(Car.Header(V1)));
    }

    [Fact]
    public void What_is_written_reads_back() =>
        Gen.Select(Gen.Byte.Array[0, 300].List[0, 6], Gen.Bool).Sample((contents, v0) =>
        {
            var root = v0 ? V0 : V1;
            var car = Write(root, [.. contents.Select(c => new Block(Cid.V1(Cid.Raw, SHA256.HashData(c)), c))]);
            var (roots, blocks) = Car.Read(car);
            Assert.Equal([root], roots);
            Assert.Equal(contents, blocks.Select(b => b.Bytes.ToArray()));
            Assert.All(blocks, block => Assert.True(block.Cid.Matches(block.Bytes.Span)));
        });

    [Fact]
    public void An_archive_of_3000_entries_reads_lists_and_writes_back()
    {
        var vector = Vectors.Json("ipfs", "vectors.json").GetProperty("hamt");
        var car = Vectors.Bytes("ipfs", "hamt3000.car");
        var (roots, read) = Car.Read(car);
        var root = Assert.Single(roots);
        Assert.Equal(vector.GetProperty("root").GetString(), root.ToString());
        Assert.Equal(vector.GetProperty("blocks").GetInt32(), read.Count);
        Assert.Equal(vector.GetProperty("blockBytes").GetInt32(), read.Sum(b => b.Bytes.Length));

        var blocks = new BlockMap();
        foreach (var block in read)
            blocks.Add(block);
        var entries = DirectoryDag.Entries(root, blocks.Get).ToList();
        Assert.Equal(vector.GetProperty("entries").GetInt32(), entries.DistinctBy(e => e.Name).Count());
        Assert.Contains("sha256:" + Convert.ToHexStringLower(SHA256.HashData("hamt-2999"u8)), entries.Select(e => e.Name));

        var rebuilt = new BlockMap();
        foreach (var entry in entries)
            UnixFsFile.Build(CidProfile.UnixFsV0, UnixFsFile.Read(entry.Cid, blocks.Get, 4), rebuilt.Add);
        DirectoryDag.Build(CidProfile.UnixFsV0, entries, rebuilt.Add);
        using var written = new MemoryStream();
        rebuilt.WriteCar(root, written);
        Assert.Equal(car, written.ToArray());
    }

    [Fact]
    public void An_archive_cut_off_anywhere_is_refused_or_ends_with_a_block()
    {
        var car = Write(V1, new Block(V1, "hello world"u8.ToArray()), new Block(V0, new byte[] { 0x0A, 2, 8, 1 }));
        int[] whole = [Car.Header(V1).Length, Car.Header(V1).Length + 1 + 36 + 11, car.Length];
        for (var length = 0; length <= car.Length; length++)
        {
            var cut = car.AsMemory(0, length);
            if (whole.Contains(length))
                Assert.Equal(Array.IndexOf(whole, length), Car.Read(cut).Blocks.Count);
            else
                Assert.Throws<InvalidDataException>(() => Car.Read(cut));
        }
    }

    [Theory]
    [InlineData("a265726f6f7473816776657273696f6e01")] // roots cut off
    [InlineData("a265726f6f7473806776657273696f6e01")] // no roots
    [InlineData("a16776657273696f6e01")] // likewise
    [InlineData("a265726f6f747381d82a58250001551220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde96776657273696f6e02")] // version 2
    [InlineData("a265726f6f747381d82a58250001551220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde96776657273696f6e20")] // version -1
    [InlineData("a265726f6f747381d82a58250001551220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde96776657273696f6e6131")] // version "1"
    [InlineData("a165726f6f747381d82a58250001551220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9")] // no version
    [InlineData("a265726f6f747381d82a58260001551220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9006776657273696f6e01")] // a byte after the CID
    [InlineData("a265726f6f747381d82a582401551220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde96776657273696f6e01")] // no 00 before the CID
    [InlineData("a265726f6f747381d82b58250001551220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde96776657273696f6e01")] // tag 43
    [InlineData("a265726f6f74738158250001551220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde96776657273696f6e01")] // no tag
    [InlineData("a265726f6f747381d82a5bffffffffffffffff006776657273696f6e01")] // a byte string of 2^64 - 1 bytes
    [InlineData("80")] // no map
    [InlineData("a1")]
    [InlineData("a1ff")]
    [InlineData("")]
    public void A_header_that_is_none_is_refused(string hex)
    {
        byte[] car = [(byte)(hex.Length / 2), .. Convert.FromHexString(hex)];
        Assert.Throws<InvalidDataException>(() => Car.Read(car));
    }

    [Theory]
    [InlineData("ffffffffffffffff7f")] // 2^63 - 1
    [InlineData("ffffffff0f")] // 2^32 - 1
    [InlineData("ffffffffffffffffffff01")] // ten bytes
    [InlineData("00")] // no CID
    [InlineData("0101")]
    public void A_section_of_a_wrong_length_is_refused(string hex)
    {
        byte[] afterHeader = [.. Car.Header(V1), .. Convert.FromHexString(hex), 0, 0, 0];
        Assert.Throws<InvalidDataException>(() => Car.Read(afterHeader));
        Assert.Throws<InvalidDataException>(() => Car.Read(Convert.FromHexString(hex + "000000")));
    }

    [Fact]
    public void A_block_of_more_than_2_MiB_is_refused()
    {
        var largest = new Block(V1, new byte[2 * 1024 * 1024]);
        Assert.Single(Car.Read(Write(V1, largest)).Blocks);
        var tooLarge = Write(V1, new Block(V1, new byte[2 * 1024 * 1024 + 1024]));
        Assert.Throws<InvalidDataException>(() => Car.Read(tooLarge));
    }

    [Fact]
    public void A_changed_archive_is_another_or_refused()
    {
        var good = Write(V1, new Block(V1, "hello world"u8.ToArray()));
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length - 1], Gen.Byte).Sample((at, value, at2, value2) =>
        {
            var changed = (byte[])good.Clone();
            changed[at] = value;
            changed[at2] = value2;
            try
            {
                Car.Read(changed);
            }
            catch (InvalidDataException)
            {
            }
        }, iter: 20_000);
    }

    private static byte[] Write(Cid root, params Block[] blocks)
    {
        using var car = new MemoryStream();
        car.Write(Car.Header(root));
        foreach (var block in blocks)
            Car.WriteSection(car, block);
        return car.ToArray();
    }
}

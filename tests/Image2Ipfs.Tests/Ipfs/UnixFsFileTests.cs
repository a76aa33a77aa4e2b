using Image2Ipfs.Ipfs;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Tests;

public sealed class UnixFsFileTests
{
    private static readonly CidProfile Tiny = new("tiny", 0, 5, 3, RawLeaves: false, CountBlockBytes: false);
    private static readonly CidProfile TinyRaw = new("tiny raw", 1, 5, 3, RawLeaves: true, CountBlockBytes: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(100)]
    public void A_file_reads_back_from_its_blocks(int length)
    {
        foreach (var profile in new[] { Tiny, TinyRaw })
        {
            var content = Keystream.Bytes("file", length);
            var blocks = new BlockMap();
            var file = UnixFsFile.Build(profile, content, blocks.Add);
            Assert.Equal(PlainDag.File(profile, content).Link, file);
            Assert.Equal(content, UnixFsFile.Read(file.Cid, blocks.Get, length));
        }
    }

    [Fact]
    public void A_file_longer_than_the_limit_is_refused()
    {
        var blocks = new BlockMap();
        var file = UnixFsFile.Build(Tiny, new byte[100], blocks.Add);
        Assert.Throws<InvalidDataException>(() => UnixFsFile.Read(file.Cid, blocks.Get, 99));
    }

    [Fact]
    public void Raw_nodes_inline_content_and_mixed_leaves_are_read()
    {
        var blocks = new BlockMap();
        var raw = blocks.Add(new DagPbNode([], new UnixFsData(UnixFsType.Raw) { Data = "cd"u8.ToArray(), FileSize = 2 }.Encode()));
        var leaf = UnixFsFile.Build(TinyRaw, "ef"u8.ToArray(), blocks.Add).Cid;
        // content in the inner node itself, then its children: the trickle layout
        var root = Inner(blocks, "ab", [new DagLink("", raw, 0), new DagLink("", leaf, 0)], [2, 2]);
        Assert.Equal("abcdef"u8.ToArray(), UnixFsFile.Read(root, blocks.Get, 6));
    }

    [Fact]
    public void A_directory_is_no_file()
    {
        var blocks = new BlockMap();
        var directory = blocks.Add(new DagPbNode([], new UnixFsData(UnixFsType.Directory).Encode()));
        Assert.Throws<InvalidDataException>(() => UnixFsFile.Read(directory, blocks.Get, 10));
    }

    [Fact]
    public void A_named_link_in_a_file_is_refused()
    {
        var blocks = new BlockMap();
        var leaf = UnixFsFile.Build(TinyRaw, "a"u8.ToArray(), blocks.Add).Cid;
        var root = Inner(blocks, "", [new DagLink("name", leaf, 0)], [1]);
        Assert.Throws<InvalidDataException>(() => UnixFsFile.Read(root, blocks.Get, 10));
    }

    [Theory]
    [InlineData]
    [InlineData(1ul, 1ul)]
    public void A_file_without_one_block_size_a_link_is_refused(params ulong[] sizes)
    {
        var blocks = new BlockMap();
        var leaf = UnixFsFile.Build(TinyRaw, "a"u8.ToArray(), blocks.Add).Cid;
        var root = Inner(blocks, "", [new DagLink("", leaf, 0)], sizes);
        Assert.Throws<InvalidDataException>(() => UnixFsFile.Read(root, blocks.Get, 10));
    }

    [Fact]
    public void A_file_that_is_nested_too_deep_is_refused()
    {
        var blocks = new BlockMap();
        var cid = UnixFsFile.Build(TinyRaw, "a"u8.ToArray(), blocks.Add).Cid;
        for (var i = 0; i < 40; i++)
            cid = Inner(blocks, "", [new DagLink("", cid, 0)], [1]);
        Assert.Throws<InvalidDataException>(() => UnixFsFile.Read(cid, blocks.Get, 10));
    }

    /// <summary>Thirty nodes of ten links each to the one below: 10^30 empty leaves, no byte of content.</summary>
    [Fact]
    public void Links_that_repeat_themselves_without_end_are_refused()
    {
        var blocks = new BlockMap();
        var cid = UnixFsFile.Build(TinyRaw, Array.Empty<byte>(), blocks.Add).Cid;
        for (var i = 0; i < 30; i++)
            cid = Inner(blocks, "", [.. Enumerable.Repeat(new DagLink("", cid, 0), 10)], [.. new ulong[10]]);
        Assert.Throws<InvalidDataException>(() => UnixFsFile.Read(cid, blocks.Get, 1000));
    }

    private static Cid Inner(BlockMap blocks, string content, DagLink[] links, ulong[] sizes) =>
        blocks.Add(new DagPbNode(links, new UnixFsData(UnixFsType.File)
        {
            Data = System.Text.Encoding.ASCII.GetBytes(content),
            FileSize = 0,
            BlockSizes = sizes,
        }.Encode()));
}

using CsCheck;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Tests;

public sealed class HostileDirectoryTests
{
    private static readonly Cid File = Cid.Parse("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");

    private readonly BlockMap _blocks = new();

    /// <summary>CVE-2023-23625: readers allocated a place for every child that the fanout promised.</summary>
    [Theory]
    [InlineData(1ul << 30)]
    [InlineData(ulong.MaxValue >> 1)]
    [InlineData(2048ul)]
    [InlineData(100ul)]
    [InlineData(4ul)]
    [InlineData(0ul)]
    [InlineData(null)]
    public void A_shard_of_a_wrong_fanout_is_refused(ulong? fanout) =>
        AssertRefused(_blocks.Add(new DagPbNode([new DagLink("00a", File, 0)], Shard(fanout).Encode())));

    [Theory]
    [InlineData(null)]
    [InlineData(0x12ul)]
    public void A_shard_of_another_hash_function_is_refused(ulong? function) =>
        AssertRefused(_blocks.Add(new DagPbNode([new DagLink("00a", File, 0)], (Shard(256) with { HashFunction = function }).Encode())));

    [Fact]
    public void A_shards_link_without_a_place_is_refused() =>
        AssertRefused(_blocks.Add(new DagPbNode([new DagLink("0", File, 0)], Shard(256).Encode())));

    [Theory]
    [InlineData(8ul, "0")]
    [InlineData(16ul, "F")]
    [InlineData(256ul, "FF")]
    [InlineData(1024ul, "3FF")]
    public void Shards_of_every_allowed_fanout_are_read(ulong fanout, string place)
    {
        var inner = _blocks.Add(new DagPbNode([new DagLink(place + "é", File, 7)], Shard(fanout).Encode()));
        var root = _blocks.Add(new DagPbNode([new DagLink(place, inner, 0)], Shard(fanout).Encode()));
        Assert.Equal([new DagLink("é", File, 7)], DirectoryDag.Entries(root, _blocks.Get));
    }

    [Fact]
    public void Shards_nested_too_deep_are_refused()
    {
        var cid = _blocks.Add(new DagPbNode([new DagLink("00a", File, 0)], Shard(256).Encode()));
        for (var i = 0; i < 100; i++)
            cid = _blocks.Add(new DagPbNode([new DagLink("00", cid, 0)], Shard(256).Encode()));
        AssertRefused(cid);
    }

    /// <summary>Thirty shards with ten links each to the one below: 10^30 entries in some KiB.</summary>
    [Fact]
    public void A_shard_that_lies_there_twice_is_refused()
    {
        var cid = _blocks.Add(new DagPbNode([], Shard(256).Encode()));
        for (var i = 0; i < 30; i++)
            cid = _blocks.Add(new DagPbNode([.. Enumerable.Range(0, 10).Select(place => new DagLink($"0{place}", cid, 0))], Shard(256).Encode()));
        AssertRefused(cid);
    }

    [Theory]
    [InlineData(UnixFsType.File)]
    [InlineData(UnixFsType.Raw)]
    [InlineData(UnixFsType.Symlink)]
    [InlineData(UnixFsType.Metadata)]
    public void What_is_no_directory_is_refused(UnixFsType type) =>
        AssertRefused(_blocks.Add(new DagPbNode([], new UnixFsData(type).Encode())));

    [Fact]
    public void A_shard_over_a_plain_directory_is_refused()
    {
        var plain = _blocks.Add(new DagPbNode([new DagLink("a", File, 0)], new UnixFsData(UnixFsType.Directory).Encode()));
        AssertRefused(_blocks.Add(new DagPbNode([new DagLink("00", plain, 0)], Shard(256).Encode())));
    }

    [Fact]
    public void A_changed_shard_is_another_or_refused()
    {
        var good = new DagPbNode([new DagLink("00a", File, 1), new DagLink("01b", File, 2)], Shard(256).Encode()).Encode();
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Sample((at, value) =>
        {
            var changed = (byte[])good.Clone();
            changed[at] = value;
            try
            {
                // A link that became a shard is answered by the shard it lies in.
                return DirectoryDag.Entries(File, _ => changed).Count() <= 2;
            }
            catch (InvalidDataException)
            {
                return true;
            }
        }, iter: 3_000);
    }

    private void AssertRefused(Cid directory) =>
        Assert.Throws<InvalidDataException>(() => DirectoryDag.Entries(directory, _blocks.Get).Count());

    private static UnixFsData Shard(ulong? fanout) => new(UnixFsType.HamtShard) { Data = new byte[] { 1 }, HashFunction = 0x22, Fanout = fanout };
}

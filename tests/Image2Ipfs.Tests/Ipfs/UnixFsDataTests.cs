using CsCheck;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Tests;

public sealed class UnixFsDataTests
{
    private static readonly Gen<ulong> Numbers = Gen.ULong[0, long.MaxValue];

    private static readonly Gen<UnixFsData> Messages =
        Gen.Select(Gen.Int[0, 5], Gen.Byte.Array[0, 40], Numbers.Nullable(), Numbers.List[0, 8], Numbers.Nullable(), Numbers.Nullable())
            .Select((type, data, size, blocks, function, fanout) => new UnixFsData((UnixFsType)type)
            {
                Data = data,
                FileSize = size,
                BlockSizes = blocks,
                HashFunction = function,
                Fanout = fanout,
            });

    [Theory]
    [InlineData("0801", UnixFsType.Directory, "", null)]
    [InlineData("08021800", UnixFsType.File, "", 0)]
    [InlineData("080212026869" + "1802", UnixFsType.File, "6869", 2)]
    [InlineData("0800120161" + "1801", UnixFsType.Raw, "61", 1)]
    public void Messages_are_written_as_the_specification_shows(string hex, UnixFsType type, string data, int? size)
    {
        var message = new UnixFsData(type) { Data = Convert.FromHexString(data), FileSize = (ulong?)size };
        Assert.Equal(hex, Convert.ToHexStringLower(message.Encode()));
        AssertSame(message, UnixFsData.Decode(Convert.FromHexString(hex)));
    }

    [Fact]
    public void Block_sizes_are_written_one_by_one_and_read_packed_too()
    {
        var message = new UnixFsData(UnixFsType.File) { FileSize = 301, BlockSizes = [300, 1] };
        Assert.Equal("080218ad0220ac022001", Convert.ToHexStringLower(message.Encode()));
        AssertSame(message, UnixFsData.Decode(Convert.FromHexString("080218ad022203ac0201")));
    }

    [Fact]
    public void Every_message_reads_back() => Messages.Sample(message => AssertSame(message, UnixFsData.Decode(message.Encode())));

    [Fact]
    public void Mode_time_and_unknown_fields_are_skipped()
    {
        // mode 0644, mtime 1700000000 s with nanoseconds as a fixed32, then a fixed64, a fixed32 and text in fields nobody knows
        var hex = "0801" + "38a403" + "420b0880e2cfaa061501000000" + "490000000000000000" + "5500000000" + "5a0161";
        AssertSame(new UnixFsData(UnixFsType.Directory), UnixFsData.Decode(Convert.FromHexString(hex)));
    }

    [Theory]
    [InlineData("")] // no type
    [InlineData("1800")]
    [InlineData("08")]
    [InlineData("0880")]
    [InlineData("0806")] // a type that nobody knows
    [InlineData("088280808010")] // 2^32 + 2, which is no file
    [InlineData("080212")]
    [InlineData("08021205ffff")]
    [InlineData("080212ffffffffffffffff7f")]
    [InlineData("080218")]
    [InlineData("08022201ff")] // packed sizes cut off
    [InlineData("08014900000000")] // a fixed64 cut off
    [InlineData("080155000000")] // a fixed32 cut off
    [InlineData("08014b")] // a group, which proto3 has not
    [InlineData("08014f")] // wire type 7
    public void What_is_no_message_is_refused(string hex) =>
        Assert.Throws<InvalidDataException>(() => UnixFsData.Decode(Convert.FromHexString(hex)));

    [Fact]
    public void A_changed_message_is_another_or_refused() =>
        Gen.Select(Messages, Gen.Int[0, 500], Gen.Byte, Gen.Bool).Sample((message, at, value, cut) =>
        {
            var bytes = message.Encode();
            at %= bytes.Length;
            bytes[at] = value;
            try
            {
                UnixFsData.Decode(cut ? bytes.AsMemory(0, at) : bytes);
            }
            catch (InvalidDataException)
            {
            }
        }, iter: 5_000);

    private static void AssertSame(UnixFsData expected, UnixFsData actual)
    {
        Assert.Equal(
            (expected.Type, expected.FileSize, expected.HashFunction, expected.Fanout),
            (actual.Type, actual.FileSize, actual.HashFunction, actual.Fanout));
        Assert.Equal(expected.Data.ToArray(), actual.Data.ToArray());
        Assert.Equal(expected.BlockSizes, actual.BlockSizes);
    }
}

using System.Buffers;
using CsCheck;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Tests;

public sealed class VarintTests
{
    [Theory]
    [InlineData(0, "00")]
    [InlineData(1, "01")]
    [InlineData(127, "7f")]
    [InlineData(128, "8001")]
    [InlineData(255, "ff01")]
    [InlineData(300, "ac02")]
    [InlineData(16384, "808001")]
    [InlineData(long.MaxValue, "ffffffffffffffff7f")]
    public void Numbers_are_written_as_the_specification_lists_them(ulong number, string hex)
    {
        Assert.Equal(hex, Convert.ToHexStringLower(Write(number)));
        Assert.Equal(hex.Length / 2, Varint.Length(number));
        ReadOnlySpan<byte> bytes = [.. Convert.FromHexString(hex), 9];
        Assert.Equal(number, Varint.Read(ref bytes));
        Assert.Equal([9], bytes.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("ffff")]
    [InlineData("80808080808080808001")]
    [InlineData("ffffffffffffffffffff01")]
    public void What_is_cut_off_or_too_long_is_refused(string hex) =>
        Assert.Throws<InvalidDataException>(() =>
        {
            ReadOnlySpan<byte> bytes = Convert.FromHexString(hex);
            return Varint.Read(ref bytes);
        });

    [Fact]
    public void Every_number_of_63_bits_reads_back() => Gen.ULong[0, long.MaxValue].Sample(number =>
    {
        var bytes = Write(number);
        ReadOnlySpan<byte> rest = bytes;
        Assert.Equal(bytes.Length, Varint.Length(number));
        Assert.Equal(number, Varint.Read(ref rest));
        Assert.True(rest.IsEmpty);
    });

    private static byte[] Write(ulong number)
    {
        var to = new ArrayBufferWriter<byte>();
        Varint.Write(to, number);
        return to.WrittenSpan.ToArray();
    }
}

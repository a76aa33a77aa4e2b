using System.Globalization;
using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests;

public sealed class RangeHeaderTests
{
    public static TheoryData<string, long, string> Parse => Section("parse");

    /// <summary>The table of Go's net/http, which registries written in Go answer by.</summary>
    [Theory]
    [MemberData(nameof(Parse))]
    public void Headers_are_read_as_Go_reads_them(string header, long size, string expected)
    {
        var parts = RangeHeader.Parse(header, size);
        // On purpose another answer than Go's 416: RFC 9110 14.2 says to ignore a unit that one does not know.
        if (header == "foo")
            expected = "none";
        Assert.Equal(expected switch { "none" => null, "invalid" => "", _ => expected }, parts is null ? null : string.Join(' ', parts.Select(p => $"{p.Start}+{p.Length}")));
    }

    [Theory]
    [InlineData("bytes=-0", 10)]
    [InlineData("bytes=10-", 10)]
    [InlineData("bytes=0-", 0)]
    [InlineData("bytes=99999999999999999999-", 10)]
    [InlineData("bytes=0-99999999999999999999", 10)]
    [InlineData("bytes=+1-2", 10)]
    [InlineData("bytes=1-2-3", 10)]
    public void What_cannot_be_satisfied_is_empty(string header, long size) => Assert.Equal([], RangeHeader.Parse(header, size)!);

    [Theory]
    [InlineData("bytes=0-9,0-9", 10)]
    [InlineData("bytes=0-,1-,2-,3-,4-", 11)]
    [InlineData("octets=0-5", 10)]
    [InlineData("bytes 0-5", 10)]
    public void Parts_that_are_more_than_everything_and_other_units_mean_everything(string header, long size) => Assert.Null(RangeHeader.Parse(header, size));

    [Fact]
    public void The_unit_is_read_without_case() => Assert.Equal([(0, 5)], RangeHeader.Parse("BYTES=0-4", 10)!);

    internal static TheoryData<string, long, string> Section(string name)
    {
        var rows = new TheoryData<string, long, string>();
        foreach (var line in File.ReadLines(Vectors.File("range.tsv")).Select(l => l.Split('\t')).Where(l => l[0] == name))
            rows.Add(line[1], long.Parse(line[2], CultureInfo.InvariantCulture), line[3]);
        return rows;
    }
}

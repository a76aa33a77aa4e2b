using CsCheck;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Tests;

public sealed class AcceptHeaderTests
{
    private const string Schema2 = "application/vnd.docker.distribution.manifest.v2+json";
    private const string OciIndex = "application/vnd.oci.image.index.v1+json";

    [Fact]
    public void Without_lines_or_with_empty_ones_the_header_is_absent()
    {
        Assert.True(AcceptHeader.Parse([]).IsAbsent);
        Assert.True(AcceptHeader.Parse([null, "", " ", " , "]).IsAbsent);
        Assert.False(AcceptHeader.Parse(["*/*"]).IsAbsent);
        Assert.Equal(0, AcceptHeader.Parse([]).Quality(MediaType.Schema2));
    }

    [Fact]
    public void Types_are_read_from_every_line_and_every_comma()
    {
        var accept = AcceptHeader.Parse([Schema2, $"application/json , {OciIndex};foo=bar"]);
        Assert.Equal(1, accept.Quality(MediaType.Schema2));
        Assert.Equal(1, accept.Quality(MediaType.OciIndex));
        Assert.Equal(0, accept.Quality(MediaType.OciManifest));
        Assert.Equal(0, accept.Quality(MediaType.Schema1Signed));
    }

    [Theory]
    [InlineData(Schema2, 1)]
    [InlineData(OciIndex, 0)]
    [InlineData("text/html", 0)]
    [InlineData("*/*", 1)]
    [InlineData("application/*", 1)]
    [InlineData("text/*", 0)]
    [InlineData("application/*, text/html", 1)]
    [InlineData("text/html, application/xhtml+xml", 0)]
    [InlineData("Application/VND.Docker.Distribution.Manifest.V2+JSON", 1)]
    [InlineData(Schema2 + ";q=0.5", 0.5)]
    [InlineData(Schema2 + "; q=0.5", 0.5)]
    [InlineData(Schema2 + ";Q=0.25", 0.25)]
    [InlineData(Schema2 + ";charset=utf-8;q=0.125", 0.125)]
    [InlineData(Schema2 + ";q=0", 0)]
    [InlineData(Schema2 + ";q=0.000", 0)]
    [InlineData(Schema2 + ";q=7", 1)]
    [InlineData(Schema2 + ";q=", 1)]
    [InlineData(Schema2 + ";q=x", 1)]
    [InlineData(Schema2 + ";;", 1)]
    [InlineData(Schema2 + ";q=0.5, " + Schema2 + ";q=0.75", 0.75)]
    // the most specific range decides, whatever stands where
    [InlineData("*/*, " + Schema2 + ";q=0", 0)]
    [InlineData(Schema2 + ";q=0, */*", 0)]
    [InlineData("application/*;q=0.25, */*", 0.25)]
    [InlineData("*/*;q=0.5, application/*;q=0", 0)]
    [InlineData("*/*;q=0.5, text/html", 0.5)]
    // garbage
    [InlineData(";", 0)]
    [InlineData(";q=1", 0)]
    [InlineData("/*", 0)]
    [InlineData("*", 0)]
    [InlineData("application/vnd*", 0)]
    [InlineData("application", 0)]
    public void The_quality_of_schema_2_is(string line, double quality) =>
        Assert.Equal(quality, AcceptHeader.Parse([line]).Quality(MediaType.Schema2));

    [Fact]
    public void Nothing_that_a_client_sends_throws() => Gen.String[Gen.Char["*/,;q=01. avnd+\0\u00e9"], 0, 40].Array[0, 4].Sample(lines =>
        AcceptHeader.Parse(lines).Quality(MediaType.Schema2) is >= 0 and <= 1, iter: 5_000);
}

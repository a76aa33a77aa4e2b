using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Rules;

/// <summary>Headers, lines, and what is wrong with them.</summary>
public sealed class DenylistFileTests : IDisposable
{
    private const string A = "/ipfs/QmecDgNqCRirkc3Cjz9eoRBNwXGckJ9WvTdmY16HP88768";
    private const string B = "/ipfs/QmesfgDQ3q6prBy2Kg2gKbW4MAGuWiRP2DVuGA5MZSERLo";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", 0)]
    [InlineData("# nothing\n\n   \n", 0)]
    [InlineData(A, 1)]
    [InlineData($"{A}\n{B}", 2)]
    [InlineData($"{A}\r\n{B}\r\n", 2)]
    [InlineData($"---\n{A}\n", 1)]
    [InlineData($"version: 1\nname: x\nhints:\n  a: b\nelse: [1, 2]\n---\n{A}\n", 1)]
    [InlineData($"version: 1\r\n---\r\n{A}\r\n", 1)]
    [InlineData($"\uFEFF# of Windows\n{A}\n", 1)]
    public void Files_are_read_with_and_without_a_header(string text, int rules)
    {
        var file = Read(text);
        Assert.Equal((rules, 0), (file.Rules.Count, file.Broken.Count));
    }

    [Theory]
    [InlineData("/ipfs/nonsense", "'nonsense' is no CID")]
    [InlineData("/ipfs/", "'-' is no CID")]
    [InlineData("/ipns/", "'-' is no IPNS name")]
    [InlineData("/ipns/*", "'*' is no IPNS name")]
    [InlineData("//nonsense!", "neither")]
    [InlineData("//", "neither")]
    [InlineData("//12D3KooWDkNqEJNmreF3NYYFK1ws7Ra2fuW6cHBTu567SPV3LdYA", "neither")] // identity hides nothing
    [InlineData("//d9d295bde21f422d471a90f2a37ec53049fdf3e5fa3ee2e8f20e10003da429", "neither")]
    [InlineData("/mime/text/html", "not known")]
    [InlineData("/some/path*", "not known")]
    [InlineData("QmecDgNqCRirkc3Cjz9eoRBNwXGckJ9WvTdmY16HP88768", "not known")]
    [InlineData("!", "not known")]
    [InlineData("\u001B[31m", "not known")]
    public void A_line_that_is_no_rule_is_told_with_its_number_and_the_others_hold(string line, string problem)
    {
        var file = Read($"version: 1\n---\n{A}\n{line}\n{B}\n");
        Assert.Equal(2, file.Rules.Count);
        var (number, text) = Assert.Single(file.Broken);
        Assert.Equal(4, number);
        Assert.Contains(problem, text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001B', text);
    }

    [Theory]
    [InlineData("version: 2\n---\n", ":2: a denylist of version 2 is not known here")]
    [InlineData("version: [\n---\n", "the header is no YAML")]
    [InlineData("version: one\n---\n", "the header is no YAML")]
    [InlineData("hints:\n  a:\n    b: c\n---\n", "the header is no YAML")]
    [InlineData($"{A}\n---\n{B}\n", "the header is no YAML")]
    public void A_header_that_cannot_be_read_is_an_error(string text, string problem)
    {
        var error = Assert.Throws<FormatException>(() => Read(text));
        Assert.Contains(_folder["list.deny"], error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_nested_without_end_is_an_error_and_no_crash() =>
        Assert.Throws<FormatException>(() => Read($"hints: {new string('[', 500_000)}\n---\n"));

    [Fact]
    public void A_header_of_more_than_a_mebibyte_is_none()
    {
        var file = Read($"{string.Concat(Enumerable.Repeat($"{A}\n", 20_000))}version: 7\n---\n{B}\n");
        Assert.Equal(20_001, file.Rules.Count);
        Assert.Equal([20_001, 20_002], file.Broken.Select(b => b.Line));
    }

    [Fact]
    public void A_line_that_is_too_long_is_an_error_with_its_number()
    {
        var error = Assert.Throws<FormatException>(() => Read($"{A}\n# {new string('x', 2 << 20)}\n"));
        Assert.Contains($"{_folder["list.deny"]}:2: a line is longer than", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, Read($"{A} {new string('x', (2 << 20) - 100)}\n").Rules.Count);
    }

    [Fact]
    public void Rules_against_empty_things_are_noted_and_do_not_count()
    {
        var file = Read($"/ipfs/QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn\n{A}\n");
        Assert.Empty(file.Broken);
        Assert.Equal(1, Assert.Single(file.Rules.Notes).Line);
    }

    private DenylistFile Read(string text)
    {
        File.WriteAllText(_folder["list.deny"], text);
        return DenylistFile.Read(_folder["list.deny"]);
    }
}

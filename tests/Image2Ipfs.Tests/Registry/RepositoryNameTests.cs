using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Tests;

public sealed class RepositoryNameTests
{
    /// <summary>Rows with a port or an upper-case letter are left out: a host may have them, a repository's path may not.</summary>
    public static TheoryData<string, bool> FullNames =>
    [
        .. Vectors.Rows("reference.tsv")
            .Where(row => row["kind"] == "regexp:FullNameRegexp" && !row["input"].Any(c => c == ':' || char.IsAsciiLetterUpper(c)))
            .Select(row => new TheoryDataRow<string, bool>(row["input"], row["valid"] == "yes")),
    ];

    // The table's longest row has more than 255 characters: the regular expression that it tests has no limit.
    [Theory, MemberData(nameof(FullNames))]
    public void Every_full_name_of_the_table_holds(string text, bool valid)
    {
        Assert.Equal(valid && text.Length <= RepositoryName.MaxLength, RepositoryName.TryParse(text, out var name));
        if (valid && text.Length <= RepositoryName.MaxLength)
            Assert.Equal(text, name.ToString());
    }

    [Fact]
    public void The_table_is_there() => Assert.True(FullNames.Count > 35);

    [Fact]
    public void A_name_has_at_most_255_characters()
    {
        Assert.True(RepositoryName.TryParse("a/" + new string('b', 253), out _));
        Assert.False(RepositoryName.TryParse("a/" + new string('b', 254), out _));
        Assert.False(RepositoryName.TryParse(new string('-', 100_000), out _));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a\n")]
    [InlineData("\na")]
    [InlineData("a..b")]
    [InlineData("a___b")]
    [InlineData("a._b")]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("/a")]
    [InlineData("a b")]
    [InlineData("a%2fb")]
    [InlineData("á")]
    [InlineData("٣")]
    [InlineData("QmXobd2Bvr2NaLwvWamszFEZQVw9qMh5rJtdx9CSwQWw5a")]
    public void What_is_no_name_is_refused(string? text)
    {
        Assert.False(RepositoryName.TryParse(text, out _));
        Assert.Throws<FormatException>(() => RepositoryName.Parse(text!));
    }
}

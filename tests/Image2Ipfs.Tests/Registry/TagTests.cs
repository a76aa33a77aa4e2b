using Image2Ipfs.Registry;

namespace Image2Ipfs.Tests;

public sealed class TagTests
{
    [Theory]
    [InlineData("latest")]
    [InlineData("1.2.3-rc.1_x")]
    [InlineData("_")]
    [InlineData("V1")]
    [InlineData("a..b")]
    public void A_tag_prints_as_it_was(string text) => Assert.Equal(text, Tag.Parse(text).ToString());

    [Fact]
    public void A_tag_has_at_most_128_characters()
    {
        Assert.True(Tag.TryParse(new string('a', 128), out _));
        Assert.False(Tag.TryParse(new string('a', 129), out _));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".a")]
    [InlineData("-a")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a:b")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("á")]
    [InlineData("a+b")]
    [InlineData("sha256:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9")]
    public void What_is_no_tag_is_refused(string? text)
    {
        Assert.False(Tag.TryParse(text, out _));
        Assert.Throws<FormatException>(() => Tag.Parse(text!));
    }
}

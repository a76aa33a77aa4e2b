using System.Buffers;
using System.Text;
using System.Text.Json;
using CsCheck;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Tests;

public sealed class GoJsonTests
{
    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("a\"b\\c/d", "\"a\\\"b\\\\c/d\"")]
    [InlineData("\n\r\t", "\"\\n\\r\\t\"")]
    [InlineData("\0\b\f\u001f\u007f", "\"\\u0000\\u0008\\u000c\\u001f\u007f\"")]
    [InlineData("<a> & 'b'+c", "\"\\u003ca\\u003e \\u0026 'b'+c\"")]
    [InlineData("\u2027\u2028\u2029\u202a", "\"\u2027\\u2028\\u2029\u202a\"")]
    [InlineData("é 漢 𝄞", "\"é 漢 𝄞\"")]
    public void A_string_is_escaped_as_Go_does(string text, string json) => Assert.Equal(json, GoJson.Quote(text));

    [Fact]
    public void A_lone_surrogate_becomes_the_replacement_character() => Assert.Equal("\"a\ufffdb\"", GoJson.Quote("a\ud834b"));

    [Theory]
    [InlineData("{ \"a\" : [ 1 , 2.50e+1 ,\tnull ] ,\r\n \"b\":{ } }", "{\"a\":[1,2.50e+1,null],\"b\":{}}")]
    [InlineData("\" a \\\" b \\\\\" ", "\" a \\\" b \\\\\"")]
    [InlineData("\"\\u003c \\/ \\u00e9\"", "\"\\u003c \\/ \\u00e9\"")]
    [InlineData("\"<>&\u2028\u2029\u2027é\"", "\"\\u003c\\u003e\\u0026\\u2028\\u2029\u2027é\"")]
    public void A_compact_value_keeps_its_spelling_but_for_white_space_and_html(string json, string compact)
    {
        var to = new ArrayBufferWriter<byte>();
        GoJson.WriteCompact(to, Encoding.UTF8.GetBytes(json));
        Assert.Equal(compact, Encoding.UTF8.GetString(to.WrittenSpan));
    }

    [Fact]
    public void Every_string_reads_back() => Gen.String.Sample(text =>
        Assert.Equal(string.Concat(text.EnumerateRunes()), JsonSerializer.Deserialize<string>(GoJson.Quote(text))));
}

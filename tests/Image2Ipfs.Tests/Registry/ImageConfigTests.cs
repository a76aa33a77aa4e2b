using System.Text;
using CsCheck;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Tests;

public sealed class ImageConfigTests
{
    private const string DiffId = "sha256:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";

    [Fact]
    public void A_configuration_says_platform_layers_and_history()
    {
        var bytes = Vectors.Bytes("schema1", "cfg.json");
        var config = ImageConfig.Parse(bytes);
        Assert.Equal(bytes, config.Bytes.ToArray());
        Assert.Equal("linux/amd64", config.Platform.ToString());
        Assert.Equal(3, config.DiffIds.Count);
        Assert.Equal("sha256:5a432eef711eed964c7932dd7112527aafe8cd36ed2538453a42fbab77673410", config.DiffIds[^1].ToString());
        Assert.Equal(
            [
                new("2015-10-31T22:22:54.690851953Z", "ADD file <x> & \u2028 in /", "", "", false),
                new("2015-10-31T22:22:55.613815829Z", "CMD", "", "", true),
                new("2015-11-04T23:06:31Z", "RUN", "A <a@b.c>", "c", false),
                new ImageConfig.HistoryEntry("2015-11-04T23:06:32.3Z", "COPY", "", "", false),
            ],
            config.History);
    }

    [Fact]
    public void Platform_history_and_layers_may_be_absent()
    {
        var config = Parse("""{"rootfs":{},"variant":"v8","architecture":"arm64","os":"linux"}""");
        Assert.Equal(("linux/arm64/v8", 0, 0), (config.Platform.ToString(), config.DiffIds.Count, config.History.Count));
        config = Parse("""{"rootfs":{"diff_ids":null},"history":null,"os":null}""");
        Assert.Equal((new Platform("", ""), 0, 0), (config.Platform, config.DiffIds.Count, config.History.Count));
    }

    [Theory]
    [InlineData("2015-11-04T23:06:31Z", "2015-11-04T23:06:31Z")]
    [InlineData("2015-11-04T23:06:31.000Z", "2015-11-04T23:06:31Z")]
    [InlineData("2015-11-04T23:06:31.120Z", "2015-11-04T23:06:31.12Z")]
    [InlineData("2015-11-04T23:06:31.1234567891Z", "2015-11-04T23:06:31.123456789Z")]
    [InlineData("2015-11-04T23:06:31+00:00", "2015-11-04T23:06:31Z")]
    [InlineData("2015-11-04T23:06:31.5-07:30", "2015-11-04T23:06:31.5-07:30")]
    [InlineData("", "0001-01-01T00:00:00Z")]
    [InlineData(null, "0001-01-01T00:00:00Z")]
    public void A_time_prints_as_Go_prints_it(string? created, string printed)
    {
        var json = created is null ? "{}" : $$"""{"created":"{{created}}"}""";
        Assert.Equal(printed, Parse($$"""{"rootfs":{},"history":[{{json}}]}""").History[0].Created);
    }

    [Theory]
    [InlineData("2015-11-04 23:06:31Z")]
    [InlineData("2015-11-04T23:06:31")]
    [InlineData("2015-13-04T23:06:31Z")]
    [InlineData("2015-11-04T23:06:31.Z")]
    [InlineData("2015-11-04T23:06:31.٣Z")]
    [InlineData("2015-11-04T23:06:31+٠٠:٠٠")]
    [InlineData("yesterday")]
    public void A_time_that_is_none_is_refused(string created) =>
        Assert.Throws<FormatException>(() => Parse($$"""{"rootfs":{},"history":[{"created":"{{created}}"}]}"""));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("""{"rootfs":null}""")]
    [InlineData("""{"rootfs":[]}""")]
    [InlineData("""{"rootfs":"layers"}""")]
    [InlineData("""{"rootfs":{"diff_ids":{}}}""")]
    [InlineData("""{"rootfs":{"diff_ids":[7]}}""")]
    [InlineData("""{"rootfs":{"diff_ids":[null]}}""")]
    [InlineData("""{"rootfs":{"diff_ids":["sha256:abc"]}}""")]
    [InlineData("""{"rootfs":{"base_layer":7}}""")]
    [InlineData("""{"rootfs":{},"history":{}}""")]
    [InlineData("""{"rootfs":{},"history":[7]}""")]
    [InlineData("""{"rootfs":{},"history":[{"created":7}]}""")]
    [InlineData("""{"rootfs":{},"history":[{"created_by":[]}]}""")]
    [InlineData("""{"rootfs":{},"history":[{"empty_layer":"true"}]}""")]
    [InlineData("""{"rootfs":{},"os":{}}""")]
    [InlineData("""{"rootfs":{},"architecture":"\ud800"}""")]
    [InlineData("""{"rootfs":{}} x""")]
    [InlineData("""{"\ud800":1,"rootfs":{},"history":[],"os":"linux","architecture":"arm","variant":"v7"}""")]
    public void What_is_no_configuration_is_refused(string json) => Assert.Throws<FormatException>(() => Parse(json));

    [Fact]
    public void Deep_nesting_is_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 100_000));
        Assert.Throws<FormatException>(() => Parse(deep));
        Assert.Throws<FormatException>(() => Parse($$"""{"rootfs":{"diff_ids":["{{DiffId}}"]},"x":{{new string('[', 5000)}}{{new string(']', 5000)}}}"""));
    }

    [Fact]
    public void Text_that_is_no_UTF_8_is_refused()
    {
        byte[] json = [.. "{\"rootfs\":{},\"os\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        Assert.Throws<FormatException>(() => ImageConfig.Parse(json));
    }

    [Fact]
    public void A_changed_configuration_is_another_or_refused()
    {
        var good = Vectors.Bytes("schema1", "cfg.json");
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length - 1], Gen.Char["\"{}[],:0\\n"]).Sample((at, value, at2, mark) =>
        {
            var changed = (byte[])good.Clone();
            changed[at] = value;
            changed[at2] = (byte)mark;
            try
            {
                ImageConfig.Parse(changed);
            }
            catch (FormatException)
            {
            }
        }, iter: 5_000);
    }

    private static ImageConfig Parse(string json) => ImageConfig.Parse(Encoding.UTF8.GetBytes(json));
}

using System.Numerics;
using System.Security.Cryptography;
using CsCheck;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Tests;

public sealed class CidTests
{
    private const string HelloWorld = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";
    private const string LowerAlphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789";

    private static readonly Gen<Cid> Cids = Gen.Select(Gen.Byte.Array[32], Gen.Int[0, 2])
        .Select((hash, kind) => kind switch { 0 => Cid.V0(hash), 1 => Cid.V1(Cid.DagPb, hash), _ => Cid.V1(Cid.Raw, hash) });

    /// <summary>The first row is jvassev/image2ipfs, util/base_convert_test.go; then the empty file and the empty directory.</summary>
    public static TheoryData<string, string> DockerizedForms => new()
    {
        { "QmXobd2Bvr2NaLwvWamszFEZQVw9qMh5rJtdx9CSwQWw5a", "ciqizic7pchyn7y7trnis24rp4y5jal4fixlytecaap2k4jawrdp6gi" },
        { "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH", "ciql7tg2pb52xizllhdyiufmhuqlmmzwbnbzsldxfcpz5vdnqq2wdzq" },
        { "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn", "ciqftfeehedf6klbt32bfaglxezl4uwfnwm4lftlmxqbcerz6cmlx3y" },
    };

    /// <summary>
    /// base32, base36, base16, base58: a raw block, the empty raw block, a directory, an Ed25519 IPNS name, an identity CID.
    /// The first row is go-cid's own example. The others were computed apart from this library, with big integers.
    /// </summary>
    public static TheoryData<string, string, string, string> MultibaseForms => new()
    {
        {
            "bafkreidon73zkcrwdb5iafqtijxildoonbwnpv7dyd6ef3qdgads2jc4su", "k2cwuebehu25964wkyur07ojbfw5otexdh4mq0cbtw10597acwdqhtat",
            "f015512206e6ff7950a36187a801613426e858dce686cd7d7e3c0fc42ee0330072d245c95", "zb2rhe5P4gXftAwvA4eXQ5HJwsER2owDyS9sKaQRRVQPn93bA"
        },
        {
            HelloWorld, "k2cwued9o1pvrt3q271rrqbo49x30tbxwpoeaq75z14e5ui2rzygpbe1",
            "f01551220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9", "zb2rhj7crUKTQYRGCRATFaQ6YFLTde2YzdqbbhAASkL9uRDXn"
        },
        {
            "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku", "k2cwueebp9wws0fnm29jatrrbqocjaivp132efhd99cd5phw2odywbit",
            "f01551220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "zb2rhmy65F3REf8SZp7De11gxtECBGgUKaLdiDj7MCGCHxbDW"
        },
        {
            "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354", "k2jmtxtlhjl3fhmgndf92e48by79ryjuvqp3y2qgehpao6v3lurvnmcv",
            "f0170122059948439065f29619ef41280cbb932be52c56d99c5966b65e0111239f098bbef", "zdj7WbTaiJT1fgatdet9Ei9iDB5hdCxkbVyhyh8YTUnXMiwYi"
        },
        {
            "bafzaajaiaejcbzdibmxyzdjbbehgvizh6g5tikvy47mshdy6gwbruvgwvd24seje", "k51qzi5uqu5dlvj2baxnqndepeb86cbk3ng7n3i46uzyxzyqj2xjonzllnv0v8",
            "f0172002408011220e4680b2f8c8d21090e6aa327f1bb342ab8e7d9238f1e35831a54d6a8f5c91124", "z5AanNVJCxnWCzDzCerCejh6EdigZJnNfHrJGzTp5TT2moo7mRGhZZu"
        },
        { "bafkqablimvwgy3y", "k56om9dv6jyc1b", "f0155000568656c6c6f", "zz38RSTEEJSA" },
    };

    [Theory, MemberData(nameof(DockerizedForms))]
    public void The_dockerized_form_is_the_originals(string base58, string dockerized)
    {
        Assert.Equal(dockerized, Cid.Parse(base58).ToRepositoryComponent());
        Assert.Equal(base58, Cid.Parse(dockerized).ToString());
        Assert.Equal(0, Cid.Parse(dockerized).Version);
    }

    [Theory, MemberData(nameof(MultibaseForms))]
    public void Every_text_form_is_the_same_cid_and_prints_back(string base32, string base36, string base16, string base58)
    {
        var cid = Cid.Parse(base32);
        Assert.All([base36, base16, base58], text => Assert.Equal(cid, Cid.Parse(text)));
        Assert.Equal((base32, base36, base16), (cid.ToBase32(), cid.ToBase36(), cid.ToBase16()));
        Assert.Equal(base32, cid.ToString());
        Assert.Equal(base32, cid.ToRepositoryComponent());
    }

    /// <summary>Computed apart from this library: bits in groups of one, three and five, and big integers.</summary>
    [Theory]
    [InlineData("bafkqablimvwgy3y", "0000000010101010100000000000001010110100001100101011011000110110001101111")]
    [InlineData("bafkqablimvwgy3y", "7002524000126414533066157")]
    [InlineData("bafkqablimvwgy3y", "924571645512869768303")]
    [InlineData("bafkqablimvwgy3y", "v05ag01b8clm6oro")]
    [InlineData("bafkqablimvwgy3y", "hyfkoybmecisga5a")]
    [InlineData(HelloWorld, "7002524221013451511734623232370105122712265755175527753044116774336451600735102107572634273746751")]
    [InlineData(HelloWorld, "92588233031955812706747513082175033991398687589806636798150297017567749752950885436905")]
    [InlineData(HelloWorld, "v05ah485p9kjrj4qd7o4aabiiqvd7ravqoi2evorqae0et448uume5rudt4")]
    [InlineData(HelloWorld, "hyfktref3jwu5ur4p8arkkm1149p85k94a1nq9a54kqyq7rre66sqf56p7r")]
    // 40 bytes need no padding
    [InlineData("bafzaajaiaejcbzdibmxyzdjbbehgvizh6g5tikvy47mshdy6gwbruvgwvd24seje", "cafzaajaiaejcbzdibmxyzdjbbehgvizh6g5tikvy47mshdy6gwbruvgwvd24seje")]
    [InlineData("bafzaajaiaejcbzdibmxyzdjbbehgvizh6g5tikvy47mshdy6gwbruvgwvd24seje", "t05p0090804921p381cnop3911476l8p7u6tj8alosvci73ou6m1hkl6ml3qsi494")]
    public void Every_other_base_without_upper_case_letters_is_read_too(string base32, string text)
    {
        Assert.Equal(Cid.Parse(base32), Cid.Parse(text));
        Assert.False(Cid.TryParse(text + "0", out _));
        Assert.False(Cid.TryParse(text[..^1], out _));
    }

    /// <summary>As the original's author wished for: shorter than base32, and as lower-case.</summary>
    [Fact]
    public void The_bytes_of_a_v0_in_base36_are_read_without_a_prefix() => Gen.Byte.Array[32].Sample(hash =>
    {
        var cid = Cid.V0(hash);
        var number = new BigInteger(cid.Bytes, isUnsigned: true, isBigEndian: true);
        var text = "";
        for (; number > 0; number /= 36)
            text = LowerAlphanumeric[(int)((number + 26) % 36)] + text;
        Assert.Equal((52, "mu"), (text.Length, text[..2]));
        Assert.Equal(cid, Cid.Parse(text));
    });

    [Fact]
    public void A_raw_cid_is_the_sha256_digest_spelled_anew()
    {
        var digest = Digest.Parse("sha256:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9");
        Assert.Equal(HelloWorld, Cid.V1(Cid.Raw, digest.ToHash()).ToString());
        Assert.Equal(digest, Digest.FromSha256Hash(Cid.Parse(HelloWorld).Hash));
    }

    [Theory]
    [InlineData("QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH", 0, Cid.DagPb, 0x12, 32)]
    [InlineData("bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354", 1, Cid.DagPb, 0x12, 32)]
    [InlineData(HelloWorld, 1, Cid.Raw, 0x12, 32)]
    [InlineData("bafzaajaiaejcbzdibmxyzdjbbehgvizh6g5tikvy47mshdy6gwbruvgwvd24seje", 1, 0x72, 0x00, 36)]
    [InlineData("bafkrgqbqt3gerhas23vuzrapkdeqf4vu2dwxp3srdj6hvg6nhsug2tgyn6mj3u23yx7utftq3i2ckw2fwdh5qmhid5qf3t35yvkc5e5ottlw6", 1, Cid.Raw, 0x13, 64)]
    public void A_cid_says_its_version_codec_and_hash(string text, int version, ulong codec, ulong function, int hashBytes)
    {
        var cid = Cid.Parse(text);
        Assert.Equal((version, codec, function, hashBytes), (cid.Version, cid.Codec, cid.HashFunction, cid.Hash.Length));
    }

    [Fact]
    public void A_v0_and_its_v1_name_the_same_block()
    {
        var v0 = Cid.Parse("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn");
        var v1 = Cid.Parse("bafybeifx7yeb55armcsxwwitkymga5xf53dxiarykms3ygqic223w5sk3m");
        Assert.NotEqual(v0, v0.ToV1());
        Assert.Equal(v0, v0.ToV1().ToV0());
        Assert.Equal("bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354", v0.ToV1().ToString());
        Assert.Equal(v1, v1.ToV0()?.ToV1());
        Assert.Null(Cid.Parse(HelloWorld).ToV0());
    }

    [Fact]
    public void A_block_matches_by_sha256_sha512_and_identity_only()
    {
        Assert.True(Cid.Parse(HelloWorld).Matches("hello world"u8));
        Assert.False(Cid.Parse(HelloWorld).Matches("hello worle"u8));
        Assert.True(Cid.Parse("bafkqablimvwgy3y").Matches("hello"u8));
        Assert.False(Cid.Parse("bafkqablimvwgy3y").Matches("hell"u8));
        var sha512 = Cid.Parse("f01551340" + Convert.ToHexStringLower(SHA512.HashData("hello world"u8)));
        Assert.True(sha512.Matches("hello world"u8));
        Assert.False(sha512.Matches("hello worle"u8));
        var blake3 = Cid.Parse("f01551e20" + Convert.ToHexStringLower(SHA256.HashData("hello world"u8)));
        Assert.False(blake3.Matches("hello world"u8));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("b")]
    [InlineData("k")]
    [InlineData("f")]
    [InlineData("z")]
    [InlineData("Qm")]
    [InlineData("busybox")]
    [InlineData("k8s")]
    [InlineData("fedora")]
    [InlineData("ciq")]
    [InlineData("library")]
    [InlineData("sha256:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9")]
    // upper case, in whole and in part; base32 upper (B), base16 upper (F), base36 upper (K), padding
    [InlineData("BAFKREIFZJUT3TE2NHYEKKLSS27NH3K72YSCO7Y32KOAO5EEI66WOF36N5E")]
    [InlineData("bAFKREIFZJUT3TE2NHYEKKLSS27NH3K72YSCO7Y32KOAO5EEI66WOF36N5E")]
    [InlineData("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5E")]
    [InlineData("f01551220B94D27B9934D3E08A52E52D7DA7DABFAC484EFE37A5380EE9088F7ACE2EFCDE9")]
    [InlineData("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e=")]
    [InlineData(" bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e")]
    // one character too few, one too many
    [InlineData("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5")]
    [InlineData("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5ea")]
    [InlineData("QmXobd2Bvr2NaLwvWamszFEZQVw9qMh5rJtdx9CSwQWw5")]
    [InlineData("QmXobd2Bvr2NaLwvWamszFEZQVw9qMh5rJtdx9CSwQWw5aa")]
    [InlineData("ciqizic7pchyn7y7trnis24rp4y5jal4fixlytecaap2k4jawrdp6g")]
    // characters outside of the alphabet: 0 in base58, 1 in base32, g in base16
    [InlineData("QmXobd2Bvr2NaLwvWamszFEZQVw9qMh5rJtdx9CSwQWw50")]
    [InlineData("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n51")]
    [InlineData("f01551220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcdeg")]
    // the two unused bits at the end are set: a second text of the same bytes
    [InlineData("ciqizic7pchyn7y7trnis24rp4y5jal4fixlytecaap2k4jawrdp6gj")]
    [InlineData("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5f")]
    [InlineData("7002524000126414533066157302611")]
    // base2, base8, base10 and base32 with padding: no digits, a leading zero, a padding that is missing
    [InlineData("0")]
    [InlineData("0111")]
    [InlineData("78")]
    [InlineData("9024571645512869768303")]
    [InlineData("cafkqablimvwgy3y")]
    // not the 34 bytes of a v0
    [InlineData("mulibrary0000000000000000000000000000000000000000000")]
    [InlineData("mud000000000000000000000000000000000000000000000000")]
    // a v0 has no multibase form
    [InlineData("zQmXobd2Bvr2NaLwvWamszFEZQVw9qMh5rJtdx9CSwQWw5a")]
    [InlineData("kmuieh47uquomuoqjasbgcznsuqlxwkyo5jqtdm2xjrk1kjicnyhr")]
    [InlineData("f12208ca05f788f86ff1f9c5a896b917f31d4817c2a2ebc4c82001fa57120b446ff19")]
    // version 2, codec or hash cut off, sha2-256 of 31 bytes, a length that is a lie, a byte too many, a number in two bytes
    [InlineData("f02551220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9")]
    [InlineData("f01")]
    [InlineData("f0155")]
    [InlineData("f01551220")]
    [InlineData("f0155121fb94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcd")]
    [InlineData("f0155ffffffffffffffffff7fb94d27b9934d3e08a52e52d7da7dabfac484efe37a53")]
    [InlineData("f01550081800168")]
    [InlineData("f01551220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde900")]
    [InlineData("f01d5001220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9")]
    public void What_is_no_cid_is_refused(string? text)
    {
        Assert.False(Cid.TryParse(text, out var cid));
        Assert.Null(cid);
    }

    [Fact]
    public void Parse_names_the_text_that_it_refuses() =>
        Assert.Contains("'busybox'", Assert.Throws<FormatException>(() => Cid.Parse("busybox")).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_leaves_what_follows_the_cid()
    {
        ReadOnlySpan<byte> both = [.. Cid.Parse(HelloWorld).Bytes, .. Cid.Parse("QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH").Bytes, 7];
        Assert.Equal(HelloWorld, Cid.Read(ref both).ToString());
        Assert.Equal("QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH", Cid.Read(ref both).ToString());
        Assert.Equal([7], both.ToArray());
    }

    [Fact]
    public void Every_cid_prints_and_parses_back() => Cids.Sample(cid =>
    {
        Assert.All(
            [cid.ToString(), cid.ToRepositoryComponent()],
            text => Assert.Equal(cid, Cid.Parse(text)));
        Assert.All(
            [cid.ToBase32(), cid.ToBase36(), cid.ToBase16()],
            text => Assert.Equal(cid.ToV1(), Cid.Parse(text)));
        Assert.Equal(cid.GetHashCode(), Cid.Parse(cid.ToString()).GetHashCode());
    });

    [Fact]
    public void Base36_is_the_number_that_the_bytes_are() => Cids.Sample(cid =>
    {
        var number = new BigInteger(cid.ToV1().Bytes, isUnsigned: true, isBigEndian: true);
        var text = "";
        for (; number > 0; number /= 36)
            text = "0123456789abcdefghijklmnopqrstuvwxyz"[(int)(number % 36)] + text;
        Assert.Equal("k" + text, cid.ToBase36());
    });

    [Fact]
    public void Random_bytes_are_a_cid_or_refused() => Gen.Byte.Array[0, 80].Sample(bytes =>
    {
        ReadOnlySpan<byte> rest = bytes;
        try
        {
            var cid = Cid.Read(ref rest);
            Assert.Equal(cid.Bytes.Length, bytes.Length - rest.Length);
        }
        catch (InvalidDataException)
        {
        }
    }, iter: 10_000);

    [Fact]
    public void Random_texts_never_throw() =>
        Gen.Select(Gen.OneOf("b", "k", "f", "z", "Qm", "ciq", ""), Gen.OneOf(Gen.String[0, 60], Gen.String[Gen.Char[LowerAlphanumeric], 0, 60]))
            .Sample((prefix, rest) => Cid.TryParse(prefix + rest, out var cid) == (cid is not null), iter: 10_000);

    [Fact]
    public void A_changed_character_is_refused_or_another_cid() =>
        Gen.Select(Cids, Gen.Int[1, 50], Gen.Char[LowerAlphanumeric]).Sample((cid, at, character) =>
        {
            var text = cid.ToRepositoryComponent();
            var changed = text[..at] + character + text[(at + 1)..];
            if (changed != text && Cid.TryParse(changed, out var other))
                Assert.NotEqual(cid, other);
        }, iter: 2_000);
}

using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Ipns;
using Image2Ipfs.Registry;
using SimpleBase;

namespace Image2Ipfs.Gateway.Tests.Rules;

/// <summary>
/// Rules of the compact denylist format. The CIDs and what becomes of them are those of the specification's example
/// (ipfs/specs, src/compact-denylist-format.md, CC0) and of nopfs's tests (ipfs-shipyard/nopfs, tester, Apache-2.0).
/// </summary>
public sealed class DenylistTests
{
    private const string Some = "QmecDgNqCRirkc3Cjz9eoRBNwXGckJ9WvTdmY16HP88768";

    private const string List = """
        version: 1
        name: rules of every kind
        ---
        # by multihash
        /ipfs/bafybeihvvulpp4evxj7x7armbqcyg6uezzuig6jp3lktpbovlqfkuqeuoq
        # the root and all below it
        /ipfs/QmdWFA9FL52hx3j9EJZPQP1ZUH8Ygi5tLCX2cRDs6knSf8/*
        # what begins so, written in two ways
        /ipfs/Qmah2YDTfrox4watLCr3YgKyBwvjq8FJZEFdWY6WtJ3Xt2/test*
        /ipfs/QmTuvSQbEDR3sarFAN9kAeXBpiBCyYYNxdxciazBba11eC/test/*
        # exceptions
        /ipfs/QmUboz9UsQBDeS6Tug1U8jgoFkgYxyYood9NDyVURAY9pK/blocked*
        !/ipfs/QmUboz9UsQBDeS6Tug1U8jgoFkgYxyYood9NDyVURAY9pK/blockednot
        +/ipfs/QmUboz9UsQBDeS6Tug1U8jgoFkgYxyYood9NDyVURAY9pK/blocked/not
        -/ipfs/QmUboz9UsQBDeS6Tug1U8jgoFkgYxyYood9NDyVURAY9pK/blocked/exceptions*
        # names
        /ipns/domain.example
        /ipns/domain2.example/path
        /ipns/k51qzi5uqu5dhmzyv3zac033i7rl9hkgczxyl81lwoukda2htteop7d3x0y1mf
        # hashes as badbits has them: a root, a key, a domain, a path
        //d9d295bde21f422d471a90f2a37ec53049fdf3e5fa3ee2e8f20e10003da429e7
        //6ef262a67f2c7caa9722b0fe46aced2f1559c749eab2bcf2f2701f43f802e900
        //fb5a70b1aade810d21e8195a0da05f40ebd099e4b4d6bf088dc604e4fcf34263
        //3f8b9febd851873b3774b937cce126910699ceac56e72e64b866f8e258d09572
        # multihashes: a root, a path by blake3, a domain, a path below one, a key, a path below one
        //QmX9dhRcQcKUw3Ws8485T5a9dtjrSCQaUAHnG4iK9i4ceM
        //gW813G35CnLsy7gRYYHuf63hrz71U1xoLFDVeV7actx6oX
        //QmX6zeaAb8mC285YbXe4ac7LmX3jvrHBiFrw8kNnCM1bk4
        //QmcwfDuZYijxztHVR7w71WtdDaETsrGUU3ARWbNiYD3Hhp
        //QmdGtYErkPjfpUPjVMUypoX8XTE9PUTBBF6KE9AwWaBs1e
        //QmQouNeftXbxGRt4U8s838diCuMPPHCfpHTR5w8bRREs9d
        # empty things
        /ipfs/QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn
        /ipfs/bafyaabakaieac
        /ipfs/bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku
        /ipfs/bafkqaaa
        /ipfs/QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH
        /ipfs/bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua
        /ipfs/baguqeeraiqjw7i2vwntyuekgvulpp2det2kpwt6cd7tx5ayqybqpmhfk76fa

        """;

    private static readonly ContentRules Rules = TestRules.OfLists(List);

    [Theory]
    [InlineData("/ipfs/bafybeihvvulpp4evxj7x7armbqcyg6uezzuig6jp3lktpbovlqfkuqeuoq")]
    [InlineData("/ipfs/bafkreihvvulpp4evxj7x7armbqcyg6uezzuig6jp3lktpbovlqfkuqeuoq")]
    [InlineData("/ipfs/QmesfgDQ3q6prBy2Kg2gKbW4MAGuWiRP2DVuGA5MZSERLo")]
    [InlineData("/ipfs/QmdWFA9FL52hx3j9EJZPQP1ZUH8Ygi5tLCX2cRDs6knSf8")]
    [InlineData("/ipfs/QmdWFA9FL52hx3j9EJZPQP1ZUH8Ygi5tLCX2cRDs6knSf8/a/b")]
    [InlineData("/ipfs/QmdWFA9FL52hx3j9EJZPQP1ZUH8Ygi5tLCX2cRDs6knSf8/z/")]
    [InlineData("/ipfs/Qmah2YDTfrox4watLCr3YgKyBwvjq8FJZEFdWY6WtJ3Xt2/test")]
    [InlineData("/ipfs/Qmah2YDTfrox4watLCr3YgKyBwvjq8FJZEFdWY6WtJ3Xt2/test2")]
    [InlineData("/ipfs/Qmah2YDTfrox4watLCr3YgKyBwvjq8FJZEFdWY6WtJ3Xt2/test/one")]
    [InlineData("/ipfs/QmTuvSQbEDR3sarFAN9kAeXBpiBCyYYNxdxciazBba11eC/test")]
    [InlineData("/ipfs/QmTuvSQbEDR3sarFAN9kAeXBpiBCyYYNxdxciazBba11eC/test2")]
    [InlineData("/ipfs/QmTuvSQbEDR3sarFAN9kAeXBpiBCyYYNxdxciazBba11eC/test/one")]
    [InlineData("/ipfs/QmUboz9UsQBDeS6Tug1U8jgoFkgYxyYood9NDyVURAY9pK/blocked")]
    [InlineData("/ipfs/QmUboz9UsQBDeS6Tug1U8jgoFkgYxyYood9NDyVURAY9pK/blocked2")]
    [InlineData("/ipns/domain.example")]
    [InlineData("/ipns/DOMAIN.example")]
    [InlineData("/ipns/domain2.example/path")]
    [InlineData("/ipns/k51qzi5uqu5dhmzyv3zac033i7rl9hkgczxyl81lwoukda2htteop7d3x0y1mf")]
    [InlineData("/ipns/bafzaajaiaejcaotjfs57kieazxny5japcmy5p2pgv2cic77tu6ogghttvurnrufx")]
    [InlineData("/ipns/12D3KooWDkNqEJNmreF3NYYFK1ws7Ra2fuW6cHBTu567SPV3LdYA")]
    [InlineData("/ipfs/bafybeiefwqslmf6zyyrxodaxx4vwqircuxpza5ri45ws3y5a62ypxti42e")]
    [InlineData("/ipfs/bafybeiefwqslmf6zyyrxodaxx4vwqircuxpza5ri45ws3y5a62ypxti42e/path")]
    [InlineData("/ipns/k51qzi5uqu5dixwsch9wpd9rolqby1m0uqj5hhxwtxal0dwltastfmh01dlniq")]
    [InlineData("/ipns/bafzaajaiaejca3vrvdzmu4qntwa2pn6apsd4ug5k63ckdyhnd3g6vdvgvujdw62s")]
    [InlineData("/ipns/very-bad-example.eth/")]
    [InlineData("/ipfs/bafybeidjwik6im54nrpfg7osdvmx7zojl5oaxqel5cmsz46iuelwf5acja")]
    [InlineData("/ipfs/QmVTF1yEejXd9iMgoRTFDxBv7HAz9kuZcQNBzHrceuK9HR")]
    [InlineData("/ipfs/bafyb4ieqht3b2rssdmc7sjv2cy2gfdilxkfh7623nvndziyqnawkmo266a/path")]
    [InlineData("/ipfs/f01701e20903cf61d46521b05f926ba1634628d0bba8a7ffb5b6d5a3ca310682ca63b5ef0/path")]
    [InlineData("/ipns/my.domain.com")]
    [InlineData("/ipns/my.domain2.com/path")]
    [InlineData("/ipns/k51qzi5uqu5dixwsch9wpd9rolqby1m0uqj5hhxwtxal0dwltastfmh01dabcd")]
    [InlineData("/ipns/k51qzi5uqu5dixwsch9wpd9rolqby1m0uqj5hhxwtxal0dwltastfmh01d1234/mypath")]
    [InlineData("/ipns/bafzaajaiaejca3vrvdzmu4qntwa2pn6apsd4ug5k63ckdyhnd3g6vdvgvujczuoq/mypath")]
    public void What_a_rule_names_is_denied(string path)
    {
        var denial = Assert.IsType<Denial>(Rules.Find(path));
        Assert.Equal((ListKind.Denylist, 410), (denial.List, denial.Status));
        Assert.EndsWith(" is blocked and cannot be provided", denial.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/ipfs/bafybeihvvulpp4evxj7x7armbqcyg6uezzuig6jp3lktpbovlqfkuqeuoq/sub2")]
    [InlineData("/ipfs/QmesfgDQ3q6prBy2Kg2gKbW4MAGuWiRP2DVuGA5MZSERLo/sub4")]
    [InlineData("/ipfs/Qmah2YDTfrox4watLCr3YgKyBwvjq8FJZEFdWY6WtJ3Xt2/tes")]
    [InlineData("/ipfs/Qmah2YDTfrox4watLCr3YgKyBwvjq8FJZEFdWY6WtJ3Xt2")]
    [InlineData("/ipfs/Qmah2YDTfrox4watLCr3YgKyBwvjq8FJZEFdWY6WtJ3Xt2/one/test")]
    [InlineData("/ipfs/QmTuvSQbEDR3sarFAN9kAeXBpiBCyYYNxdxciazBba11eC/tes")]
    [InlineData("/ipfs/QmTuvSQbEDR3sarFAN9kAeXBpiBCyYYNxdxciazBba11eC")]
    [InlineData("/ipfs/QmTuvSQbEDR3sarFAN9kAeXBpiBCyYYNxdxciazBba11eC/one/test")]
    [InlineData("/ipfs/QmUboz9UsQBDeS6Tug1U8jgoFkgYxyYood9NDyVURAY9pK/blockednot")]
    [InlineData("/ipfs/QmUboz9UsQBDeS6Tug1U8jgoFkgYxyYood9NDyVURAY9pK/blocked/not")]
    [InlineData("/ipfs/QmUboz9UsQBDeS6Tug1U8jgoFkgYxyYood9NDyVURAY9pK/blocked/exceptions")]
    [InlineData("/ipfs/QmUboz9UsQBDeS6Tug1U8jgoFkgYxyYood9NDyVURAY9pK/blocked/exceptions2")]
    [InlineData("/ipfs/QmUboz9UsQBDeS6Tug1U8jgoFkgYxyYood9NDyVURAY9pK/blocked/exceptions/one")]
    [InlineData("/ipns/domainaefa.example")]
    [InlineData("/ipns/domain.example/path")]
    [InlineData("/ipns/domain2.example")]
    [InlineData("/ipns/domain2.example/path2")]
    [InlineData("/ipns/12D3KooWDkNqEJNmreF3NYYFK1ws7Ra2fuW6cHBTu567SPV3LdYA/path")]
    [InlineData("/ipfs/bafybeiefwqslmf6zyyrxodaxx4vwqircuxpza5ri45ws3y5a62ypxti42e/path2")]
    [InlineData("/ipfs/bafyb4ieqht3b2rssdmc7sjv2cy2gfdilxkfh7623nvndziyqnawkmo266a")]
    [InlineData("/ipfs/bafyb4ieqht3b2rssdmc7sjv2cy2gfdilxkfh7623nvndziyqnawkmo266a/path2")]
    [InlineData("/ipfs/f01701e20903cf61d46521b05f926ba1634628d0bba8a7ffb5b6d5a3ca310682ca63b5ef0/path2")]
    [InlineData("/ipns/my.domain2.com/path2")]
    [InlineData("/ipns/k51qzi5uqu5dixwsch9wpd9rolqby1m0uqj5hhxwtxal0dwltastfmh01d1234/mypath2")]
    [InlineData("/ipfs/QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn")]
    [InlineData("/ipfs/bafyaabakaieac")]
    [InlineData("/ipfs/bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku")]
    [InlineData("/ipfs/bafkqaaa")]
    [InlineData("/ipfs/QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH")]
    [InlineData("/ipfs/bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua")]
    [InlineData("/ipfs/baguqeeraiqjw7i2vwntyuekgvulpp2det2kpwt6cd7tx5ayqybqpmhfk76fa")]
    public void What_no_rule_names_may_be_had(string path) => Assert.Null(Rules.Find(path));

    /// <summary>The figures of the specification's note on making a rule with Kubo.</summary>
    [Fact]
    public void A_hashed_path_is_denied_whatever_the_CID_is_written_like()
    {
        var rules = TestRules.OfLists("//QmSju6XPmYLG611rmK7rEeCMFVuL6EHpqyvmEU6oGx3GR8");
        foreach (var root in new[] { Some, "bafybeihrw75yfhdx5qsqgesdnxejtjybscwuclpusvxkuttep6h7pkgmze" })
        {
            Assert.NotNull(rules.Find($"/ipfs/{root}/my/path"));
            Assert.Null(rules.Find($"/ipfs/{root}/my"));
            Assert.Null(rules.Find($"/ipfs/{root}"));
        }
    }

    [Fact]
    public void The_last_rule_that_fits_counts_of_whatever_kind()
    {
        var hashed = $"//{Base58.Bitcoin.Encode([0x12, 32, .. SHA256.HashData(Encoding.UTF8.GetBytes(Some))])}";
        Assert.Null(TestRules.OfLists($"/ipfs/{Some}\n!/ipfs/{Some}").Find($"/ipfs/{Some}"));
        Assert.NotNull(TestRules.OfLists($"!/ipfs/{Some}\n/ipfs/{Some}").Find($"/ipfs/{Some}"));
        Assert.Null(TestRules.OfLists($"{hashed}\n!/ipfs/{Some}").Find($"/ipfs/{Some}"));
        Assert.NotNull(TestRules.OfLists($"!/ipfs/{Some}\n{hashed}").Find($"/ipfs/{Some}"));
        Assert.Null(TestRules.OfLists($"/ipfs/{Some}/*\n!{hashed}").Find($"/ipfs/{Some}"));
        Assert.NotNull(TestRules.OfLists($"/ipfs/{Some}/*\n!{hashed}").Find($"/ipfs/{Some}/a"));
    }

    [Fact]
    public void The_last_file_that_speaks_of_it_counts()
    {
        Assert.Null(TestRules.OfLists($"/ipfs/{Some}", $"!/ipfs/{Some}").Find($"/ipfs/{Some}"));
        Assert.NotNull(TestRules.OfLists($"!/ipfs/{Some}", $"/ipfs/{Some}").Find($"/ipfs/{Some}"));
        Assert.NotNull(TestRules.OfLists($"/ipfs/{Some}", "/ipfs/QmesfgDQ3q6prBy2Kg2gKbW4MAGuWiRP2DVuGA5MZSERLo").Find($"/ipfs/{Some}"));
    }

    [Fact]
    public void Paths_are_percent_encoded_in_rules()
    {
        var rules = TestRules.OfLists($"/ipfs/{Some}/a%20b%C3%A9/\n/ipfs/{Some}/star%2A\n/ipns/a.example/c%2Fd*");
        Assert.NotNull(rules.Find($"/ipfs/{Some}/a bé"));
        Assert.NotNull(rules.Find($"/ipfs/{Some}/star*"));
        Assert.Null(rules.Find($"/ipfs/{Some}/start"));
        Assert.NotNull(rules.Find("/ipns/a.example/c/dd"));
    }

    [Theory]
    [InlineData("", "", 410, null)]
    [InlineData("", " gateway_status=451", 451, null)]
    [InlineData("", " gateway_status:451 reason=court-order-12", 451, "court-order-12")]
    [InlineData("", " gateway_status=200 what", 410, null)]
    [InlineData("hints:\n  gateway_status: 451\n  reason: by order of a court\n", "", 451, "by order of a court")]
    [InlineData("hints:\n  gateway_status: 451\n  reason: by order\n", "  gateway_status=410\treason=abuse", 410, "abuse")]
    [InlineData("hints:\n  reason: \"two\\nlines\\e[31m\"\n", "", 410, "two?lines?[31m")]
    public void Hints_say_the_status_and_the_reason(string header, string hints, int status, string? reason)
    {
        var denial = TestRules.OfLists($"{header}---\n/ipfs/{Some}{hints}\n").Find($"/ipfs/{Some}");
        Assert.Equal(new Denial(ListKind.Denylist, status, $"/ipfs/{Some} is blocked and cannot be provided{(reason is null ? "" : $": {reason}")}"), denial);
    }

    /// <summary>Whatever form a CID has in the rule and in the request: what counts is the multihash.</summary>
    [Fact]
    public void A_multihash_is_denied_in_every_form_of_its_CIDs() => Gen.Select(Gen.Byte.Array[32], Gen.Int[0, 5], Gen.Int[0, 5], Gen.Bool).Sample((hash, inRule, asked, hashed) =>
    {
        var other = Cid.V1(Cid.Raw, SHA256.HashData(hash));
        var rule = hashed ? $"//{Base58.Bitcoin.Encode([0x12, 32, .. SHA256.HashData(Encoding.UTF8.GetBytes(Cid.V0(hash).ToString()))])}" : $"/ipfs/{Form(hash, inRule)}";
        var rules = TestRules.OfLists(rule);
        return rules.Find($"/ipfs/{Form(hash, asked)}") is not null
            && rules.Find(Digest.FromSha256Hash(hash)) is not null
            && rules.Find($"/ipfs/{other}") is null;
    }, iter: 300);

    /// <summary>The older form names one CID, and so one codec.</summary>
    [Fact]
    public void A_digest_is_denied_as_the_raw_CID_that_it_is()
    {
        var digest = Digest.Sha256("layer"u8);
        var raw = Cid.V1(Cid.Raw, digest.ToHash());
        var legacy = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{raw}/")));
        var denial = TestRules.OfLists($"//{legacy}").Find(digest);
        Assert.Equal($"{digest} is blocked and cannot be provided", denial?.Text);
        Assert.Null(TestRules.OfLists($"//{legacy}").Find($"/ipfs/{Cid.V0(digest.ToHash())}"));
        Assert.Null(TestRules.OfLists($"//{legacy}").Find(Digest.Parse($"sha512:{new string('a', 128)}")));
    }

    [Fact]
    public void Names_are_hashed_by_every_function_that_is_known()
    {
        var key = IpnsName.Parse("k51qzi5uqu5dhmzyv3zac033i7rl9hkgczxyl81lwoukda2htteop7d3x0y1mf");
        foreach (var (prefix, function) in new (byte[], ulong)[] { ([0x12, 32], 0x12), ([0x13, 64], 0x13), ([0x1e, 32], 0x1e), ([0xa0, 0xe4, 2, 32], 0xb220) })
        {
            var hash = HashFunctions.Hash(function, Encoding.UTF8.GetBytes($"{key.ToBase58()}/app"));
            var rules = TestRules.OfLists($"//{Base58.Bitcoin.Encode([.. prefix, .. hash])}");
            Assert.NotNull(rules.Find($"/ipns/{key}/app"));
            Assert.Null(rules.Find($"/ipns/{key}"));
        }
    }

    private static string Form(byte[] hash, int form) => form switch
    {
        0 => Cid.V0(hash).ToString(),
        1 => Cid.V0(hash).ToRepositoryComponent(),
        2 => Cid.V1(Cid.Raw, hash).ToString(),
        3 => Cid.V1(Cid.DagPb, hash).ToBase36(),
        4 => Cid.V1(0x71, hash).ToBase16(),
        _ => Cid.V1(Cid.DagPb, hash).ToString(),
    };
}

using Image2Ipfs.Ipfs;
using Image2Ipfs.Ipns;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Tests;

public sealed class IpnsNameTests
{
    /// <summary>tests/Vectors/ipfs/ipns.json; the RSA key is ipfs/gateway-conformance's.</summary>
    [Theory]
    [InlineData("12D3KooWP1WKmzDLReA355NukNWNfMtik47tozon4RCi9HzLL13w", "k51qzi5uqu5dl2gm15002qt7153fu5syg3cn01faopllss5gpyemm1go41pdgy")]
    [InlineData("QmVujd5Vb7moysJj8itnGufN7MEtPRCNHkKpNuA4onsRa3", "k2k4r8m7xvggw5pxxk3abrkwyer625hg01hfyggrai7lk1m63fuihi7w")]
    public void Every_text_form_is_the_same_name(string base58, string base36)
    {
        var name = IpnsName.Parse(base36);
        Assert.Equal((base36, base58), (name.ToString(), name.ToBase58()));
        Assert.Equal(name, IpnsName.Parse(base58));
        Assert.Equal(name, IpnsName.Parse(Cid.Parse(base36).ToBase32()));
        Assert.Equal(name, IpnsName.Parse(Cid.Parse(base36).ToBase16()));
        Assert.Equal(name.GetHashCode(), IpnsName.Parse(base58).GetHashCode());
    }

    [Fact]
    public void The_dockerized_hash_of_an_RSA_key_names_it() =>
        Assert.Equal(IpnsName.Parse("QmVujd5Vb7moysJj8itnGufN7MEtPRCNHkKpNuA4onsRa3"), IpnsName.Parse(Cid.Parse("QmVujd5Vb7moysJj8itnGufN7MEtPRCNHkKpNuA4onsRa3").ToRepositoryComponent()));

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("example.org")]
    [InlineData("busybox")]
    [InlineData("bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354")] // a directory
    [InlineData("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e")] // a raw block
    [InlineData("12D3KooWP1WKmzDLReA355NukNWNfMtik47tozon4RCi9HzLL13")]
    [InlineData("12D3KooWP1WKmzDLReA355NukNWNfMtik47tozon4RCi9HzLL13w0")]
    [InlineData("11111111111111")]
    [InlineData("f01721340" + "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000")] // sha2-512
    public void What_is_no_name_of_a_key_is_refused(string text)
    {
        Assert.False(IpnsName.TryParse(text, out var name));
        Assert.Null(name);
    }

    [Fact]
    public void A_seeds_key_has_the_name_that_the_vectors_say() =>
        Assert.Equal(Vectors.Json("ipfs", "ipns.json").GetProperty("nameBase36").GetString(), IpnsKey.Ed25519("image2ipfs-ipns-vector").Name.ToString());
}

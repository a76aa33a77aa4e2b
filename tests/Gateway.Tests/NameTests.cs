using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Tests;

public sealed class NameTests(SamplesGateway gateway) : IClassFixture<SamplesGateway>
{
    private const string NoSuchRoot = "ciqizic7pchyn7y7trnis24rp4y5jal4fixlytecaap2k4jawrdp6gi";

    [Fact]
    public async Task Every_text_form_of_the_root_names_the_same_image()
    {
        var root = gateway.Samples.Tiny;
        var expected = (await gateway.Running.GetAsync($"{gateway.Tiny}/manifests/s2", ("Accept", "*/*"))).Body;
        var (config, _) = await gateway.ContentAsync(gateway.Tiny, "s2");
        var bare = SimpleBase.Base36.LowerCase.Encode(root.Bytes);
        var base32Hex = "v" + SimpleBase.Base32.ExtendedHexLower.Encode(root.ToV1().Bytes);
        var base32Z = "h" + SimpleBase.Base32.ZBase32.Encode(root.ToV1().Bytes);
        foreach (var text in new[] { root.ToRepositoryComponent(), root.ToBase32(), root.ToBase36(), root.ToBase16(), bare, base32Hex, base32Z, $"ipfs/{root.ToRepositoryComponent()}", $"ipfs/{root.ToBase36()}" })
        {
            var manifest = await gateway.Running.GetAsync($"/v2/{text}/t/tiny/manifests/s2", ("Accept", "*/*"));
            Assert.Equal(expected, manifest.Body);
            Assert.Equal(config, (await gateway.Running.GetAsync($"/v2/{text}/t/tiny/blobs/{config}")).BodyDigest);
            Assert.Equal(200, (await gateway.Running.GetAsync($"/v2/{text}/t/tiny/tags/list")).Status);
        }
    }

    [Theory]
    [InlineData("manifests/s2")]
    [InlineData("blobs/sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("tags/list")]
    public async Task A_root_in_base58_is_answered_with_the_name_to_write(string rest)
    {
        var message = (await gateway.Running.GetAsync($"/v2/{gateway.Samples.Tiny}/t/tiny/{rest}")).IsError(400, "NAME_INVALID");
        Assert.Contains(gateway.Samples.Tiny.ToRepositoryComponent(), message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("QmXobd2Bvr2NaLwvWamszFEZQVw9qMh5rJtdx9CSwQWw5a/t/tiny", NoSuchRoot + "/t/tiny")]
    [InlineData("QmXobd2Bvr2NaLwvWamszFEZQVw9qMh5rJtdx9CSwQWw5a", NoSuchRoot)]
    [InlineData("ipfs/QmXobd2Bvr2NaLwvWamszFEZQVw9qMh5rJtdx9CSwQWw5a/app", "ipfs/" + NoSuchRoot + "/app")]
    // Of what lies below it nobody can say what it is in lower case.
    [InlineData("QmXobd2Bvr2NaLwvWamszFEZQVw9qMh5rJtdx9CSwQWw5a/App", NoSuchRoot + " ")]
    [InlineData("zdj7WbTaiJT1fgatdet9Ei9iDB5hdCxkbVyhyh8YTUnXMiwYi/app", "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354/app")]
    [InlineData("BAFYBEICZSSCDSBS7FFQZ55ASQDF3SMV6KLCW3GOFSZVWLYARCI47BGF354/app", "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354/app")]
    [InlineData("bafyBEICZSSCDSBS7FFQZ55ASQDF3SMV6KLCW3GOFSZVWLYARCI47BGF354/app", "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354/app")]
    [InlineData("F0170122059948439065F29619EF41280CBB932BE52C56D99C5966B65E0111239F098BBEF/app", "f0170122059948439065f29619ef41280cbb932be52c56d99c5966b65e0111239f098bbef/app")]
    [InlineData("K2JMTXTLHJL3FHMGNDF92E48BY79RYJUVQP3Y2QGEHPAO6V3LURVNMCV/app", "k2jmtxtlhjl3fhmgndf92e48by79ryjuvqp3y2qgehpao6v3lurvnmcv/app")]
    [InlineData("12D3KooWP1WKmzDLReA355NukNWNfMtik47tozon4RCi9HzLL13w/app", "ipns/k51qzi5uqu5dl2gm15002qt7153fu5syg3cn01faopllss5gpyemm1go41pdgy/app")]
    [InlineData("ipns/12D3KooWP1WKmzDLReA355NukNWNfMtik47tozon4RCi9HzLL13w/app", "ipns/k51qzi5uqu5dl2gm15002qt7153fu5syg3cn01faopllss5gpyemm1go41pdgy/app")]
    [InlineData("ipns/QmVujd5Vb7moysJj8itnGufN7MEtPRCNHkKpNuA4onsRa3/app", "ipns/k2k4r8m7xvggw5pxxk3abrkwyer625hg01hfyggrai7lk1m63fuihi7w/app")]
    [InlineData("K51QZI5UQU5DL2GM15002QT7153FU5SYG3CN01FAOPLLSS5GPYEMM1GO41PDGY/app", "k51qzi5uqu5dl2gm15002qt7153fu5syg3cn01faopllss5gpyemm1go41pdgy/app")]
    [InlineData("ipns/Images.Example.ORG/app", "ipns/images.example.org/app")]
    [InlineData("Images.Example.ORG/app", "images.example.org/app")]
    public async Task A_name_with_upper_case_letters_is_answered_with_the_name_to_write(string name, string right)
    {
        var message = (await gateway.Running.GetAsync($"/v2/{name}/manifests/latest")).IsError(400, "NAME_INVALID");
        Assert.StartsWith($"repository names are lower case; write {right.TrimEnd()} for {name}", message, StringComparison.Ordinal);
        foreach (var rest in new[] { "tags/list", "blobs/sha256:0000000000000000000000000000000000000000000000000000000000000000" })
            Assert.Equal(message, (await gateway.Running.GetAsync($"/v2/{name}/{rest}")).IsError(400, "NAME_INVALID"));
    }

    [Theory]
    [InlineData("Library/alpine")]
    [InlineData("QmXobd2Bvr2NaLwvWamszFEZQVw9qMh5rJtdx9CSwQWw50/app")]
    [InlineData("ipfs/12D3KooWP1WKmzDLReA355NukNWNfMtik47tozon4RCi9HzLL13w/app")]
    [InlineData("ipns/BAFYBEICZSSCDSBS7FFQZ55ASQDF3SMV6KLCW3GOFSZVWLYARCI47BGF354x/app")]
    [InlineData("app/QmXobd2Bvr2NaLwvWamszFEZQVw9qMh5rJtdx9CSwQWw5a")]
    public async Task A_name_of_nothing_is_only_refused(string name) =>
        Assert.Equal($"'{name}' is not a repository name", (await gateway.Running.GetAsync($"/v2/{name}/manifests/latest")).IsError(400, "NAME_INVALID"));

    [Theory]
    [InlineData(NoSuchRoot + "/t/tiny")]
    [InlineData(NoSuchRoot)]
    [InlineData("library/alpine")]
    [InlineData("alpine")]
    [InlineData("ciqizic7/t/tiny")]                                      // a root cut short
    [InlineData("bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyka/t")]
    [InlineData("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e/t")] // a raw block has no names
    [InlineData("k51qzi5uqu5dlvj2baxnqndepeb86cbk3ng7n3i46uzyxzyqj2xjonzllnv0v8/t")] // IPNS
    public async Task An_unknown_name_is_404(string name)
    {
        (await gateway.Running.GetAsync($"/v2/{name}/manifests/latest")).IsError(404, "NAME_UNKNOWN");
        (await gateway.Running.GetAsync($"/v2/{name}/manifests/{Digest.Sha256([])}")).IsError(404, "NAME_UNKNOWN");
        (await gateway.Running.GetAsync($"/v2/{name}/tags/list")).IsError(404, "NAME_UNKNOWN");
        (await gateway.Running.GetAsync($"/v2/{name}/blobs/{Digest.Sha256([])}")).IsError(404, "BLOB_UNKNOWN");
        Assert.Equal(404, (await gateway.Running.HeadAsync($"/v2/{name}/manifests/latest")).Status);
    }

    [Fact]
    public async Task Below_a_root_only_the_published_names_are_there()
    {
        var root = gateway.Samples.Two.ToRepositoryComponent();
        Assert.Equal(200, (await gateway.Running.GetAsync($"/v2/{root}/t/tiny/manifests/latest")).Status);
        Assert.Equal(200, (await gateway.Running.GetAsync($"/v2/{root}/t/app2/manifests/x")).Status);
        foreach (var name in new[] { root, $"{root}/t", $"{root}/t/app", $"{root}/t/tiny/manifests", $"{root}/tiny", $"{root}/t/tiny/{root}" })
            (await gateway.Running.GetAsync($"/v2/{name}/manifests/latest")).IsError(404, "NAME_UNKNOWN");
    }
}

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
        foreach (var text in new[] { root.ToRepositoryComponent(), root.ToBase32(), root.ToBase36(), root.ToBase16() })
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

using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Tests;

public sealed class ManifestByDigestTests(SamplesGateway gateway) : IClassFixture<SamplesGateway>
{
    private const string Unknown = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

    [Theory]
    [InlineData("application/vnd.docker.distribution.manifest.v2+json")]
    [InlineData("application/vnd.oci.image.manifest.v1+json")]
    public async Task The_digest_says_what_the_client_wants_whatever_it_accepts(string form)
    {
        var byTag = await gateway.Running.GetAsync($"{gateway.Tiny}/manifests/s2", ("Accept", form));
        var path = $"{gateway.Tiny}/manifests/{byTag["Docker-Content-Digest"]}";
        foreach (var accept in new[] { "*/*", form, $"{form}, */*", "application/json", "garbage", MediaType.Schema1Signed.Value, MediaType.OciIndex.Value, $"{form};q=0" })
        {
            var get = await gateway.Running.GetAsync(path, ("Accept", accept));
            Assert.Equal(200, get.Status);
            Assert.Equal(form, get["Content-Type"]);
            Assert.Equal(byTag.Body, get.Body);
            Assert.Equal(byTag["Docker-Content-Digest"], get["Docker-Content-Digest"]);
            var head = await gateway.Running.HeadAsync(path, ("Accept", accept));
            Assert.Equal(200, head.Status);
            foreach (var header in new[] { "Content-Type", "Content-Length", "Docker-Content-Digest", "ETag", "Cache-Control" })
                Assert.Equal(get[header], head[header]);
        }
    }

    [Theory]
    [InlineData("%3A")]
    [InlineData("%3a")]
    public async Task The_colon_may_be_encoded(string colon)
    {
        var byTag = await gateway.Running.GetAsync($"{gateway.Tiny}/manifests/s2", ("Accept", "*/*"));
        var encoded = byTag["Docker-Content-Digest"]!.Replace(":", colon, StringComparison.Ordinal);
        Assert.Equal(byTag.Body, (await gateway.Running.GetAsync($"{gateway.Tiny}/manifests/{encoded}")).Body);
        Assert.Equal(byTag.Body, (await gateway.Running.GetAsync($"{gateway.Tiny}/blobs/{encoded}")).Body);
    }

    /// <summary>containerd looks there when a HEAD of the manifest fails.</summary>
    [Fact]
    public async Task A_manifest_can_be_fetched_as_a_blob_too()
    {
        var byTag = await gateway.Running.GetAsync($"{gateway.Tiny}/manifests/s2", ("Accept", "*/*"));
        var blob = await gateway.Running.GetAsync($"{gateway.Tiny}/blobs/{byTag["Docker-Content-Digest"]}");
        Assert.Equal(byTag.Body, blob.Body);
        Assert.Equal("application/octet-stream", blob["Content-Type"]);
    }

    [Fact]
    public async Task A_layer_is_no_manifest()
    {
        var (config, layers) = await gateway.ContentAsync(gateway.Tiny, "s2");
        foreach (var digest in layers.Append(config))
            (await gateway.Running.GetAsync($"{gateway.Tiny}/manifests/{digest}")).IsError(404, "MANIFEST_UNKNOWN");
    }

    [Theory]
    [InlineData(Unknown, 404, "MANIFEST_UNKNOWN")]
    [InlineData("sha512:" + "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000", 404, "MANIFEST_UNKNOWN")]
    [InlineData("sha256:baddigeststring", 400, "DIGEST_INVALID")]
    [InlineData("sha256:", 400, "DIGEST_INVALID")]
    [InlineData(":", 400, "DIGEST_INVALID")]
    [InlineData("md5:d41d8cd98f00b204e9800998ecf8427e", 400, "DIGEST_INVALID")]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", 400, "DIGEST_INVALID")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85", 400, "DIGEST_INVALID")]
    public async Task A_digest_that_is_not_there_or_none_is_told_apart(string digest, int status, string code)
    {
        (await gateway.Running.GetAsync($"{gateway.Tiny}/manifests/{digest}")).IsError(status, code);
        (await gateway.Running.GetAsync($"{gateway.Tiny}/blobs/{digest}")).IsError(status, code.Replace("MANIFEST", "BLOB", StringComparison.Ordinal));
        Assert.Equal(status, (await gateway.Running.HeadAsync($"{gateway.Tiny}/manifests/{digest}")).Status);
    }
}

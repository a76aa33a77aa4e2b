using System.Globalization;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Tests;

public sealed class BlobTests(SamplesGateway gateway) : IClassFixture<SamplesGateway>
{
    [Fact]
    public async Task Every_blob_of_an_image_arrives_with_its_digest()
    {
        foreach (var (repository, tag) in new[] { (gateway.Tiny, "s2"), (gateway.Old, "s2"), (gateway.Two, "other") })
        {
            var (config, layers) = await gateway.ContentAsync(repository, tag);
            foreach (var digest in layers.Append(config))
            {
                var get = await gateway.Running.GetAsync($"{repository}/blobs/{digest}");
                Assert.Equal(200, get.Status);
                Assert.Equal(digest, get.BodyDigest);
                Assert.Equal(digest.ToString(), get["Docker-Content-Digest"]);
                Assert.Equal($"\"{digest}\"", get["ETag"]);
                Assert.Equal("application/octet-stream", get["Content-Type"]);
                Assert.Equal("public, max-age=31536000, immutable", get["Cache-Control"]);
                Assert.Equal("bytes", get["Accept-Ranges"]);
                Assert.Equal(get.Body.Length.ToString(CultureInfo.InvariantCulture), get["Content-Length"]);

                var head = await gateway.Running.HeadAsync($"{repository}/blobs/{digest}");
                Assert.Equal(200, head.Status);
                Assert.Empty(head.Body);
                foreach (var (name, value) in get.Headers.Where(h => h.Key != "Date"))
                    Assert.Equal(value, head[name]);
            }
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd;q=1.0, gzip;q=0.8, deflate;q=0.5")]
    [InlineData("br, identity;q=0")]
    public async Task A_blob_is_sent_as_it_is_whatever_encoding_the_client_takes(string encodings)
    {
        var (config, _) = await gateway.ContentAsync(gateway.Tiny, "s2");
        var reply = await gateway.Running.GetAsync($"{gateway.Tiny}/blobs/{config}", ("Accept-Encoding", encodings), ("Accept", "application/vnd.docker.container.image.v1+json, */*"));
        Assert.Null(reply["Content-Encoding"]);
        Assert.Equal(config, reply.BodyDigest);
    }

    [Theory]
    [InlineData("any/name")]
    [InlineData("ciqizic7pchyn7y7trnis24rp4y5jal4fixlytecaap2k4jawrdp6gi/t/tiny")]
    public async Task The_empty_layer_of_schema_1_is_there_under_every_name(string name)
    {
        var path = $"/v2/{name}/blobs/sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4";
        var get = await gateway.Running.GetAsync(path);
        Assert.Equal(200, get.Status);
        Assert.Equal(Schema1.EmptyLayer.ToArray(), get.Body);
        Assert.Equal("application/octet-stream", get["Content-Type"]);
        Assert.Equal("32", (await gateway.Running.HeadAsync(path))["Content-Length"]);
    }

    [Fact]
    public async Task A_blob_of_another_image_is_not_there()
    {
        var (config, _) = await gateway.ContentAsync(gateway.Two, "other");
        Assert.Equal(200, (await gateway.Running.GetAsync($"{gateway.Two}/blobs/{config}")).Status);
        (await gateway.Running.GetAsync($"{gateway.Tiny}/blobs/{config}")).IsError(404, "BLOB_UNKNOWN");
        Assert.Equal(404, (await gateway.Running.HeadAsync($"{gateway.Tiny}/blobs/{config}")).Status);
    }
}

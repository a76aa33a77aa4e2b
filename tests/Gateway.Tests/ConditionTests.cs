using Image2Ipfs.Gateway.Tests.Running;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>If-None-Match and If-Match, RFC 9110 13, on manifests and blobs alike. {0} is the digest.</summary>
public sealed class ConditionTests(SamplesGateway gateway) : IClassFixture<SamplesGateway>
{
    [Theory]
    [InlineData("\"{0}\"", 304)]
    [InlineData("{0}", 304)] // distribution takes it bare
    [InlineData("W/\"{0}\"", 304)]
    [InlineData("\"other\", W/\"{0}\" ,\"third\"", 304)]
    [InlineData("*", 304)]
    [InlineData("\"sha256:other\"", 200)]
    [InlineData("", 200)]
    [InlineData(",,,", 200)]
    [InlineData("\"", 200)]
    public async Task If_None_Match_spares_what_the_client_has(string value, int status)
    {
        foreach (var (path, digest) in await PathsAsync())
        {
            var header = ("If-None-Match", value.Replace("{0}", digest, StringComparison.Ordinal));
            var get = await gateway.Running.GetAsync(path, header, ("Accept", "*/*"));
            Assert.Equal(status, get.Status);
            Assert.Equal(digest, get["Docker-Content-Digest"]);
            Assert.Equal($"\"{digest}\"", get["ETag"]);
            Assert.Equal("public, max-age=31536000, immutable", get["Cache-Control"]);
            Assert.Equal(path.Contains("/manifests/", StringComparison.Ordinal) ? "Accept" : null, get["Vary"]);
            Assert.Equal(status == 304, get.Body.Length == 0);
            Assert.Equal(status, (await gateway.Running.HeadAsync(path, header, ("Accept", "*/*"))).Status);
        }
    }

    [Theory]
    [InlineData("\"{0}\"", 200)]
    [InlineData("{0}", 200)]
    [InlineData("*", 200)]
    [InlineData("\"other\", \"{0}\"", 200)]
    [InlineData("\"other\"", 412)]
    [InlineData("W/\"{0}\"", 412)]
    public async Task If_Match_is_held(string value, int status)
    {
        foreach (var (path, digest) in await PathsAsync())
        {
            var reply = await gateway.Running.GetAsync(path, ("If-Match", value.Replace("{0}", digest, StringComparison.Ordinal)), ("Accept", "*/*"));
            Assert.Equal(status, reply.Status);
            if (status == 412)
                Assert.Null(reply["Cache-Control"]);
        }
    }

    [Fact]
    public async Task If_None_Match_goes_before_Range()
    {
        var (path, digest) = (await PathsAsync())[^1];
        Assert.Equal(304, (await gateway.Running.GetAsync(path, ("If-None-Match", $"\"{digest}\""), ("Range", "bytes=0-1"))).Status);
        Assert.Equal(206, (await gateway.Running.GetAsync(path, ("If-None-Match", "\"other\""), ("Range", "bytes=0-1"))).Status);
    }

    private async Task<List<(string Path, string Digest)>> PathsAsync()
    {
        var manifest = (await gateway.Running.HeadAsync($"{gateway.Tiny}/manifests/s2", ("Accept", "*/*")))["Docker-Content-Digest"]!;
        var (config, _) = await gateway.ContentAsync(gateway.Tiny, "s2");
        return
        [
            ($"{gateway.Tiny}/manifests/s2", manifest),
            ($"{gateway.Tiny}/manifests/{manifest}", manifest),
            ($"{gateway.Tiny}/blobs/{config}", config.ToString()),
        ];
    }
}

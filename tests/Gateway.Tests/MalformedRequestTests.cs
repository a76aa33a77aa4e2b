using System.Text;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>Requests that no client of good will sends. Whatever reaches the registry gets its error JSON.</summary>
public sealed class MalformedRequestTests(SamplesGateway gateway) : IClassFixture<SamplesGateway>
{
    private const string Digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    // dots
    [InlineData("/v2/../manifests/latest", 400, "NAME_INVALID")]
    [InlineData("/v2/a/../b/manifests/latest", 400, "NAME_INVALID")]
    [InlineData("/v2/a/./manifests/latest", 400, "NAME_INVALID")]
    [InlineData("/v2/a/%2e%2e/manifests/latest", 400, "NAME_INVALID")]
    [InlineData("/v2/a/manifests/..", 400, "TAG_INVALID")]
    [InlineData("/v2/a/manifests/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 400, "TAG_INVALID")]
    [InlineData("/v2/a/blobs/..%2f..%2fetc%2fpasswd", 400, "DIGEST_INVALID")]
    [InlineData("/v2/a/blobs/sha256:../../../etc/passwd", 404, "UNSUPPORTED")]
    [InlineData("/v2/a/blobs/" + Digest + "/..", 404, "UNSUPPORTED")]
    [InlineData("/v2/..", 404, "UNSUPPORTED")]
    // slashes
    [InlineData("/v2//", 404, "UNSUPPORTED")]
    [InlineData("/v2//a/manifests/latest", 400, "NAME_INVALID")]
    [InlineData("/v2/a//b/manifests/latest", 400, "NAME_INVALID")]
    [InlineData("/v2/a//manifests/latest", 400, "NAME_INVALID")]
    [InlineData("/v2/a/manifests//latest", 404, "UNSUPPORTED")]
    [InlineData("/v2//manifests/latest", 404, "UNSUPPORTED")]
    [InlineData("/v2/manifests/latest", 404, "UNSUPPORTED")]
    [InlineData("/v2/a/manifests/", 400, "TAG_INVALID")]
    [InlineData("/v2/a/blobs/", 400, "DIGEST_INVALID")]
    [InlineData("/v2/a/manifests", 404, "UNSUPPORTED")]
    [InlineData("/v2/a/manifests/latest/", 404, "UNSUPPORTED")]
    [InlineData("/v2/a/tags/list/", 404, "UNSUPPORTED")]
    [InlineData("/v2/a%2Fb/manifests/latest", 400, "NAME_INVALID")]
    [InlineData("/v2/a/manifests/x%2Fy", 400, "TAG_INVALID")]
    [InlineData("/v2\\a\\manifests\\latest", 0, "")]
    [InlineData("/v2/a\\b/manifests/latest", 400, "NAME_INVALID")]
    // characters
    [InlineData("/v2/A/manifests/latest", 400, "NAME_INVALID")]
    [InlineData("/v2/a_/manifests/latest", 400, "NAME_INVALID")]
    [InlineData("/v2/a/manifests/.hidden", 400, "TAG_INVALID")]
    [InlineData("/v2/a/manifests/*", 400, "TAG_INVALID")]
    [InlineData("/v2/*/manifests/latest", 400, "NAME_INVALID")]
    [InlineData("/v2/a/manifests/%zz", 400, "TAG_INVALID")]
    [InlineData("/v2/a/manifests/%", 400, "TAG_INVALID")]
    [InlineData("/v2/%01/manifests/latest", 400, "NAME_INVALID")]
    [InlineData("/v2/a/manifests/%0d%0aX-Injected:1", 400, "DIGEST_INVALID")]
    [InlineData("/v2/%C3%A9/manifests/latest", 400, "NAME_INVALID")]
    [InlineData("/v2/%ff%fe/manifests/latest", 400, "NAME_INVALID")]
    [InlineData("/v2/a/manifests/latest#fragment", 400, "TAG_INVALID")]
    [InlineData("/v2/<script>/manifests/latest", 400, "NAME_INVALID")]
    [InlineData("/v2/\"/manifests/latest", 400, "NAME_INVALID")]
    // other endpoints
    [InlineData("/v2/_catalog/", 404, "UNSUPPORTED")]
    [InlineData("/v2/_catalog?n=x", 400, "PAGINATION_NUMBER_INVALID")]
    [InlineData("/v2/a/_catalog", 404, "UNSUPPORTED")]
    [InlineData("/v2/a/referrers/" + Digest, 404, "NAME_UNKNOWN")]
    [InlineData("/v2/a/referrers/latest", 400, "DIGEST_INVALID")]
    [InlineData("/v2/a/referrers/sha256:baddigeststring", 400, "DIGEST_INVALID")]
    [InlineData("/v2/A/referrers/" + Digest, 400, "NAME_INVALID")]
    [InlineData("/v2/a/blobs/uploads/", 404, "UNSUPPORTED")]
    [InlineData("/v2/a/blobs/uploads/1234", 404, "BLOB_UPLOAD_UNKNOWN")]
    [InlineData("/v2/A/blobs/uploads/1234", 400, "NAME_INVALID")]
    [InlineData("/v2/a/tags/other", 404, "UNSUPPORTED")]
    [InlineData("/v2/a/manifests/" + Digest + "/layers", 404, "UNSUPPORTED")]
    [InlineData("/v2/token", 404, "UNSUPPORTED")]
    // what the server itself refuses
    [InlineData("/v2/%00/manifests/latest", 0, "")]
    // queries
    [InlineData("/v2/a/manifests/latest?x=/v2/", 404, "NAME_UNKNOWN")]
    [InlineData("/v2/a/manifests/latest?", 404, "NAME_UNKNOWN")]
    [InlineData("/v2/a/manifests/latest?%zz&&==?", 404, "NAME_UNKNOWN")]
    [InlineData("/v2/a/tags/list?n=%zz", 404, "NAME_UNKNOWN")]
    public async Task A_path_that_names_nothing_gets_the_error_that_says_why(string target, int status, string code)
    {
        var reply = await gateway.Running.RawGetAsync(target);
        Assert.Null(reply["X-Injected"]);
        if (status == 0)
            Assert.InRange(reply.Status, 400, 404);
        else
            reply.IsError(status, code);
    }

    [Theory]
    [InlineData("/v2foo")]
    [InlineData("/V2/")]
    [InlineData("/v1/repositories/a/images")]
    [InlineData("//v2/")]
    [InlineData("/./v2/a/manifests/latest")]
    [InlineData("/%76%32/")]
    public async Task What_is_not_below_v2_is_no_registrys(string target)
    {
        var reply = await gateway.Running.RawGetAsync(target);
        Assert.Equal(404, reply.Status);
        Assert.Null(reply["Docker-Distribution-Api-Version"]);
    }

    [Theory]
    [InlineData(64 * 1024, 400)]
    [InlineData(200 * 1024, 414)]
    public async Task A_long_path_is_refused_and_not_echoed(int length, int status)
    {
        var name = new string('a', length);
        var reply = await gateway.Running.RawGetAsync($"/v2/{name}/manifests/latest");
        Assert.Equal(status, reply.Status);
        Assert.InRange(reply.Body.Length, 0, 300);
        if (status == 400)
            reply.IsError(400, "NAME_INVALID");
        // A tag and a digest of that length likewise.
        Assert.Equal(status, (await gateway.Running.RawGetAsync($"/v2/a/manifests/{name}")).Status);
        Assert.Equal(status, (await gateway.Running.RawGetAsync($"/v2/a/blobs/sha256:{name}")).Status);
        Assert.Equal(status == 400 ? 404 : 414, (await gateway.Running.RawGetAsync($"/v2/{name}")).Status);
    }

    [Theory]
    [InlineData("PUT", "/v2/a/manifests/latest")]
    [InlineData("POST", "/v2/a/blobs/uploads/")]
    [InlineData("POST", "/v2/a/blobs/uploads/?mount=" + Digest + "&from=b")]
    [InlineData("PATCH", "/v2/a/blobs/uploads/1234")]
    [InlineData("PUT", "/v2/a/blobs/uploads/1234?digest=" + Digest)]
    [InlineData("DELETE", "/v2/a/manifests/" + Digest)]
    [InlineData("DELETE", "/v2/a/blobs/" + Digest)]
    [InlineData("OPTIONS", "/v2/")]
    [InlineData("TRACE", "/v2/")]
    [InlineData("FOO", "/v2/")]
    [InlineData("POST", "/v2/../..")]
    public async Task Only_GET_and_HEAD_are_served(string method, string target)
    {
        var reply = await gateway.Running.RawAsync($"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
        reply.IsError(405, "UNSUPPORTED");
        Assert.Equal("GET, HEAD", reply["Allow"]);
    }

    [Fact]
    public async Task Request_lines_of_proxies_are_understood()
    {
        var ping = await gateway.Running.RawAsync("GET http://localhost/v2/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.Equal("{}", Encoding.UTF8.GetString(ping.Body));
        var manifest = await gateway.Running.RawAsync($"GET http://localhost{gateway.Tiny}/manifests/s2?ns=docker.io HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: */*\r\n\r\n");
        Assert.Equal(manifest.BodyDigest.ToString(), manifest["Docker-Content-Digest"]);
        (await gateway.Running.RawAsync("GET http://localhost/v2/%C3%A9Qm/manifests/latest HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")).IsError(400, "NAME_INVALID");
        foreach (var line in new[] { "OPTIONS *", "GET *", "CONNECT localhost:80", "GET v2/", "GET http://localhost/none", "GET http://[::1" })
            Assert.InRange((await gateway.Running.RawAsync($"{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")).Status, 400, 405);
    }

    [Theory]
    [InlineData("GET /v2/ HTTP/1.0\r\n\r\n", 200)]
    [InlineData("GET /v2/\r\n\r\n", 400)]
    [InlineData("GET /v2/ HTTP/1.1\r\n\r\n", 400)]                                    // no Host
    [InlineData("GET /v2/ HTTP/3.0\r\nHost: localhost\r\n\r\n", 505)]
    [InlineData("GET /v2/\u00e9/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400)]
    [InlineData("GET /v2/\u0001/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 404)]
    [InlineData("GET /v2/ HTTP/1.1\r\nHost: localhost\r\nNo colon\r\n\r\n", 400)]
    [InlineData("\r\n\r\n\r\n\r\nGET /v2/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 200)]
    [InlineData("\0\0\0\0\r\n\r\n", 400)]
    public async Task Broken_HTTP_is_answered_in_HTTP(string request, int status) =>
        Assert.Equal(status, (await gateway.Running.RawAsync(request)).Status);

    [Fact]
    public async Task Many_and_long_Accept_headers_are_read_or_refused()
    {
        var path = $"{gateway.Tiny}/manifests/s2";
        var filler = string.Join(',', Enumerable.Range(0, 1000).Select(i => $"a/b{i}"));
        Assert.Equal(MediaType.OciManifest.Value, (await gateway.Running.RawGetAsync(path, $"Accept: {filler},{MediaType.OciManifest}"))["Content-Type"]);
        Assert.Equal(MediaType.OciManifest.Value, (await gateway.Running.RawGetAsync(path, Enumerable.Repeat("Accept: a/b", 90).Append($"Accept: {MediaType.OciManifest}")))["Content-Type"]);
        Assert.Equal(431, (await gateway.Running.RawGetAsync(path, Enumerable.Repeat($"Accept: {MediaType.OciManifest}", 1000))).Status);
        Assert.Equal(431, (await gateway.Running.RawGetAsync(path, $"Accept: {new string('a', 100_000)}")).Status);
        Assert.Equal(431, (await gateway.Running.RawGetAsync(path, $"X-Long: {new string('a', 100_000)}")).Status);
    }

    [Fact]
    public async Task A_body_with_a_GET_is_ignored()
    {
        var reply = await gateway.Running.RawAsync($"GET {gateway.Tiny}/tags/list HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
        Assert.Equal(200, reply.Status);
    }

    [Fact]
    public async Task Ranges_and_conditions_that_are_garbage_are_no_errors()
    {
        var (config, _) = await gateway.ContentAsync(gateway.Tiny, "s2");
        foreach (var line in new[] { "Range: x", "Range: bytes", "Range: =", "If-Range: ", "If-None-Match: \"", "If-Match: *", "If-Modified-Since: never" })
            Assert.Equal(200, (await gateway.Running.RawGetAsync($"{gateway.Tiny}/blobs/{config}", line)).Status);
        Assert.Equal(416, (await gateway.Running.RawGetAsync($"{gateway.Tiny}/blobs/{config}", "Range: bytes=x")).Status);
    }
}

using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>What nginx is told of a file that it can send itself, and who is not.</summary>
public sealed class AccelRedirectTests(Samples samples)
{
    private const string Known = "--Gateway:Proxy:KnownProxies:0=127.0.0.1";
    private const string Setting = "--Gateway:Proxy:AccelRedirect=/_files/";

    private static readonly (string, string) Asking = ("X-Sendfile-Type", "X-Accel-Redirect");

    private string Repository => $"/v2/{samples.Tiny.ToRepositoryComponent()}/t/tiny";

    [Fact]
    public async Task A_blob_of_the_store_is_an_address_in_an_answer_without_a_body()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, Known, Setting);
        var digest = await DigestAsync(gateway);
        foreach (var range in new (string, string)[][] { [], [("Range", "bytes=0-3")], [("Range", "bytes=-5")], [("If-None-Match", "\"other\"")], [("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT")] })
        {
            var reply = await gateway.GetAsync($"{Repository}/blobs/{digest}", [Asking, .. range]);
            Assert.Equal((200, "0", $"/_files/store/blobs/sha256/{digest[7..]}"), (reply.Status, reply["Content-Length"], reply["X-Accel-Redirect"]));
            Assert.Equal((digest, $"\"{digest}\"", "application/octet-stream", "registry/2.0"), (reply["Docker-Content-Digest"], reply["ETag"], reply["Content-Type"], reply["Docker-Distribution-Api-Version"]));
        }
    }

    [Fact]
    public async Task What_nginx_would_judge_otherwise_the_Gateway_answers()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, Known, Setting);
        var digest = await DigestAsync(gateway);
        foreach (var (header, value, status) in new[]
                 {
                     ("If-None-Match", $"\"{digest}\"", 304), ("If-Match", $"\"{digest}\"", 200), ("If-Match", "\"other\"", 412), ("If-Range", "\"other\"", 200),
                     ("If-Unmodified-Since", "Thu, 01 Jan 1998 00:00:00 GMT", 200), ("Range", "bytes=0-3,9-12", 206), ("Range", "bytes=999999-", 416), ("Range", "nonsense", 200),
                 })
            await AssertSentAsync(gateway, digest, status, Asking, (header, value));
        Assert.Equal(200, (await gateway.HeadAsync($"{Repository}/blobs/{digest}", Asking)).Status);
        Assert.Null((await gateway.HeadAsync($"{Repository}/blobs/{digest}", Asking)).Headers.GetValueOrDefault("X-Accel-Redirect"));
    }

    [Fact]
    public async Task Who_does_not_ask_or_is_not_known_gets_the_blob()
    {
        await using (var gateway = await RunningGateway.StartAsync(samples.Folder, Known, Setting))
        {
            await AssertSentAsync(gateway, await DigestAsync(gateway), 200);
            await AssertSentAsync(gateway, await DigestAsync(gateway), 200, ("X-Sendfile-Type", "X-Sendfile"));
        }
        await using (var gateway = await RunningGateway.StartAsync(samples.Folder, "--Gateway:Proxy:KnownProxies:0=192.0.2.1", Setting))
        {
            await AssertSentAsync(gateway, await DigestAsync(gateway), 200, Asking);
            // Nor who only says that he is.
            await AssertSentAsync(gateway, await DigestAsync(gateway), 200, Asking, ("X-Forwarded-For", "192.0.2.1"));
        }
        await using (var gateway = await RunningGateway.StartAsync(samples.Folder, Known))
            await AssertSentAsync(gateway, await DigestAsync(gateway), 200, Asking);
    }

    /// <summary>The client's address is another one than the proxy's, which counts.</summary>
    [Fact]
    public async Task It_is_the_proxy_that_must_be_known()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, "--Gateway:Proxy:KnownNetworks:0=127.0.0.0/8", Setting);
        var reply = await gateway.GetAsync($"{Repository}/blobs/{await DigestAsync(gateway)}", Asking, ("X-Forwarded-For", "192.0.2.1"));
        Assert.StartsWith("/_files/store/", reply["X-Accel-Redirect"], StringComparison.Ordinal);
    }

    private async Task AssertSentAsync(RunningGateway gateway, string digest, int status, params (string, string)[] headers)
    {
        var reply = await gateway.GetAsync($"{Repository}/blobs/{digest}", headers);
        Assert.Equal(status, reply.Status);
        Assert.Null(reply.Headers.GetValueOrDefault("X-Accel-Redirect"));
        if (status == 200)
            Assert.Equal(digest, reply.BodyDigest.ToString());
    }

    private async Task<string> DigestAsync(RunningGateway gateway)
    {
        var manifest = await gateway.GetAsync($"{Repository}/manifests/s2", ("Accept", "application/vnd.docker.distribution.manifest.v2+json"));
        return System.Text.Json.JsonElement.Parse(manifest.Body).GetProperty("layers")[0].GetProperty("digest").GetString()!;
    }
}

using System.Text;
using Image2Ipfs.Gateway.Tests.Observe;
using Image2Ipfs.Gateway.Tests.Running;

namespace Image2Ipfs.Gateway.Tests.Access;

/// <summary>A name and a password with each request.</summary>
public sealed class BasicTests(Samples samples)
{
    private string Repository => $"/v2/{samples.Tiny.ToRepositoryComponent()}/t/tiny";

    [Fact]
    public async Task Nothing_is_open_but_that_it_lives()
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Basic");
        using var measured = new Measured(gateway.Running);
        string[] registry = ["/v2", "/v2/", "/v2/_catalog", $"{Repository}/manifests/s2", $"{Repository}/tags/list", "/v2/no/such/thing", "/v2/../v2/"];
        foreach (var path in registry)
        {
            var reply = await gateway.Running.GetAsync(path);
            reply.IsError(401, "UNAUTHORIZED");
            Assert.Equal(("Basic realm=\"image2ipfs\"", "registry/2.0"), (reply["WWW-Authenticate"], reply["Docker-Distribution-Api-Version"]));
        }
        string[] rest = [$"/ipfs/{samples.Tiny}/t/", "/ipns/example.org", "/metrics", "/", "/anything", "/token", "/v2/../metrics", "/health/../metrics", "/v2x", "//v2/"];
        foreach (var path in rest)
        {
            var reply = await gateway.Running.GetAsync(path);
            Assert.Equal((401, "Basic realm=\"image2ipfs\""), (reply.Status, reply["WWW-Authenticate"]));
            Assert.Equal(path is "/token" or "/v2/../metrics" ? "application/json" : "text/plain; charset=utf-8", reply["Content-Type"]);
        }
        Assert.Equal(401, (await gateway.Running.SendAsync(HttpMethod.Put, $"{Repository}/manifests/s2")).Status);
        Assert.Equal(401, (await gateway.Running.HeadAsync($"{Repository}/manifests/s2")).Status);
        Assert.Equal(200, (await gateway.Running.GetAsync("/health/live")).Status);
        Assert.Equal(registry.Length + rest.Length + 2, measured.Sum("image2ipfs.refused", "unauthenticated"));
    }

    [Fact]
    public async Task A_user_gets_everything_and_no_cache_on_the_way_keeps_it()
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Basic");
        foreach (var user in new[] { GuardedGateway.Alice, GuardedGateway.Bob, ("Authorization", GuardedGateway.Alice.Item2.Replace("Basic", "bASIC", StringComparison.Ordinal)) })
        {
            Assert.Equal(200, (await gateway.Running.GetAsync("/v2/", user)).Status);
            Assert.Equal(200, (await gateway.Running.GetAsync("/v2/_catalog", user)).Status);
            Assert.Equal(200, (await gateway.Running.GetAsync("/metrics", user)).Status);
            Assert.Equal("private, max-age=31536000, immutable", (await gateway.Running.GetAsync($"{Repository}/manifests/s2", user))["Cache-Control"]);
            Assert.Equal("private, max-age=29030400, immutable", (await gateway.Running.GetAsync($"/ipfs/{samples.Tiny}/t/tiny/index.json", user))["Cache-Control"]);
            Assert.Contains("\"store\": \"ok\"", Encoding.UTF8.GetString((await gateway.Running.GetAsync("/health/ready", user)).Body), StringComparison.Ordinal);
            Assert.Equal("no-store", (await gateway.Running.GetAsync("/health/ready", user))["Cache-Control"]);
        }
    }

    [Fact]
    public async Task A_probe_is_told_whether_and_not_why()
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Basic");
        var reply = await gateway.Running.GetAsync("/health/ready");
        Assert.Equal((200, "{\"status\":\"ready\"}\n"), (reply.Status, Encoding.UTF8.GetString(reply.Body)));
        Assert.Equal(401, (await gateway.Running.GetAsync("/health/ready", GuardedGateway.Basic("alice", "wrong"))).Status);
        await using var empty = await RunningGateway.StartAsync(gateway.UserFile + ".none", "--Gateway:Access:Auth=Basic", $"--Gateway:Access:Users={gateway.UserFile}");
        reply = await empty.GetAsync("/health/ready");
        Assert.Equal((503, "{\"status\":\"not ready\"}\n"), (reply.Status, Encoding.UTF8.GetString(reply.Body)));
    }

    [Theory]
    [InlineData("alice", "Secret")]
    [InlineData("alice", "")]
    [InlineData("alice", "secret ")]
    [InlineData("alice", "secret\0")]
    [InlineData("alice", "secret\0secret")]
    [InlineData("alice\0", "secret")]
    [InlineData("alice\n", "secret")]
    [InlineData("Alice", "secret")]
    [InlineData("bob", "secret")]
    [InlineData("bob", "pass")]
    [InlineData("mallory", "secret")]
    [InlineData("", "secret")]
    [InlineData("#", "secret")]
    public async Task Another_name_or_password_is_refused(string user, string password)
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Basic");
        // The right one before: what is remembered is not mistaken.
        Assert.Equal(200, (await gateway.Running.GetAsync("/v2/", GuardedGateway.Alice)).Status);
        (await gateway.Running.GetAsync("/v2/", GuardedGateway.Basic(user, password))).IsError(401, "UNAUTHORIZED");
    }

    [Theory]
    [InlineData("Authorization: Basic")]
    [InlineData("Authorization: Basic ")]
    [InlineData("Authorization: Basic !!!!")]
    [InlineData("Authorization: Basic YWxpY2U=")] // alice
    [InlineData("Authorization: Basic /////w==")] // no UTF-8
    [InlineData("Authorization: Basic YWxpY2U6c2VjcmV0, Basic YWxpY2U6c2VjcmV0")]
    [InlineData("Authorization: Bearer YWxpY2U6c2VjcmV0")]
    [InlineData("Authorization: Digest username=\"alice\"")]
    [InlineData("Authorization: YWxpY2U6c2VjcmV0")]
    [InlineData("Authorization:")]
    [InlineData("Proxy-Authorization: Basic YWxpY2U6c2VjcmV0")]
    [InlineData("Authorization: Basic YWxpY2U6c2VjcmV0\r\nAuthorization: Basic YWxpY2U6c2VjcmV0")]
    [InlineData("Authorization: Basic YWxpY2U6c2VjcmV0\r\nAuthorization: Bearer x")]
    public async Task What_is_no_login_is_none(string header)
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Basic");
        (await gateway.Running.RawGetAsync("/v2/", header)).IsError(401, "UNAUTHORIZED");
    }

    [Fact]
    public async Task A_header_without_end_is_refused()
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Basic");
        (await gateway.Running.RawGetAsync("/v2/", $"Authorization: Basic {new string('A', 20_000)}")).IsError(401, "UNAUTHORIZED");
        Assert.Equal(431, (await gateway.Running.RawGetAsync("/v2/", $"Authorization: Basic {new string('A', 40_000)}")).Status);
        Assert.Equal(200, (await gateway.Running.GetAsync("/v2/", GuardedGateway.Alice)).Status);
    }

    [Fact]
    public async Task Anybody_may_pull_where_a_setting_says_so_and_see_nothing_else()
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Basic", "--Gateway:Access:Anonymous=true");
        foreach (var path in new[] { "/v2/", $"{Repository}/manifests/s2", $"{Repository}/tags/list", $"/ipfs/{samples.Tiny}/t/tiny/index.json" })
            Assert.Equal(200, (await gateway.Running.GetAsync(path)).Status);
        Assert.StartsWith("public, ", (await gateway.Running.GetAsync($"{Repository}/manifests/s2"))["Cache-Control"], StringComparison.Ordinal);
        foreach (var path in new[] { "/v2/_catalog", "/metrics", "/v2/../metrics" })
        {
            Assert.Equal(401, (await gateway.Running.GetAsync(path)).Status);
            Assert.Equal(200, (await gateway.Running.GetAsync(path, GuardedGateway.Alice)).Status);
        }
        // Who says who he is, and is not, is not anybody.
        Assert.Equal(401, (await gateway.Running.GetAsync("/v2/", GuardedGateway.Basic("alice", "wrong"))).Status);
    }

    [Fact]
    public async Task Many_at_once_with_one_login_are_all_let_in()
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Basic");
        var replies = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => gateway.Running.GetAsync("/v2/", i % 2 == 0 ? GuardedGateway.Alice : GuardedGateway.Bob)));
        Assert.All(replies, r => Assert.Equal(200, r.Status));
    }

    [Fact]
    public async Task Who_guesses_is_not_heard_for_a_while_and_shuts_nobody_out_who_has_come_in()
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Basic", "--Gateway:Access:FailedLoginsPerMinute=3");
        using var measured = new Measured(gateway.Running);
        Assert.Equal(200, (await gateway.Running.GetAsync("/v2/", GuardedGateway.Alice)).Status);
        for (var i = 0; i < 3; i++)
            Assert.Equal(401, (await gateway.Running.GetAsync("/v2/", GuardedGateway.Basic($"user{i}", "guess"))).Status);
        // Not the right one either.
        var refused = await gateway.Running.GetAsync("/v2/", GuardedGateway.Bob);
        refused.IsError(429, "TOOMANYREQUESTS");
        Assert.Equal("20", refused["Retry-After"]);
        Assert.Equal(429, (await gateway.Running.GetAsync("/metrics", GuardedGateway.Bob)).Status);
        Assert.Equal(200, (await gateway.Running.GetAsync("/v2/", GuardedGateway.Alice)).Status);
        Assert.Equal(2, measured.Sum("image2ipfs.refused", "rate"));
    }
}

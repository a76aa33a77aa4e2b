using System.Text.Json;
using Image2Ipfs.Gateway.Tests.Running;

namespace Image2Ipfs.Gateway.Tests.Access;

/// <summary>The registry's token flow, with the Gateway as its own token service.</summary>
public sealed class TokenTests(Samples samples)
{
    private string Name => $"{samples.Tiny.ToRepositoryComponent()}/t/tiny";

    private string Scope => $"repository:{Name}:pull";

    private string Manifest => $"/v2/{Name}/manifests/s2";

    [Fact]
    public async Task A_client_goes_from_the_challenge_to_the_token_to_the_manifest()
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Token");
        var realm = $"Bearer realm=\"{gateway.Running.Address}token\",service=\"image2ipfs\"";
        foreach (var (path, scope) in new[] { ("/v2/", ""), (Manifest, $",scope=\"{Scope}\""), ($"/v2/{Name}/blobs/sha256:{new string('a', 64)}", $",scope=\"{Scope}\""), ($"/v2/{Name}/tags/list", $",scope=\"{Scope}\""), ("/v2/_catalog", ",scope=\"registry:catalog:*\"") })
        {
            var refused = await gateway.Running.GetAsync(path);
            refused.IsError(401, "UNAUTHORIZED");
            Assert.Equal(realm + scope, refused["WWW-Authenticate"]);
        }
        var reply = await gateway.TokenAsync($"service=image2ipfs&account=alice&client_id=docker&scope={Scope},push", GuardedGateway.Alice);
        Assert.Equal(["token", "access_token", "expires_in", "issued_at"], reply.EnumerateObject().Select(m => m.Name));
        Assert.Equal(300, reply.GetProperty("expires_in").GetInt32());
        Assert.InRange(reply.GetProperty("issued_at").GetDateTime().ToUniversalTime(), DateTime.UtcNow.AddMinutes(-1), DateTime.UtcNow.AddSeconds(1));
        var token = reply.GetProperty("token").GetString()!;
        Assert.Equal(token, reply.GetProperty("access_token").GetString());
        Assert.Equal($"[{{\"type\":\"repository\",\"name\":\"{Name}\",\"actions\":[\"pull\"]}}]", ForgedToken.Payload(token).GetProperty("access").GetRawText());

        var manifest = await gateway.Running.GetAsync(Manifest, GuardedGateway.Bearer(token));
        Assert.Equal((200, "private, max-age=31536000, immutable"), (manifest.Status, manifest["Cache-Control"]));
        Assert.Equal(200, (await gateway.Running.GetAsync("/v2/", GuardedGateway.Bearer(token))).Status);
    }

    [Fact]
    public async Task A_token_is_for_what_it_says_and_for_nothing_else()
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Token");
        var (two, old) = ($"{samples.Two.ToRepositoryComponent()}/t/tiny", $"{samples.Old.ToRepositoryComponent()}/t/tiny");
        // Docker says it again for each; others put all into one.
        var both = await gateway.BearerAsync($"scope={Scope}%20repository:{two}:pull&scope=registry:catalog:*", GuardedGateway.Alice);
        foreach (var path in new[] { Manifest, $"/v2/{two}/tags/list", "/v2/_catalog", "/metrics", $"/ipfs/{samples.Tiny}/t/tiny/index.json" })
            Assert.Equal(200, (await gateway.Running.GetAsync(path, both)).Status);

        var one = await gateway.BearerAsync($"scope={Scope}", GuardedGateway.Alice);
        foreach (var (path, scope) in new[] { ($"/v2/{two}/tags/list", $"repository:{two}:pull"), ($"/v2/{old}/manifests/s2", $"repository:{old}:pull"), ("/v2/_catalog", "registry:catalog:*") })
        {
            var refused = await gateway.Running.GetAsync(path, one);
            refused.IsError(401, "UNAUTHORIZED");
            Assert.EndsWith($",scope=\"{scope}\",error=\"insufficient_scope\"", refused["WWW-Authenticate"], StringComparison.Ordinal);
        }
        foreach (var path in new[] { "/metrics", $"/ipfs/{samples.Tiny}/t/tiny/index.json", "/", "/v2/../metrics" })
            Assert.Equal(401, (await gateway.Running.GetAsync(path, one)).Status);
        // A token without scopes is good for the ping of docker login.
        var none = await gateway.BearerAsync("", GuardedGateway.Alice);
        Assert.Equal(200, (await gateway.Running.GetAsync("/v2/", none)).Status);
        Assert.Equal(401, (await gateway.Running.GetAsync(Manifest, none)).Status);
    }

    [Theory]
    [InlineData("repository:a:push")]
    [InlineData("repository:a:*")]
    [InlineData("repository:A b:pull")]
    [InlineData("repository:*:pull")]
    [InlineData("repository::pull")]
    [InlineData("repository(plugin):a:pull")]
    [InlineData("registry:catalog:pull")]
    [InlineData("registry:other:*")]
    [InlineData("nonsense")]
    [InlineData(":::")]
    [InlineData("")]
    public async Task What_is_not_granted_is_left_out(string scope)
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Token");
        var token = (await gateway.TokenAsync($"scope={Uri.EscapeDataString(scope)}", GuardedGateway.Alice)).GetProperty("token").GetString()!;
        Assert.Equal("[]", ForgedToken.Payload(token).GetProperty("access").GetRawText());
    }

    [Fact]
    public async Task The_password_may_come_in_a_form_and_a_token_for_later_in_its_place()
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Token");
        var (status, json) = await gateway.PostAsync(("grant_type", "password"), ("username", "bob"), ("password", "pass:wörd"), ("service", "image2ipfs"), ("client_id", "containerd-client"), ("access_type", "offline"), ("scope", $"{Scope} repository:other:pull,push"));
        Assert.Equal((200, $"{Scope} repository:other:pull"), (status, json.GetProperty("scope").GetString()));
        var later = json.GetProperty("refresh_token").GetString()!;
        Assert.Equal(200, (await gateway.Running.GetAsync(Manifest, GuardedGateway.Bearer(json.GetProperty("access_token").GetString()!))).Status);

        (status, json) = await gateway.PostAsync(("grant_type", "refresh_token"), ("refresh_token", later), ("service", "image2ipfs"), ("scope", Scope));
        Assert.Equal((200, later, Scope), (status, json.GetProperty("refresh_token").GetString(), json.GetProperty("scope").GetString()));
        var token = json.GetProperty("access_token").GetString()!;
        Assert.Equal("bob", ForgedToken.Payload(token).GetProperty("sub").GetString());
        Assert.Equal(200, (await gateway.Running.GetAsync(Manifest, GuardedGateway.Bearer(token))).Status);
        // Each is good for one thing.
        Assert.Equal(401, (await gateway.Running.GetAsync("/v2/", GuardedGateway.Bearer(later))).Status);
        Assert.Equal(401, (await gateway.PostAsync(("grant_type", "refresh_token"), ("refresh_token", token))).Status);
        Assert.Equal(401, (await gateway.Running.GetAsync("/token", GuardedGateway.Bearer(token))).Status);
        Assert.Equal(401, (await gateway.Running.GetAsync("/token", GuardedGateway.Bearer(later))).Status);

        var asked = await gateway.TokenAsync("offline_token=true", GuardedGateway.Alice);
        Assert.Equal(200, (await gateway.PostAsync(("grant_type", "refresh_token"), ("refresh_token", asked.GetProperty("refresh_token").GetString()!))).Status);
    }

    [Fact]
    public async Task A_wrong_password_is_401_and_a_wrong_question_400()
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Token");
        foreach (var login in new[] { [GuardedGateway.Basic("alice", "wrong")], [GuardedGateway.Basic("alice\0", "secret")], ((string, string)[])[] })
        {
            var reply = await gateway.Running.GetAsync("/token?service=image2ipfs", login);
            Assert.Equal((401, "Basic realm=\"image2ipfs\""), (reply.Status, reply["WWW-Authenticate"]));
        }
        foreach (var (status, form) in new (int, (string, string)[])[]
        {
            (401, [("grant_type", "password"), ("username", "alice"), ("password", "wrong")]),
            (401, [("grant_type", "password"), ("username", "alice\n"), ("password", "secret")]),
            (401, [("grant_type", "password")]),
            (401, [("grant_type", "refresh_token"), ("refresh_token", "x.y.z")]),
            (401, [("grant_type", "refresh_token")]),
            (400, [("grant_type", "authorization_code")]),
            (400, []),
            (400, [("grant_type", "password"), ("username", "alice"), ("password", "secret"), ("service", "other")]),
            (400, [("grant_type", "password"), ("username", "alice"), ("password", "secret"), ("scope", string.Join(' ', Enumerable.Range(0, 21).Select(i => $"repository:a{i}:pull")))]),
            (400, [("grant_type", "password"), ("username", "alice"), ("password", new string('x', 70_000))]),
        })
            Assert.Equal(status, (await gateway.PostAsync(form)).Status);
        Assert.Equal(400, (await gateway.Running.GetAsync("/token?service=other", GuardedGateway.Alice)).Status);
        var put = await gateway.Running.SendAsync(HttpMethod.Put, "/token", GuardedGateway.Alice);
        Assert.Equal((405, "GET, POST"), (put.Status, put["Allow"]));
        Assert.Equal(400, (await gateway.Running.SendAsync(HttpMethod.Post, "/token", GuardedGateway.Alice)).Status);
    }

    [Fact]
    public async Task Browsers_and_Prometheus_send_a_password()
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Token");
        foreach (var path in new[] { "/metrics", "/health/ready", $"/ipfs/{samples.Tiny}/t/tiny/index.json", "/v2/", Manifest })
            Assert.Equal(200, (await gateway.Running.GetAsync(path, GuardedGateway.Alice)).Status);
        foreach (var path in new[] { "/metrics", $"/ipfs/{samples.Tiny}/t/", "/" })
            Assert.Equal((401, "Basic realm=\"image2ipfs\""), ((await gateway.Running.GetAsync(path)).Status, (await gateway.Running.GetAsync(path))["WWW-Authenticate"]));
    }

    [Fact]
    public async Task Anybody_gets_a_token_to_pull_where_a_setting_says_so()
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Token", "--Gateway:Access:Anonymous=true");
        // Else nobody who has a login would ever use it.
        Assert.Equal(401, (await gateway.Running.GetAsync("/v2/")).Status);
        Assert.Equal(401, (await gateway.Running.GetAsync(Manifest)).Status);
        var reply = await gateway.TokenAsync($"offline_token=true&scope={Scope}&scope=registry:catalog:*");
        Assert.False(reply.TryGetProperty("refresh_token", out _));
        var token = GuardedGateway.Bearer(reply.GetProperty("token").GetString()!);
        Assert.Equal(200, (await gateway.Running.GetAsync("/v2/", token)).Status);
        Assert.Equal(200, (await gateway.Running.GetAsync(Manifest, token)).Status);
        foreach (var path in new[] { "/v2/_catalog", "/metrics" })
            Assert.Equal(401, (await gateway.Running.GetAsync(path, token)).Status);
        Assert.DoesNotContain("store", System.Text.Encoding.UTF8.GetString((await gateway.Running.GetAsync("/health/ready")).Body), StringComparison.Ordinal);
        Assert.Equal(200, (await gateway.Running.GetAsync($"/ipfs/{samples.Tiny}/t/tiny/index.json")).Status);
        Assert.Equal(401, (await gateway.Running.GetAsync("/token", GuardedGateway.Basic("alice", "wrong"))).Status);
        Assert.Equal(200, (await gateway.Running.GetAsync("/v2/_catalog", await gateway.BearerAsync("scope=registry:catalog:*", GuardedGateway.Alice))).Status);
    }

    [Fact]
    public async Task The_realm_is_where_the_client_has_come_to_or_what_a_setting_says()
    {
        await using (var gateway = await GuardedGateway.StartAsync(samples, "Token", "--Gateway:Proxy:KnownProxies:0=127.0.0.1", "--Gateway:Proxy:PathBase=/registry"))
        {
            (string, string)[] proxy = [("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "registry.example.org:8443")];
            Assert.StartsWith("Bearer realm=\"https://registry.example.org:8443/token\",", (await gateway.Running.GetAsync("/v2/", proxy))["WWW-Authenticate"], StringComparison.Ordinal);
            Assert.StartsWith("Bearer realm=\"https://registry.example.org:8443/registry/token\",", (await gateway.Running.GetAsync("/registry/v2/", proxy))["WWW-Authenticate"], StringComparison.Ordinal);
            Assert.Equal(200, (await gateway.Running.GetAsync("/registry/token", GuardedGateway.Alice)).Status);
        }
        await using (var gateway = await GuardedGateway.StartAsync(samples, "Token", "--Gateway:Access:Realm=https://registry.example.org/token", "--Gateway:Access:Service=here"))
        {
            Assert.Equal("Bearer realm=\"https://registry.example.org/token\",service=\"here\"", (await gateway.Running.GetAsync("/v2/", ("X-Forwarded-Host", "evil.example.org")))["WWW-Authenticate"]);
            Assert.Equal(200, (await gateway.Running.GetAsync("/v2/", await gateway.BearerAsync("service=here", GuardedGateway.Alice))).Status);
        }
    }
}

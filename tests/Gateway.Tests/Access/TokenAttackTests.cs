using System.Security.Cryptography;
using System.Text;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Access;

/// <summary>Tokens that nobody gave, or not for this: none counts, whatever it says of itself.</summary>
public sealed class TokenAttackTests(Samples samples) : IDisposable
{
    private static readonly string[] Pull = ["pull"];

    private readonly TemporaryFolder _folder = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private string Name => $"{samples.Tiny.ToRepositoryComponent()}/t/tiny";

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_same_token_without_a_fault_counts()
    {
        await using var gateway = await StartAsync();
        Assert.Equal(200, await StatusAsync(gateway, ForgedToken.Es256(_key, Payload())));
        // Clocks are apart by some seconds.
        Assert.Equal(200, await StatusAsync(gateway, ForgedToken.Es256(_key, Payload(from: 30))));
        Assert.Equal(200, await StatusAsync(gateway, ForgedToken.Es256(_key, Payload(from: -330, to: -30))));
    }

    [Fact]
    public async Task No_fault_is_overlooked()
    {
        await using var gateway = await StartAsync();
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        var publicKey = _key.ExportSubjectPublicKeyInfo();
        var good = ForgedToken.Es256(_key, Payload());
        var parameters = other.ExportParameters(false);
        var jwk = new { kty = "EC", crv = "P-256", x = System.Buffers.Text.Base64Url.EncodeToString(parameters.Q.X), y = System.Buffers.Text.Base64Url.EncodeToString(parameters.Q.Y) };
        var certificate = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=other", other, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var tokens = new Dictionary<string, string>
        {
            ["no algorithm"] = ForgedToken.Signed(new { alg = "none" }, Payload(), _ => []),
            ["no algorithm, in other letters"] = ForgedToken.Signed(new { alg = "nOnE" }, Payload(), _ => []),
            ["no signature"] = good[..(good.LastIndexOf('.') + 1)],
            ["signed with the public key as a secret"] = ForgedToken.Signed(new { alg = "HS256" }, Payload(), bytes => HMACSHA256.HashData(publicKey, bytes)),
            ["signed with its text as a secret"] = ForgedToken.Signed(new { alg = "HS256" }, Payload(), bytes => HMACSHA256.HashData(Encoding.ASCII.GetBytes(PemEncoding.WriteString("PUBLIC KEY", publicKey)), bytes)),
            ["another key"] = ForgedToken.Es256(other, Payload()),
            ["another key that it brings along"] = ForgedToken.Es256(other, Payload(), new { alg = "ES256", jwk }),
            ["a certificate that it brings along"] = ForgedToken.Es256(other, Payload(), new { alg = "ES256", x5c = new[] { Convert.ToBase64String(certificate.RawData) } }),
            ["a place where its key lies"] = ForgedToken.Es256(other, Payload(), new { alg = "ES256", jku = "http://127.0.0.1:9/keys", x5u = "http://127.0.0.1:9/key" }),
            ["another kind of key"] = ForgedToken.Rs256(rsa, Payload()),
            ["a signature of zeros"] = ForgedToken.Signed(new { alg = "ES256" }, Payload(), _ => new byte[64]),
            ["another algorithm than it was signed with"] = ForgedToken.Es256(_key, Payload(), new { alg = "ES384" }),
            ["another payload"] = $"{good.Split('.')[0]}.{ForgedToken.Es256(other, Payload(user: "root")).Split('.')[1]}.{good.Split('.')[2]}",
            ["expired"] = ForgedToken.Es256(_key, Payload(from: -600, to: -300)),
            ["not yet"] = ForgedToken.Es256(_key, Payload(from: 300, to: 600)),
            ["without an end"] = ForgedToken.Es256(_key, new { iss = "image2ipfs", aud = "image2ipfs", nbf = Now, sub = "alice", access = Access(Name) }),
            ["an end that is a text"] = ForgedToken.Es256(_key, new { iss = "image2ipfs", aud = "image2ipfs", nbf = Now, exp = "never", sub = "alice", access = Access(Name) }),
            ["for another service"] = ForgedToken.Es256(_key, Payload(audience: "registry.example.org")),
            ["for what gives tokens"] = ForgedToken.Es256(_key, Payload(audience: "image2ipfs token")),
            ["for nobody"] = ForgedToken.Es256(_key, new { iss = "image2ipfs", nbf = Now, exp = Now + 60, sub = "alice", access = Access(Name) }),
            ["of another issuer"] = ForgedToken.Es256(_key, Payload(issuer: "evil")),
            ["of no issuer"] = ForgedToken.Es256(_key, new { aud = "image2ipfs", nbf = Now, exp = Now + 60, sub = "alice", access = Access(Name) }),
            ["for another name"] = ForgedToken.Es256(_key, Payload(name: Name + "/more")),
            ["for the beginning of the name"] = ForgedToken.Es256(_key, Payload(name: samples.Tiny.ToRepositoryComponent())),
            ["for all names"] = ForgedToken.Es256(_key, Payload(name: "*")),
            ["for the name in other letters"] = ForgedToken.Es256(_key, Payload(name: Name.ToUpperInvariant())),
            ["for a push"] = ForgedToken.Es256(_key, Payload(action: "push")),
            ["access that is no list"] = ForgedToken.Es256(_key, new { iss = "image2ipfs", aud = "image2ipfs", nbf = Now, exp = Now + 60, access = "everything" }),
            ["access of the wrong kinds"] = ForgedToken.Es256(_key, new { iss = "image2ipfs", aud = "image2ipfs", nbf = Now, exp = Now + 60, access = new object?[] { 1, null, "pull", new { type = 1, name = Name, actions = Pull }, new { type = "repository", name = Name, actions = "pull" } } }),
            ["no access"] = ForgedToken.Es256(_key, new { iss = "image2ipfs", aud = "image2ipfs", nbf = Now, exp = Now + 60 }),
            ["no JSON"] = "YWJj.YWJj.YWJj",
            ["two parts"] = "YWJj.YWJj",
            ["five parts"] = "YWJj.YWJj.YWJj.YWJj.YWJj",
            ["garbage"] = "%00%ff",
            ["long"] = good + new string('A', 20_000),
        };
        foreach (var (fault, token) in tokens)
        {
            var reply = await gateway.GetAsync($"/v2/{Name}/manifests/s2", GuardedGateway.Bearer(token));
            Assert.True(reply.Status == 401, $"{fault}: {reply.Status}");
            Assert.Contains(",error=\"", reply["WWW-Authenticate"], StringComparison.Ordinal);
            Assert.Equal(401, (await gateway.GetAsync("/metrics", GuardedGateway.Bearer(token))).Status);
        }
        // And none of them has spoilt the good one.
        Assert.Equal(200, await StatusAsync(gateway, good));
    }

    [Fact]
    public async Task Two_headers_are_no_token()
    {
        await using var gateway = await StartAsync();
        var good = ForgedToken.Es256(_key, Payload());
        Assert.Equal(200, (await gateway.RawGetAsync("/v2/", $"Authorization: Bearer {good}")).Status);
        Assert.Equal(401, (await gateway.RawGetAsync("/v2/", $"Authorization: Bearer {good}", $"Authorization: Bearer {good}")).Status);
        Assert.Equal(401, (await gateway.RawGetAsync($"/v2/?access_token={good}")).Status);
        Assert.Equal(401, (await gateway.RawGetAsync("/v2/", $"Cookie: token={good}")).Status);
    }

    [Fact]
    public async Task Gateways_that_share_a_key_take_each_others_tokens_and_others_do_not()
    {
        await using var one = await StartAsync();
        await using var other = await StartAsync();
        await using var third = await StartAsync("--Gateway:Access:Service=elsewhere");
        await using var alone = await GuardedGateway.StartAsync(samples, "Token");
        var reply = await one.GetAsync($"/token?scope=repository:{Name}:pull", GuardedGateway.Alice);
        var token = System.Text.Json.JsonElement.Parse(reply.Body).GetProperty("token").GetString()!;
        Assert.Equal(200, await StatusAsync(one, token));
        Assert.Equal(200, await StatusAsync(other, token));
        Assert.Equal(401, await StatusAsync(third, token));
        Assert.Equal(401, await StatusAsync(alone.Running, token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nothing of the kind")]
    [InlineData("public")]
    [InlineData("P-384")]
    [InlineData("RSA")]
    public async Task A_key_of_another_kind_ends_the_start(string kind)
    {
        using var large = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        var file = _folder["wrong.pem"];
        await File.WriteAllTextAsync(file, kind switch { "public" => _key.ExportSubjectPublicKeyInfoPem(), "P-384" => large.ExportECPrivateKeyPem(), "RSA" => rsa.ExportPkcs8PrivateKeyPem(), _ => kind }, RunningGateway.Cancel);
        await File.WriteAllTextAsync(_folder["users"], GuardedGateway.Line("alice", "secret"), RunningGateway.Cancel);
        var (exit, _, error) = await GatewayProgram.RunAsync(["--urls=http://127.0.0.1:0", $"--Gateway:Store={samples.Folder}", "--Gateway:Access:Auth=Token", $"--Gateway:Access:Users={_folder["users"]}", $"--Gateway:Access:Key={file}"]);
        Assert.Equal(1, exit);
        Assert.StartsWith($"Gateway: error: {file} has no private key", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private async Task<RunningGateway> StartAsync(params string[] settings)
    {
        await File.WriteAllTextAsync(_folder["key.pem"], _key.ExportECPrivateKeyPem(), RunningGateway.Cancel);
        await File.WriteAllTextAsync(_folder["users"], GuardedGateway.Line("alice", "secret"), RunningGateway.Cancel);
        return await RunningGateway.StartAsync(samples.Folder, ["--Gateway:Access:Auth=Token", $"--Gateway:Access:Users={_folder["users"]}", $"--Gateway:Access:Key={_folder["key.pem"]}", .. settings]);
    }

    private async Task<int> StatusAsync(RunningGateway gateway, string token) => (await gateway.GetAsync($"/v2/{Name}/manifests/s2", GuardedGateway.Bearer(token))).Status;

    private object Payload(string issuer = "image2ipfs", string audience = "image2ipfs", string user = "alice", int from = 0, int to = 300, string? name = null, string action = "pull") =>
        new { iss = issuer, aud = audience, sub = user, iat = Now + from, nbf = Now + from, exp = Now + to, access = Access(name ?? Name, action) };

    private static object[] Access(string name, string action = "pull") => [new { type = "repository", name, actions = new[] { action } }];
}

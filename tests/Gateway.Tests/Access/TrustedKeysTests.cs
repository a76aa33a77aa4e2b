using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Access;

/// <summary>Another token service gives the tokens, as distribution's rootcertbundle and jwks have it.</summary>
public sealed class TrustedKeysTests(Samples samples) : IDisposable
{
    private const string Realm = "https://auth.example.org/token";

    private readonly TemporaryFolder _folder = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly RSA _rsa = RSA.Create(2048);

    private string Name => $"{samples.Tiny.ToRepositoryComponent()}/t/tiny";

    private string File => _folder["keys"];

    public void Dispose()
    {
        _key.Dispose();
        _rsa.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_challenge_leads_there_and_there_is_no_token_service_here()
    {
        await using var gateway = await StartAsync(_key.ExportSubjectPublicKeyInfoPem());
        Assert.Equal($"Bearer realm=\"{Realm}\",service=\"registry.example.org\",scope=\"repository:{Name}:pull\"", (await gateway.GetAsync($"/v2/{Name}/manifests/s2"))["WWW-Authenticate"]);
        Assert.Equal($"Bearer realm=\"{Realm}\",service=\"registry.example.org\",scope=\"registry:catalog:*\"", (await gateway.GetAsync("/metrics"))["WWW-Authenticate"]);
        Assert.Equal(401, (await gateway.GetAsync("/token")).Status);
        Assert.Equal(401, (await gateway.GetAsync("/token", GuardedGateway.Bearer(ForgedToken.Es256(_key, Payload("alice", Name))))).Status);
        Assert.Equal(401, (await gateway.GetAsync("/v2/", GuardedGateway.Alice)).Status);
    }

    [Theory]
    [InlineData("certificate")]
    [InlineData("public keys")]
    [InlineData("JWKS")]
    public async Task Tokens_of_its_keys_count_and_of_no_other(string kind)
    {
        using var certificate = new CertificateRequest("CN=auth", _key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var rsaCertificate = new CertificateRequest("CN=old", _rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var gateway = await StartAsync(kind switch
        {
            "certificate" => $"# two\n{certificate.ExportCertificatePem()}\n{rsaCertificate.ExportCertificatePem()}\n",
            "JWKS" => Jwks(),
            _ => $"{_key.ExportSubjectPublicKeyInfoPem()}\n{_rsa.ExportRSAPublicKeyPem()}\n",
        });
        // Services say which key it is in ways of their own, or not at all.
        foreach (var kid in new[] { "one", "PYYO:TEWU:V7JH:26JV:AQTZ:LJC3:SXVJ:XGHA:34F2:2LAQ:ZRMK:Z7Q6" })
            Assert.Equal(200, await StatusAsync(gateway, ForgedToken.Es256(_key, Payload("alice", Name), new { alg = "ES256", kid })));
        Assert.Equal(200, await StatusAsync(gateway, ForgedToken.Rs256(_rsa, Payload("alice", Name))));
        Assert.Equal(200, await StatusAsync(gateway, ForgedToken.Es256(_key, Payload("", Name, "*"))));
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Equal(401, await StatusAsync(gateway, ForgedToken.Es256(other, Payload("alice", Name), new { alg = "ES256", kid = "one" })));
        Assert.Equal(401, await StatusAsync(gateway, ForgedToken.Es256(_key, Payload("alice", Name + "/other"))));
        Assert.Equal(401, await StatusAsync(gateway, ForgedToken.Signed(new { alg = "HS256" }, Payload("alice", Name), b => HMACSHA256.HashData(_key.ExportSubjectPublicKeyInfo(), b))));
        Assert.Equal(401, await StatusAsync(gateway, ForgedToken.Es256(_key, new { iss = "image2ipfs", aud = "registry.example.org", exp = Now + 60, access = Array.Empty<object>() })));
    }

    [Fact]
    public async Task A_certificate_that_a_token_brings_along_must_be_issued_by_a_trusted_one()
    {
        using var root = Authority("CN=root", _key).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(2));
        using var leafKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var leaf = new CertificateRequest("CN=leaf", leafKey, HashAlgorithmName.SHA256).Create(root, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), [1]);
        using var old = new CertificateRequest("CN=old", leafKey, HashAlgorithmName.SHA256).Create(root, DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(-1), [2]);
        using var evilRoot = Authority("CN=root", leafKey).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(2));
        // One that may not issue any.
        using var belowKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var leafWithKey = leaf.CopyWithPrivateKey(leafKey);
        var belowRequest = new CertificateRequest("CN=below", belowKey, HashAlgorithmName.SHA256);
        using var below = belowRequest.Create(leaf.SubjectName, X509SignatureGenerator.CreateForECDsa(leafKey), DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), [3]);

        await using var gateway = await StartAsync(root.ExportCertificatePem());
        Assert.Equal(200, await StatusAsync(gateway, Token(leafKey, leaf)));
        Assert.Equal(200, await StatusAsync(gateway, Token(_key, root)));
        Assert.Equal(401, await StatusAsync(gateway, Token(leafKey, old)));
        Assert.Equal(401, await StatusAsync(gateway, Token(leafKey, evilRoot)));
        Assert.Equal(401, await StatusAsync(gateway, Token(belowKey, below, leaf)));
        Assert.Equal(401, await StatusAsync(gateway, Token(leafKey, root)));
        Assert.Equal(401, await StatusAsync(gateway, Token(leafKey)));
        Assert.Equal(401, await StatusAsync(gateway, ForgedToken.Es256(leafKey, Payload("alice", Name), new { alg = "ES256", x5c = new object[] { 1, "!!" } })));
        Assert.Equal(401, await StatusAsync(gateway, ForgedToken.Es256(leafKey, Payload("alice", Name), new { alg = "ES256", x5c = "MIIB" })));

        string Token(ECDsa key, params X509Certificate2[] chain) =>
            ForgedToken.Es256(key, Payload("alice", Name), new { alg = "ES256", x5c = chain.Select(c => Convert.ToBase64String(c.RawData)).ToArray() });
    }

    [Fact]
    public async Task Users_of_its_own_are_let_in_beside()
    {
        await System.IO.File.WriteAllTextAsync(_folder["users"], GuardedGateway.Line("alice", "secret"), RunningGateway.Cancel);
        await using var gateway = await StartAsync(_key.ExportSubjectPublicKeyInfoPem(), $"--Gateway:Access:Users={_folder["users"]}");
        Assert.Equal(200, (await gateway.GetAsync("/metrics", GuardedGateway.Alice)).Status);
        Assert.Equal("Basic realm=\"registry.example.org\"", (await gateway.GetAsync("/metrics"))["WWW-Authenticate"]);
        Assert.StartsWith("Bearer ", (await gateway.GetAsync("/v2/"))["WWW-Authenticate"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "has neither certificates nor public keys")]
    [InlineData("nothing of the kind", "has neither certificates nor public keys")]
    [InlineData("{}", "has neither certificates nor public keys")]
    [InlineData("{\"keys\":[", "")]
    [InlineData("{\"keys\":[{\"kty\":\"oct\",\"kid\":\"x\",\"k\":\"c2VjcmV0\"}]}", "key x is of kind oct")]
    [InlineData("private", "is no public key")]
    public async Task A_file_of_another_kind_ends_the_start(string content, string named)
    {
        await System.IO.File.WriteAllTextAsync(File, content == "private" ? _key.ExportECPrivateKeyPem() : content, RunningGateway.Cancel);
        var (exit, _, error) = await GatewayProgram.RunAsync(["--urls=http://127.0.0.1:0", $"--Gateway:Store={samples.Folder}", .. Settings()]);
        Assert.Equal(1, exit);
        var line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith($"Gateway: error: {File}", line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);
    }

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request;
    }

    private static object Payload(string user, string name, string action = "pull") =>
        new { iss = "auth.example.org", aud = "registry.example.org", sub = user, nbf = Now, exp = Now + 300, access = new[] { new { type = "repository", name, actions = new[] { action } } } };

    private async Task<RunningGateway> StartAsync(string keys, params string[] more)
    {
        await System.IO.File.WriteAllTextAsync(File, keys, RunningGateway.Cancel);
        return await RunningGateway.StartAsync(samples.Folder, [.. Settings(), .. more]);
    }

    private string[] Settings() =>
        ["--Gateway:Access:Auth=Token", $"--Gateway:Access:Realm={Realm}", "--Gateway:Access:Issuer=auth.example.org", "--Gateway:Access:Service=registry.example.org", $"--Gateway:Access:TrustedKeys={File}"];

    private string Jwks()
    {
        var (ec, rsa) = (_key.ExportParameters(false), _rsa.ExportParameters(false));
        return $$"""
            { "keys": [
              { "kty": "EC", "crv": "P-256", "kid": "one", "use": "sig", "x": "{{Base64Url.EncodeToString(ec.Q.X)}}", "y": "{{Base64Url.EncodeToString(ec.Q.Y)}}" },
              { "kty": "RSA", "kid": "two", "n": "{{Base64Url.EncodeToString(rsa.Modulus)}}", "e": "{{Base64Url.EncodeToString(rsa.Exponent)}}" }
            ] }
            """;
    }

    private async Task<int> StatusAsync(RunningGateway gateway, string token) => (await gateway.GetAsync($"/v2/{Name}/manifests/s2", GuardedGateway.Bearer(token))).Status;
}

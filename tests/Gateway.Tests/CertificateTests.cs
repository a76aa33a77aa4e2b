using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Testing;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>Listening with TLS, and the certificate's change while it does.</summary>
public sealed class CertificateTests(Samples samples) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Who_connects_after_a_change_gets_the_new_certificate_and_who_is_connected_goes_on()
    {
        // As Kubernetes does it: a link to a folder is moved to another one.
        await WriteAsync("one", "first");
        await WriteAsync("two", "second");
        Directory.CreateSymbolicLink(_folder["data"], _folder["one"]);
        await using var gateway = await StartAsync("data/cert.pem", "data/key.pem");
        await using var before = await ConnectAsync(gateway);
        Assert.Equal("CN=first", before.RemoteCertificate!.Subject);
        Assert.Equal("HTTP/1.1 200 OK", await AskAsync(before));

        Directory.CreateSymbolicLink(_folder["next"], _folder["two"]);
        (await Command.RunAsync("mv", ["-fT", _folder["next"], _folder["data"]])).Succeeded();
        await UntilAsync(gateway, "CN=second");
        Assert.Equal("HTTP/1.1 200 OK", await AskAsync(before));
    }

    [Fact]
    public async Task A_file_that_cannot_be_used_changes_nothing_and_is_told_once()
    {
        await WriteAsync(".", "first");
        await using var gateway = await StartAsync("cert.pem", "key.pem");
        foreach (var wrong in new[] { "no certificate", await File.ReadAllTextAsync(_folder["key.pem"], RunningGateway.Cancel) })
        {
            await File.WriteAllTextAsync(_folder["cert.pem"], wrong, RunningGateway.Cancel);
            var problems = new List<string>();
            while (problems.Count == 0)
            {
                problems.AddRange(gateway.TakeProblems());
                await Task.Delay(20, RunningGateway.Cancel);
            }
            Assert.Contains("The certificate stays as it was", Assert.Single(problems), StringComparison.Ordinal);
            await using var connection = await ConnectAsync(gateway);
            Assert.Equal("CN=first", connection.RemoteCertificate!.Subject);
            await Task.Delay(300, RunningGateway.Cancel);
            Assert.Empty(gateway.TakeProblems());

            File.Delete(_folder["cert.pem"]);
            while (gateway.TakeProblems().Count == 0)
                await Task.Delay(20, RunningGateway.Cancel);
        }
        await WriteAsync(".", "second");
        await UntilAsync(gateway, "CN=second");
        // Between the two files it may have looked once.
        gateway.TakeProblems();
    }

    [Fact]
    public async Task The_whole_chain_is_sent_and_HTTP_2_is_offered()
    {
        await WriteAsync(".", "first");
        await File.WriteAllTextAsync(_folder["both.pem"], await File.ReadAllTextAsync(_folder["cert.pem"], RunningGateway.Cancel) + await File.ReadAllTextAsync(_folder["key.pem"], RunningGateway.Cancel), RunningGateway.Cancel);
        await using var gateway = await StartAsync("both.pem", null);
        var sent = new List<string>();
        using var connection = new TcpClient();
        await connection.ConnectAsync(gateway.Address.Host, gateway.Address.Port, RunningGateway.Cancel);
        await using var tls = new SslStream(connection.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ApplicationProtocols = [SslApplicationProtocol.Http3, SslApplicationProtocol.Http2],
            RemoteCertificateValidationCallback = (_, _, chain, _) =>
            {
                sent.AddRange(chain!.ChainPolicy.ExtraStore.Select(c => c.Subject));
                return true;
            },
        }, RunningGateway.Cancel);
        Assert.Equal(SslApplicationProtocol.Http2, tls.NegotiatedApplicationProtocol);
        Assert.Contains("CN=authority of first", sent);
        Assert.Empty(gateway.Services.GetServices<IMultiplexedConnectionListenerFactory>());
    }

    [Theory]
    [InlineData("none.pem", "key.pem", "none.pem")]
    [InlineData("key.pem", "key.pem", "Tls:Certificate")]
    [InlineData("cert.pem", "other/key.pem", "Tls:Certificate")]
    [InlineData("cert.pem", null, "Tls:Certificate")]
    public async Task What_cannot_be_used_stops_the_start(string certificate, string? key, string named)
    {
        await WriteAsync(".", "first");
        await WriteAsync("other", "second");
        var (exit, _, error) = await GatewayProgram.RunAsync(["--urls=https://127.0.0.1:0", $"--Gateway:Store={samples.Folder}", .. Arguments(certificate, key)], []);
        Assert.Equal(1, exit);
        Assert.Contains(named, Assert.Single(error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private Task<RunningGateway> StartAsync(string certificate, string? key) =>
        RunningGateway.StartAsync(samples.Folder, ["--urls=https://127.0.0.1:0", "--Gateway:Tls:CheckEvery=00:00:00.1", .. Arguments(certificate, key)]);

    private string[] Arguments(string certificate, string? key) =>
        [$"--Gateway:Tls:Certificate={_folder[certificate]}", .. key is null ? Array.Empty<string>() : [$"--Gateway:Tls:Key={_folder[key]}"]];

    private static async Task<SslStream> ConnectAsync(RunningGateway gateway)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(gateway.Address.Host, gateway.Address.Port, RunningGateway.Cancel);
        var tls = new SslStream(connection.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null }, RunningGateway.Cancel);
        return tls;
    }

    private static async Task<string> AskAsync(SslStream connection)
    {
        await connection.WriteAsync("GET /v2/ HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), RunningGateway.Cancel);
        var answer = new byte[4096];
        var count = 0;
        while (!Encoding.ASCII.GetString(answer, 0, count).EndsWith("\r\n\r\n{}", StringComparison.Ordinal))
            count += await connection.ReadAtLeastAsync(answer.AsMemory(count), 1, throwOnEndOfStream: true, RunningGateway.Cancel);
        return Encoding.ASCII.GetString(answer, 0, count).Split("\r\n")[0];
    }

    private static async Task UntilAsync(RunningGateway gateway, string subject)
    {
        while (true)
        {
            await using var connection = await ConnectAsync(gateway);
            if (connection.RemoteCertificate!.Subject == subject)
                return;
            await Task.Delay(50, RunningGateway.Cancel);
        }
    }

    /// <summary>cert.pem, with its authority's behind it, and key.pem.</summary>
    private async Task WriteAsync(string folder, string name)
    {
        var now = DateTimeOffset.UtcNow;
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = Authority($"CN=root of {name}", rootKey).CreateSelfSigned(now.AddDays(-1), now.AddDays(3));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issued = Authority($"CN=authority of {name}", authorityKey).Create(root, now.AddDays(-1), now.AddDays(2), RandomNumberGenerator.GetBytes(8));
        using var authority = issued.CopyWithPrivateKey(authorityKey);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).Create(authority, now.AddDays(-1), now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        Directory.CreateDirectory(_folder[folder]);
        await File.WriteAllTextAsync(_folder[$"{folder}/key.pem"], key.ExportPkcs8PrivateKeyPem() + "\n", RunningGateway.Cancel);
        await File.WriteAllTextAsync(_folder[$"{folder}/cert.pem"], $"{certificate.ExportCertificatePem()}\n{authority.ExportCertificatePem()}\n", RunningGateway.Cancel);
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request;
    }
}

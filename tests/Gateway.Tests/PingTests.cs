using System.Text;
using Image2Ipfs.Gateway.Tests.Running;

namespace Image2Ipfs.Gateway.Tests;

public sealed class PingTests(SamplesGateway gateway) : IClassFixture<SamplesGateway>
{
    [Theory]
    [InlineData("/v2")]
    [InlineData("/v2/")]
    [InlineData("/v2/?ns=docker.io")]
    public async Task The_ping_says_that_this_is_a_registry_of_the_second_version(string path)
    {
        var get = await gateway.Running.GetAsync(path);
        Assert.Equal(200, get.Status);
        Assert.Equal("registry/2.0", get["Docker-Distribution-Api-Version"]);
        Assert.Equal("application/json", get["Content-Type"]);
        Assert.Equal("nosniff", get["X-Content-Type-Options"]);
        Assert.Null(get["Server"]);
        Assert.Equal("{}", Encoding.UTF8.GetString(get.Body));

        var head = await gateway.Running.HeadAsync(path);
        Assert.Equal(200, head.Status);
        Assert.Equal("registry/2.0", head["Docker-Distribution-Api-Version"]);
        Assert.Equal("2", head["Content-Length"]);
        Assert.Empty(head.Body);
    }

    /// <summary>Docker's containerd store tries TLS first, and goes on without it only if the answer starts with HTTP/.</summary>
    [Fact]
    public async Task A_TLS_ClientHello_is_answered_in_HTTP()
    {
        byte[] hello =
        [
            0x16, 0x03, 0x01, 0x00, 0x2F,                   // a handshake record of 47 bytes
            0x01, 0x00, 0x00, 0x2B, 0x03, 0x03,             // ClientHello of 43 bytes, TLS 1.2
            .. Enumerable.Repeat((byte)0x5A, 32),           // random
            0x00, 0x00, 0x04, 0x13, 0x01, 0xC0, 0x2F,       // no session, two cipher suites
            0x01, 0x00,                                     // no compression
        ];
        var answer = Encoding.Latin1.GetString(await gateway.Running.RawBytesAsync(hello));
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
    }
}

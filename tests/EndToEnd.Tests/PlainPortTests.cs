using System.Net.Sockets;
using System.Text;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>
/// Clients try TLS first, on the plain port too. Docker's containerd image store goes on in plain text only after an
/// answer that begins with "HTTP/".
/// </summary>
public sealed class PlainPortTests
{
    // A ClientHello of TLS 1.2 as RFC 5246, 7.4.1.2 has it: record, handshake, version, 32 random bytes, no session, one cipher suite, no compression.
    private static readonly byte[] ClientHello =
    [
        0x16, 0x03, 0x01, 0x00, 0x2d, 0x01, 0x00, 0x00, 0x29, 0x03, 0x03,
        .. Enumerable.Range(1, 32).Select(i => (byte)i),
        0x00, 0x00, 0x02, 0xc0, 0x2f, 0x01, 0x00,
    ];

    [Fact]
    public async Task A_TLS_ClientHello_is_answered_with_HTTP_400()
    {
        using var folder = new TemporaryFolder();
        await using var gateway = await GatewayProcess.StartAsync(folder["store"]);
        using var connection = new TcpClient();
        await connection.ConnectAsync(gateway.Address.Host, gateway.Address.Port, TestContext.Current.CancellationToken);

        var stream = connection.GetStream();
        await stream.WriteAsync(ClientHello, TestContext.Current.CancellationToken);
        var answer = new byte[12];
        await stream.ReadExactlyAsync(answer, TestContext.Current.CancellationToken);
        Assert.Equal("HTTP/1.1 400", Encoding.ASCII.GetString(answer));
    }
}

using System.Net.Sockets;
using System.Text;

namespace Image2Ipfs.Gateway.Tests.Running;

/// <summary>Requests that no HTTP client would send: bytes over a socket.</summary>
internal static class RawHttp
{
    /// <summary>A GET with these header lines, each on a line of its own.</summary>
    public static Task<Reply> RawGetAsync(this RunningGateway gateway, string target, params IEnumerable<string> lines) =>
        gateway.RawAsync($"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{string.Concat(lines.Select(l => l + "\r\n"))}\r\n");

    public static async Task<Reply> RawAsync(this RunningGateway gateway, string request) =>
        Parse(await gateway.RawBytesAsync(Encoding.Latin1.GetBytes(request)));

    /// <summary>Everything that comes back until the Gateway closes the connection.</summary>
    public static async Task<byte[]> RawBytesAsync(this RunningGateway gateway, ReadOnlyMemory<byte> request)
    {
        using var client = await gateway.ConnectAsync();
        var stream = client.GetStream();
        using var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(request, RunningGateway.Cancel);
            await stream.CopyToAsync(answer, RunningGateway.Cancel);
        }
        catch (IOException) when (answer.Length > 0)
        {
            // The Gateway answered before it had read everything, and reset the rest.
        }
        return answer.ToArray();
    }

    public static async Task<TcpClient> ConnectAsync(this RunningGateway gateway)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(gateway.Address.Host, gateway.Address.Port, RunningGateway.Cancel);
        return client;
    }

    private static Reply Parse(byte[] answer)
    {
        var end = answer.AsSpan().IndexOf("\r\n\r\n"u8);
        Assert.True(end > 0, $"no answer: {Encoding.Latin1.GetString(answer)}");
        var lines = Encoding.Latin1.GetString(answer, 0, end).Split("\r\n");
        Assert.StartsWith("HTTP/1.1 ", lines[0], StringComparison.Ordinal);
        var headers = lines.Skip(1)
            .Select(l => l.Split(": ", 2))
            .ToDictionary(l => l[0], l => l[1].Trim(), StringComparer.OrdinalIgnoreCase);
        return new Reply(int.Parse(lines[0].AsSpan(9, 3)), headers, answer[(end + 4)..]);
    }
}

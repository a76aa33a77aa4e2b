using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Image2Ipfs.Publisher.Tests.Targets;

/// <summary>One request to a <see cref="TestNode"/>, read and answered byte by byte, so that both can be done wrong.</summary>
internal sealed class TestCall(Socket socket, NetworkStream stream, CancellationToken cancel)
{
    private bool _continued;

    public string Command { get; private set; } = "";

    /// <summary>The arguments, in their order.</summary>
    public List<(string Name, string Value)> Arguments { get; } = [];

    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public CancellationToken Cancel => cancel;

    /// <summary>There is no body, or none of it is left. An answer before that ends the connection, as in Go.</summary>
    public bool IsRead { get; private set; }

    public string? Argument(string name) => Arguments.FirstOrDefault(a => a.Name == name).Value;

    /// <returns>Whether there is a request.</returns>
    public async Task<bool> ReadHeadAsync()
    {
        var line = await ReadLineAsync();
        if (line.Length == 0)
            return false;
        Assert.StartsWith("POST /", line, StringComparison.Ordinal);
        var target = line.Split(' ')[1].Split('?', 2);
        Command = target[0];
        foreach (var argument in target.Skip(1).SelectMany(q => q.Split('&', StringSplitOptions.RemoveEmptyEntries)))
            Arguments.Add((argument.Split('=')[0], Uri.UnescapeDataString(argument.Split('=')[1])));
        while (await ReadLineAsync() is { Length: > 0 } header)
            Headers.Add(header.Split(':', 2)[0], header.Split(':', 2)[1].Trim());
        IsRead = !Headers.ContainsKey("Transfer-Encoding");
        return true;
    }

    /// <summary>Reads the body, or some of it.</summary>
    public async Task<byte[]> ReadBodyAsync(long max = long.MaxValue)
    {
        using var body = new MemoryStream();
        if (!IsRead && !_continued)
        {
            _continued = true;
            await WriteAsync("HTTP/1.1 100 Continue\r\n\r\n");
        }
        while (!IsRead && body.Length < max)
        {
            // The caller may break off before the first byte.
            if (await ReadLineAsync() is not { Length: > 0 } line)
                throw new EndOfStreamException();
            var length = int.Parse(line, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var chunk = new byte[length + 2];
            await stream.ReadExactlyAsync(chunk, cancel);
            IsRead = length == 0;
            body.Write(chunk, 0, length);
        }
        return body.ToArray();
    }

    public Task AnswerAsync(string json, string? trailer = null) => AnswerAsync(200, json, trailer is null ? "" : "Trailer: X-Stream-Error\r\n", trailer);

    /// <summary>An error as Kubo words it.</summary>
    public Task FailAsync(string message) => AnswerAsync(500, $$"""{"Message":"{{message}}","Code":0,"Type":"error"}""");

    /// <summary>A chunked answer, so that it can have a trailer.</summary>
    public Task AnswerAsync(int status, string body, string headers = "", string? trailer = null) => WriteAsync(
        $"HTTP/1.1 {status} Status\r\n{headers}{(IsRead ? "" : "Connection: close\r\n")}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" +
        (body.Length == 0 ? "" : $"{Encoding.UTF8.GetByteCount(body):x}\r\n{body}\r\n") +
        $"0\r\n{(trailer is null ? "" : $"X-Stream-Error: {trailer}\r\n")}\r\n");

    public async Task WriteAsync(string text) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancel);

    public Task StallAsync() => Task.Delay(Timeout.Infinite, cancel);

    /// <summary>Resets the connection.</summary>
    public void Abort()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    private async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one, cancel) == 1)
        {
            if (one[0] == '\n')
                return line.ToString().TrimEnd('\r');
            line.Append((char)one[0]);
        }
        return line.ToString();
    }
}

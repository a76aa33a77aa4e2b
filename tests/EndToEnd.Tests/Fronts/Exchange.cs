using System.Net;
using System.Text;

namespace Image2Ipfs.EndToEnd.Tests.Fronts;

/// <summary>A request, written as a line: <c>GET /v2/ | Accept: text/plain</c>; a body of so many bytes: <c>PUT /v2/ +2000000</c>.</summary>
internal static class Exchange
{
    /// <summary>Headers that speak of one connection, or of who stands at its end.</summary>
    private static readonly HashSet<string> Hop = new(["Connection", "Keep-Alive", "Transfer-Encoding", "Date", "Server", "Via", "Alt-Svc"], StringComparer.OrdinalIgnoreCase);

    /// <returns>Status, headers in order, and the body, as lines.</returns>
    public static async Task<string> AskAsync(HttpClient http, string line)
    {
        using var request = Request(line, http.DefaultRequestVersion);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(http.DefaultRequestVersion, response.Version);
        var headers = response.Headers.Concat(response.Content.Headers).Where(h => !Hop.Contains(h.Key)).ToDictionary(h => h.Key, h => string.Join(" & ", h.Value), StringComparer.OrdinalIgnoreCase);
        var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var text = Encoding.Latin1.GetString(body);
        if (headers.TryGetValue("Content-Type", out var type) && type.StartsWith("multipart/byteranges", StringComparison.Ordinal))
        {
            // It is another one each time, and nginx's are shorter.
            var boundary = type[(type.IndexOf('=', StringComparison.Ordinal) + 1)..];
            text = text.Replace(boundary, "BOUNDARY", StringComparison.Ordinal);
            headers["Content-Type"] = type.Replace(boundary, "BOUNDARY", StringComparison.Ordinal);
        }
        var shown = text.Length > 2000 ? $"{text.Length} bytes, {Runtimes.PulledImage.DigestOf(body)}" : text;
        return $"{(int)response.StatusCode}\n{string.Join('\n', headers.OrderBy(h => h.Key, StringComparer.OrdinalIgnoreCase).Select(h => $"{h.Key.ToUpperInvariant()}: {h.Value}"))}\n\n{shown}";
    }

    public static HttpRequestMessage Request(string line, Version version)
    {
        var parts = line.Split(" | ");
        var words = parts[0].Split(' ');
        var request = new HttpRequestMessage(new HttpMethod(words[0]), words[1]) { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (words.Length > 2)
            request.Content = new ByteArrayContent(new byte[int.Parse(words[2], System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture)]);
        foreach (var header in parts[1..])
            Assert.True(request.Headers.TryAddWithoutValidation(header[..header.IndexOf(':', StringComparison.Ordinal)], header[(header.IndexOf(':', StringComparison.Ordinal) + 2)..]));
        return request;
    }

    public static Version Version(string http) => http == "HTTP/2" ? HttpVersion.Version20 : HttpVersion.Version11;
}

using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Tests.Running;

/// <summary>A whole answer. Header names compare without case, as in HTTP; several lines of one are joined.</summary>
internal sealed record Reply(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string? this[string header] => Headers.GetValueOrDefault(header);

    public Digest BodyDigest => Digest.FromSha256Hash(SHA256.HashData(Body));
}

internal static class Requests
{
    public static Task<Reply> GetAsync(this RunningGateway gateway, string path, params ReadOnlySpan<(string Name, string Value)> headers) =>
        gateway.SendAsync(HttpMethod.Get, path, headers);

    public static Task<Reply> HeadAsync(this RunningGateway gateway, string path, params ReadOnlySpan<(string Name, string Value)> headers) =>
        gateway.SendAsync(HttpMethod.Head, path, headers);

    public static Task<Reply> SendAsync(this RunningGateway gateway, HttpMethod method, string path, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        // The path goes out as it is written here.
        var address = new Uri(gateway.Address.GetLeftPart(UriPartial.Authority) + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(method, address);
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return SendAsync(gateway.Http, request);
    }

    private static async Task<Reply> SendAsync(HttpClient http, HttpRequestMessage request)
    {
        using (request)
        using (var response = await http.SendAsync(request, RunningGateway.Cancel))
        {
            var headers = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
                .ToDictionary(h => h.Key, h => string.Join(", ", (IEnumerable<string>)h.Value), StringComparer.OrdinalIgnoreCase);
            return new Reply((int)response.StatusCode, headers, await response.Content.ReadAsByteArrayAsync(RunningGateway.Cancel));
        }
    }

    /// <summary>Where the Link header says that the next page is, or null.</summary>
    public static string? Next(this Reply reply)
    {
        if (reply["Link"] is not { } link)
            return null;
        Assert.StartsWith("</v2/", link, StringComparison.Ordinal);
        Assert.EndsWith(">; rel=\"next\"", link, StringComparison.Ordinal);
        return link[1..link.IndexOf('>', StringComparison.Ordinal)];
    }

    /// <summary>The answer is the error JSON of the distribution specification.</summary>
    /// <returns>The message.</returns>
    public static string IsError(this Reply reply, int status, string code)
    {
        Assert.Equal(status, reply.Status);
        Assert.Equal("application/json", reply["Content-Type"]);
        Assert.Null(reply["Docker-Content-Digest"]);
        Assert.Null(reply["Cache-Control"]);
        using var json = JsonDocument.Parse(reply.Body);
        Assert.Equal(["errors"], json.RootElement.EnumerateObject().Select(m => m.Name));
        var error = Assert.Single(json.RootElement.GetProperty("errors").EnumerateArray());
        Assert.Equal(["code", "message"], error.EnumerateObject().Select(m => m.Name));
        Assert.Equal(code, error.GetProperty("code").GetString());
        return Assert.IsType<string>(error.GetProperty("message").GetString());
    }
}

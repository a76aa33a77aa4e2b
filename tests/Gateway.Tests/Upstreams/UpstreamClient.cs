using System.Net;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>What a plain client gets from an upstream, with nothing done for it.</summary>
internal sealed class UpstreamClient(TestUpstream upstream) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None, UseCookies = false });

    internal sealed record Got(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
    {
        public string? this[string header] => Headers.GetValueOrDefault(header);
    }

    /// <exception cref="HttpRequestException">The connection was refused.</exception>
    /// <exception cref="IOException">The body did not end as it should.</exception>
    public async Task<Got> GetAsync(string target, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(upstream.Address, target));
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        var got = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .ToDictionary(h => h.Key, h => string.Join(", ", (IEnumerable<string>)h.Value), StringComparer.OrdinalIgnoreCase);
        using var body = new MemoryStream();
        await (await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)).CopyToAsync(body, TestContext.Current.CancellationToken);
        return new Got((int)response.StatusCode, got, body.ToArray());
    }

    public void Dispose() => _http.Dispose();
}

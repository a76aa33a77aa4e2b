using System.Net;
using System.Net.Http.Headers;
using Image2Ipfs.Gateway.Settings;

namespace Image2Ipfs.Gateway.Upstreams;

/// <summary>
/// One GET or HEAD of an upstream, redirects included. Nothing of a client's request is in it. A redirect may lead to the upstream
/// itself (the slash of a directory, a subdomain), to another upstream, or outside; inside, only if a setting says so.
/// </summary>
internal sealed class UpstreamHttp : IDisposable
{
    private readonly HttpMessageInvoker _configured;
    private readonly HttpMessageInvoker _outside;
    private readonly UpstreamSettings _settings;
    private readonly Func<IEnumerable<Uri>> _upstreams;
    private readonly TimeProvider _clock;

    /// <param name="configured">YARP's client of the cluster, which the upstreams themselves are asked through.</param>
    /// <param name="upstreams">The addresses of all upstreams.</param>
    public UpstreamHttp(HttpMessageInvoker configured, Func<IEnumerable<Uri>> upstreams, UpstreamSettings settings, TimeProvider clock)
    {
        (_configured, _upstreams, _settings, _clock) = (configured, upstreams, settings, clock);
        _outside = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = _settings.FirstByteTimeout,
            ConnectCallback = _settings.RedirectsToPrivateAddresses ? null : PrivateAddress.ConnectOutsideAsync,
        });
    }

    /// <param name="method">GET, or HEAD.</param>
    /// <param name="accept">The only media type that is wanted, or null.</param>
    /// <exception cref="UpstreamFault">The answer is no 200 or 206, or there is none.</exception>
    public async Task<UpstreamBody> SendAsync(Upstream upstream, HttpMethod method, string target, (long First, long? Last)? range, string? accept, CancellationToken cancel)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(_settings.FirstByteTimeout);
        var uri = new Uri(upstream.Address.AbsoluteUri.TrimEnd('/') + target);
        try
        {
            for (var redirects = 0; ; redirects++)
            {
                var response = await SendAsync(method, uri, range, accept, timeout.Token).ConfigureAwait(false);
                try
                {
                    if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent)
                        return await UpstreamBody.OpenAsync(upstream, response, _settings.StallTimeout, cancel).ConfigureAwait(false);
                    uri = Redirect(response, uri, redirects);
                }
                catch
                {
                    response.Dispose();
                    throw;
                }
                response.Dispose();
            }
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new UpstreamFault(FaultKind.Timeout, "did not answer in time", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new UpstreamFault(FaultKind.Failed, $"cannot be reached: {e.Message}", e);
        }
    }

    public void Dispose() => _outside.Dispose();

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri uri, (long First, long? Last)? range, string? accept, CancellationToken cancel)
    {
        var (via, host) = Route(uri);
        var request = new HttpRequestMessage(method, via) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        request.Headers.Add("User-Agent", "image2ipfs");
        request.Headers.Add("Via", Loop.Via);
        if (host is not null)
            request.Headers.Host = host;
        if (accept is not null)
            request.Headers.Add("Accept", accept);
        if (range is var (first, last))
            request.Headers.Range = new RangeHeaderValue(first, last);
        return (IsConfigured(via) ? _configured : _outside).SendAsync(request, cancel);
    }

    private bool IsConfigured(Uri uri) =>
        _upstreams().Any(u => u.Port == uri.Port && (u.Host.Equals(uri.Host, StringComparison.OrdinalIgnoreCase) || uri.Host.EndsWith("." + u.Host, StringComparison.OrdinalIgnoreCase)));

    /// <summary>
    /// Kubo on localhost redirects to &lt;cid&gt;.ipfs.localhost. Few resolvers know such a name: the upstream itself is asked, by it.
    /// </summary>
    private (Uri Uri, string? Host) Route(Uri uri)
    {
        if (!PrivateAddress.IsLocalhost(uri.Host) || _upstreams().FirstOrDefault(u => u.IsLoopback && u.Port == uri.Port) is not { } own || own.Host == uri.Host)
            return (uri, null);
        return (new UriBuilder(uri) { Host = own.Host }.Uri, uri.Authority);
    }

    private Uri Redirect(HttpResponseMessage response, Uri from, int redirects)
    {
        var status = (int)response.StatusCode;
        if (status is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
            throw Refusal(response, status);
        if (redirects >= _settings.MaxRedirects)
            throw new UpstreamFault(FaultKind.Failed, "redirects without end");
        var to = new Uri(from, location);
        if (to.Scheme is not ("http" or "https") || (from.Scheme == "https" && to.Scheme == "http"))
            throw new UpstreamFault(FaultKind.Failed, $"redirects to {to.Scheme}");
        if (!_settings.RedirectsToPrivateAddresses && PrivateAddress.IsPrivate(to.Host) && !IsConfigured(Route(to).Uri))
            throw new UpstreamFault(FaultKind.Failed, "redirects to a private address");
        return to;
    }

    private UpstreamFault Refusal(HttpResponseMessage response, int status)
    {
        var kind = status switch
        {
            404 or 410 or 451 => FaultKind.Absent,
            400 or 406 or 415 or 501 or (>= 300 and < 400) => FaultKind.NotThisWay,
            429 or 503 => FaultKind.Busy,
            504 => FaultKind.Timeout,
            _ => FaultKind.Failed,
        };
        var pause = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - _clock.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return new UpstreamFault(kind, $"answered {status}") { Status = status, RetryAfter = pause > TimeSpan.Zero ? pause : null };
    }
}

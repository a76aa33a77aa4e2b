using System.Net;
using Image2Ipfs.Gateway.Settings;

namespace Image2Ipfs.Gateway.Answers;

/// <summary>
/// Blobs that nginx sends itself: it gets the headers, and in X-Accel-Redirect where it has the file. It must be known, and must
/// ask for it by <c>X-Sendfile-Type: X-Accel-Redirect</c>, as it asks Rack: so it can also ask without, when it has not found the file.
/// Source: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_ignore_headers, https://www.rubydoc.info/gems/rack/Rack/Sendfile
/// </summary>
internal sealed class AccelRedirect(GatewaySettings settings)
{
    public const string Header = "X-Accel-Redirect";

    private readonly (string Folder, string Address)[] _places =
    [
        (Path.GetFullPath(settings.Store) + Path.DirectorySeparatorChar, $"{settings.Proxy.AccelRedirect}store/"),
        (Path.GetFullPath(settings.Cache.Folder) + Path.DirectorySeparatorChar, $"{settings.Proxy.AccelRedirect}cache/"),
    ];

    /// <summary>The middleware. Only the connection tells who asks, so it must come before what believes X-Forwarded-For.</summary>
    public static Func<RequestDelegate, RequestDelegate> For(GatewaySettings settings, ForwardedHeadersOptions known)
    {
        var here = new AccelRedirect(settings);
        return next => context =>
        {
            if (context.Request.Headers["X-Sendfile-Type"] == Header && IsKnown(context.Connection.RemoteIpAddress, known))
                context.Features.Set(here);
            return next(context);
        };
    }

    /// <returns>Where nginx has the file, or null: the Gateway is to send it.</returns>
    /// <param name="file">The file that has the blob's bytes.</param>
    /// <param name="request">It says what is wanted of them.</param>
    /// <param name="ranges">How the Gateway reads that.</param>
    public string? AddressOf(string? file, HttpRequest request, IReadOnlyList<(long Start, long Length)>? ranges)
    {
        var headers = request.Headers;
        if (file is null || !HttpMethods.IsGet(request.Method))
            return null;
        // The rest nginx would judge by a tag and a date of its own.
        if (headers.IfMatch.Count + headers.IfRange.Count + headers.IfUnmodifiedSince.Count > 0)
            return null;
        // One range it reads as we do. What is wrong it would refuse in words of its own.
        if (headers.Range.Count > 0 && (ranges is not [_] || headers.Range.ToString().Contains(',', StringComparison.Ordinal)))
            return null;
        foreach (var (folder, address) in _places)
        {
            if (file.StartsWith(folder, StringComparison.Ordinal))
                return address + file[folder.Length..].Replace(Path.DirectorySeparatorChar, '/');
        }
        return null;
    }

    public static void Write(HttpResponse response, string address, string contentType)
    {
        response.ContentType = contentType;
        response.ContentLength = 0;
        response.Headers[Header] = address;
        // It says both itself. What it was told of the second it would say again of another answer, when the file is not there.
        response.Headers.AcceptRanges = response.Headers.CacheControl = default;
    }

    /// <summary>Nobody has an address on a Unix socket.</summary>
    private static bool IsKnown(IPAddress? address, ForwardedHeadersOptions known)
    {
        if (address is { IsIPv4MappedToIPv6: true })
            address = address.MapToIPv4();
        return address is null || known.KnownProxies.Contains(address) || known.KnownIPNetworks.Any(n => n.Contains(address));
    }
}

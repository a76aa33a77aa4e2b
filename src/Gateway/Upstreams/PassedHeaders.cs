using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Image2Ipfs.Gateway.Upstreams;

/// <summary>
/// What of a request that YARP passes on goes up, and what of the answer comes down: what an IPFS gateway reads and says,
/// and nothing by which a client, or an upstream, could be known.
/// </summary>
internal static class PassedHeaders
{
    private static readonly string[] Up =
        ["Accept", "Cache-Control", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since", "Range", "User-Agent"];

    private static readonly string[] Down =
    [
        "Accept-Ranges", "Age", "Allow", "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Length", "Content-Location", "Content-Range", "Content-Security-Policy",
        "Content-Type", "Date", "ETag", "Expires", "Last-Modified", "Link", "Location", "Retry-After", "Vary", "X-Content-Type-Options",
        "X-Ipfs-Path", "X-Ipfs-Roots",
    ];

    public static void Limit(TransformBuilderContext route)
    {
        route.CopyRequestHeaders = false;
        route.UseDefaultForwarders = false;
        route.AddRequestTransform(static context =>
        {
            foreach (var name in Up)
            {
                if (context.HttpContext.Request.Headers.TryGetValue(name, out var value))
                    context.ProxyRequest.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)value);
            }
            context.ProxyRequest.Headers.Host = null;
            context.ProxyRequest.Headers.TryAddWithoutValidation("Via", (IEnumerable<string?>)[.. context.HttpContext.Request.Headers.Via, Loop.Via]);
            return ValueTask.CompletedTask;
        });
        route.AddResponseHeadersAllowed(Down);
        route.AddResponseTransform(static context =>
        {
            // A path on the upstream is one on this host, below what a proxy in front has put before it.
            var headers = context.HttpContext.Response.Headers;
            if (context.HttpContext.Request.PathBase is { HasValue: true } pathBase && headers.Location is [['/', not '/', ..] location])
                headers.Location = pathBase.ToUriComponent() + location;
            return ValueTask.CompletedTask;
        });
        route.AddResponseTransform(FrontDoor.PassedContent.CheckAsync);
    }
}

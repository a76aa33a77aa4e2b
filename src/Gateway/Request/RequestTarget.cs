using Microsoft.AspNetCore.Http.Features;

namespace Image2Ipfs.Gateway.Request;

/// <summary>The path of a request as its line has it: a server's own view of it has lost its double slashes, dots and encoding.</summary>
internal static class RequestTarget
{
    public static string PathOf(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        // A proxy's request line has a whole address, an asterisk none: then the server's view of the path must do.
        if (!target.StartsWith('/'))
            return context.Request.Path.Value ?? "";
        var query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? target : target[..query];
    }
}

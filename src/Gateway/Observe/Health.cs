using System.Text.Json;
using System.Text.Json.Serialization;
using Image2Ipfs.Gateway.Access;
using Image2Ipfs.Gateway.Cache;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Store;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Observe;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: requests should be sent here; with the state of what they
/// need. Nothing below <c>/health</c> and <c>/metrics</c> is ever passed on to an upstream.
/// </summary>
internal sealed class Health(Stopping stopping, LocalStore store, DiskCache cache, UpstreamPool pool, IOptions<GatewaySettings> settings)
{
    private static readonly byte[] Ready = "{\"status\":\"ready\"}\n"u8.ToArray();
    private static readonly byte[] NotReady = "{\"status\":\"not ready\"}\n"u8.ToArray();
    private static readonly byte[] Live = "{\"status\":\"live\"}\n"u8.ToArray();

    /// <summary>The middleware: requests for anything else go on to <paramref name="next"/>.</summary>
    public Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path;
        if (!Owns(path))
            return next(context);
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return WriteAsync(context, StatusCodes.Status405MethodNotAllowed, "{\"status\":\"it is only read\"}\n"u8.ToArray());
        }
        return path.Value switch
        {
            "/health/live" => WriteAsync(context, StatusCodes.Status200OK, Live),
            "/health/ready" => ReadyAsync(context),
            _ => WriteAsync(context, StatusCodes.Status404NotFound, "{\"status\":\"there is /health/live, /health/ready, and /metrics where they are on\"}\n"u8.ToArray()),
        };
    }

    /// <summary>Whether it is a path of this machine's own, that is no business of a registry or an upstream.</summary>
    public static bool Owns(PathString path) =>
        // Most requests are a registry's, and are known by their first letter.
        path.Value is ['/', 'h' or 'H' or 'm' or 'M', ..] && (path.StartsWithSegments("/health") || path.StartsWithSegments("/metrics"));

    private Task ReadyAsync(HttpContext context)
    {
        var readiness = Readiness.Of(stopping, store, cache, pool);
        // A probe has no login, and where one is asked for, nobody else is told why.
        var json = settings.Value.Access.Auth == AuthWay.None || context.Features.Get<Caller>() is { User: not null }
            ? [.. JsonSerializer.SerializeToUtf8Bytes(readiness, HealthJson.Default.Readiness), (byte)'\n']
            : readiness.IsReady ? Ready : NotReady;
        return WriteAsync(context, readiness.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, json);
    }

    private static Task WriteAsync(HttpContext context, int status, byte[] json)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = json.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(Readiness))]
internal sealed partial class HealthJson : JsonSerializerContext;

using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Transforms;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>Passes every request on without its Accept header, and remembers what type of manifest came back.</summary>
internal sealed class AcceptStrippingProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, bool> _manifestTypes = new();

    private AcceptStrippingProxy(Uri upstream)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddHttpForwarder();
        _app = builder.Build();
        _app.MapForwarder("/{**any}", upstream.ToString(), transforms =>
        {
            transforms.AddRequestHeaderRemove("Accept");
            transforms.AddResponseTransform(context =>
            {
                if (context.HttpContext.Request.Path.Value!.Contains("/manifests/", StringComparison.Ordinal))
                    _manifestTypes[context.ProxyResponse?.Content.Headers.ContentType?.ToString() ?? "none"] = true;
                return default;
            });
        });
    }

    public Uri Address => new(_app.Urls.Single());

    public IEnumerable<string> ManifestTypes => _manifestTypes.Keys;

    public static async Task<AcceptStrippingProxy> StartAsync(Uri upstream)
    {
        var proxy = new AcceptStrippingProxy(upstream);
        await proxy._app.StartAsync();
        return proxy;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

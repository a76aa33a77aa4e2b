using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Image2Ipfs.EndToEnd.Tests.Fronts;

/// <summary>A server that answers with its name, and remembers what it was told.</summary>
internal sealed class Recorder : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Target, Dictionary<string, string> Headers)> _requests = [];

    private Recorder(HttpProtocols protocols)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AllowAlternateSchemes = true;
            kestrel.ConfigureEndpointDefaults(e => e.Protocols = protocols);
        });
        _app = builder.Build();
        _app.Run(context =>
        {
            if (context.Request.Path != "/health/ready") // HAProxy's own question
            {
                _requests.Enqueue(($"{context.Request.Host.Host}{context.Request.Path}{context.Request.QueryString}",
                    context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
            }
            return context.Response.WriteAsync("recorded");
        });
    }

    public Uri Address => new(_app.Urls.Single());

    public (string Target, Dictionary<string, string> Headers) Last => _requests.Last();

    public static async Task<Recorder> StartAsync(HttpProtocols protocols = HttpProtocols.Http1)
    {
        var recorder = new Recorder(protocols);
        await recorder._app.StartAsync();
        return recorder;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

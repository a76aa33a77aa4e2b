using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Image2Ipfs.EndToEnd.Tests.Upstreams;

/// <summary>Makes of a gateway one that knows the IPNS record of one name.</summary>
internal sealed class RecordProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _answered;

    private RecordProxy(Uri upstream, string name)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddHttpForwarder();
        _app = builder.Build();
        _app.MapGet($"/ipns/{name}", (HttpContext context) =>
        {
            Interlocked.Increment(ref _answered);
            return context.Request.Query["format"] == "ipns-record" ? Results.Bytes(Record, "application/vnd.ipfs.ipns-record") : Results.NotFound();
        });
        _app.MapForwarder("/{**any}", upstream.ToString());
    }

    public Uri Address => new(_app.Urls.Single());

    /// <summary>Whatever it is, it is what is answered.</summary>
    public byte[] Record { get; set; } = [];

    /// <summary>How many requests were about the name.</summary>
    public int Answered => _answered;

    /// <param name="upstream">The gateway.</param>
    /// <param name="name">The name as it is asked for.</param>
    public static async Task<RecordProxy> StartAsync(Uri upstream, string name)
    {
        var proxy = new RecordProxy(upstream, name);
        await proxy._app.StartAsync();
        return proxy;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

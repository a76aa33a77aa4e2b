using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Image2Ipfs.EndToEnd.Tests.Upstreams;

/// <summary>Makes of a gateway one that gives content in one way only: any other <c>?format=</c> is not acceptable to it.</summary>
internal sealed class OneWayProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _answered;

    private OneWayProxy(Uri upstream, string format)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddHttpForwarder();
        _app = builder.Build();
        _app.Use((context, next) =>
        {
            if (context.Request.Query["format"].ToString() == format)
            {
                Interlocked.Increment(ref _answered);
                return next(context);
            }
            context.Response.StatusCode = StatusCodes.Status406NotAcceptable;
            return Task.CompletedTask;
        });
        _app.MapForwarder("/{**any}", upstream.ToString());
    }

    public Uri Address => new(_app.Urls.Single());

    /// <summary>How many requests were for the one way.</summary>
    public int Answered => _answered;

    /// <param name="upstream">The gateway.</param>
    /// <param name="format"><c>car</c>, <c>raw</c>, or nothing for plain paths.</param>
    public static async Task<OneWayProxy> StartAsync(Uri upstream, string format)
    {
        var proxy = new OneWayProxy(upstream, format);
        await proxy._app.StartAsync();
        return proxy;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

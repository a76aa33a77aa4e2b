using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Image2Ipfs.Gateway.Tests.Running;

/// <summary>One handler behind a real server.</summary>
internal sealed class MiniServer(WebApplication app) : IAsyncDisposable
{
    public Uri Address => new(app.Urls.Single());

    public static async Task<MiniServer> StartAsync(RequestDelegate handler)
    {
        var builder = WebApplication.CreateBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(handler);
        await app.StartAsync(RunningGateway.Cancel);
        return new MiniServer(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}

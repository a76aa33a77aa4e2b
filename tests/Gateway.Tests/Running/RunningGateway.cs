using Image2Ipfs.Gateway.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Image2Ipfs.Gateway.Tests.Running;

/// <summary>The Gateway as Program.cs puts it together, on a free port of this machine.</summary>
internal sealed class RunningGateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly LogCapture _log;

    private RunningGateway(WebApplication app, LogCapture log)
    {
        (_app, _log) = (app, log);
        Address = new Uri(app.Urls.Single());
        // Nothing of a client's own: no redirects, no decompression, no cookies.
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, MaxConnectionsPerServer = 32 }) { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<RunningGateway> StartAsync(string store, params string[] settings)
    {
        string[] args = ["--urls=http://127.0.0.1:0", $"--Gateway:Store={store}", .. settings];
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.AddSettings(args);
        builder.AddGateway();
        var log = new LogCapture();
        builder.Services.AddLogging(logging => logging.ClearProviders().AddProvider(log));

        var app = builder.Build();
        app.UseGateway();
        await app.StartAsync(Cancel);
        return new RunningGateway(app, log);
    }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What went wrong inside since the last call; a test about damage takes it, so that it is expected.</summary>
    public IReadOnlyList<string> TakeProblems() => _log.TakeProblems();

    /// <summary>The lines of the log about requests.</summary>
    public IReadOnlyList<(LogLevel Level, string Message)> Reports => _log.Reports;

    /// <summary>Ends it as SIGTERM does, and waits until it has ended.</summary>
    public Task StopAsync() => _app.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        var problems = TakeProblems();
        Assert.True(problems.Count == 0, string.Join("\n", problems));
    }
}

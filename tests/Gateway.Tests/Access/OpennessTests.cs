using System.Diagnostics.CodeAnalysis;
using Image2Ipfs.Gateway.Access;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Gateway.Tests.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Image2Ipfs.Gateway.Tests.Access;

/// <summary>What is said at the start to whoever has made the Gateway reachable from other machines. No test listens there.</summary>
public sealed class OpennessTests(Samples samples)
{
    private const string Everywhere = "http://0.0.0.0:5000";

    [Theory]
    [InlineData("http://127.0.0.1:5000", false)]
    [InlineData("http://127.1.2.3:5000", false)]
    [InlineData("http://[::1]:5000", false)]
    [InlineData("http://localhost:5000", false)]
    [InlineData("https://LOCALHOST:5001", false)]
    [InlineData("http://unix:/run/image2ipfs/gateway.sock", false)]
    [InlineData("http://0.0.0.0:5000", true)]
    [InlineData("http://[::]:5000", true)]
    [InlineData("http://*:80", true)]
    [InlineData("http://+:80", true)]
    [InlineData("https://192.0.2.1:5001", true)]
    [InlineData("http://[2001:db8::1]:5000", true)]
    [InlineData("http://registry.example.org", true)]
    public void Wide_is_what_another_machine_reaches(string address, bool isWide) => Assert.Equal(isWide, Openness.IsWide(address));

    [Fact]
    public async Task It_is_one_line_that_names_addresses_and_what_is_open()
    {
        var line = Assert.Single(await WarningsAsync([Everywhere, "http://127.0.0.1:5001", "http://unix:/x.sock"]));
        Assert.Contains($"reach {Everywhere}, and", line, StringComparison.Ordinal);
        Assert.Contains("pulls, /ipfs/, the catalog, /health/ready, /metrics, without a limit", line, StringComparison.Ordinal);

        line = Assert.Single(await WarningsAsync([Everywhere, "https://[::]:5001"], "--Gateway:Access:RequestsPerMinute=600", "--Gateway:Observe:Metrics=false"));
        Assert.Contains($"{Everywhere}, https://[::]:5001", line, StringComparison.Ordinal);
        Assert.DoesNotContain("metrics", line, StringComparison.Ordinal);
        Assert.DoesNotContain("without a limit", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_its_own_machine_nothing_is_said() =>
        Assert.Empty(await WarningsAsync(["http://127.0.0.1:5000", "http://[::1]:5000", "http://unix:/x.sock"]));

    [Fact]
    public async Task With_logins_it_is_said_where_passwords_can_be_read()
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Basic");
        string[] basic = ["--Gateway:Access:Auth=Basic", $"--Gateway:Access:Users={gateway.UserFile}"];
        var line = Assert.Single(await WarningsAsync([Everywhere, "https://0.0.0.0:5001"], basic));
        Assert.Contains($"on their way to {Everywhere}: there is no TLS", line, StringComparison.Ordinal);
        Assert.Empty(await WarningsAsync(["https://0.0.0.0:5001"], basic));
        Assert.Empty(await WarningsAsync([Everywhere], [.. basic, "--Gateway:Proxy:KnownProxies:0=192.0.2.1"]));
        Assert.Contains("need no login for pulls and /ipfs/, without a limit", Assert.Single(await WarningsAsync(["https://0.0.0.0:5001"], [.. basic, "--Gateway:Access:Anonymous=true"])), StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<string>> WarningsAsync(string[] addresses, params string[] settings)
    {
        string[] args = [$"--Gateway:Store={samples.Folder}", .. settings];
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.AddSettings(args);
        builder.AddGateway();
        var log = new Warnings();
        builder.Services.AddLogging(logging => logging.ClearProviders().AddProvider(log));
        builder.Services.AddSingleton<IServer>(new Deaf(addresses));
        await using var app = builder.Build();
        app.UseGateway();
        await app.StartAsync(RunningGateway.Cancel);
        await app.StopAsync(RunningGateway.Cancel);
        return log.Lines;
    }

    /// <summary>A server that says where it listens, and does not.</summary>
    private sealed class Deaf : IServer
    {
        public Deaf(string[] addresses)
        {
            var feature = new ServerAddressesFeature();
            foreach (var address in addresses)
                feature.Addresses.Add(address);
            Features.Set<IServerAddressesFeature>(feature);
        }

        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken) where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }

    private sealed class Warnings : ILoggerProvider, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, [NotNull] Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && eventId.Id is 93 or 94)
                lock (Lines) Lines.Add(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}

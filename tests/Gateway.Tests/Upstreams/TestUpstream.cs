using System.Collections.Concurrent;
using System.Net;
using Image2Ipfs.Ipfs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>
/// An IPFS gateway over blocks in memory, on a free port of this machine, written without the Gateway's own code. It
/// does what it is told to do wrong, and remembers what it was asked.
/// </summary>
internal sealed class TestUpstream : IAsyncDisposable
{
    private readonly UpstreamSite _site;
    private readonly ConcurrentQueue<UpstreamRequest> _requests = new();
    private readonly Throttle _throttle = new();
    private readonly IPAddress _on;
    private WebApplication? _app;
    private FaultRule? _rule;
    private int _running;

    private TestUpstream(UpstreamBlocks blocks, IPAddress on) => (Blocks, _site, _on) = (blocks, new UpstreamSite(blocks), on);

    public UpstreamBlocks Blocks { get; }

    public UpstreamNames Names { get; } = new();

    /// <summary>The same after a restart.</summary>
    public Uri Address { get; private set; } = null!;

    public Ways Ways { get; set; } = Ways.All;

    public UnknownFormat Unknown { get; set; }

    /// <inheritdoc cref="UpstreamSite.Absent"/>
    public int Absent { get => _site.Absent; set => _site.Absent = value; }

    /// <summary>Before the first byte of every answer.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>What all answers together may send, or null for as much as goes.</summary>
    public long? BytesPerSecond { get => _throttle.BytesPerSecond; set => _throttle.BytesPerSecond = value; }

    /// <summary>Where the faults that redirect to another upstream lead.</summary>
    public Uri? Elsewhere { get; set; }

    /// <summary>Where the faults that redirect to an address that nobody configured lead.</summary>
    public Uri? Trap { get; set; }

    /// <summary>Every request so far, probes too.</summary>
    public IReadOnlyList<UpstreamRequest> Requests => [.. _requests];

    /// <summary>How many answers have not ended.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>The bytes of all bodies; what the buffers of a connection that broke had taken counts too.</summary>
    public long BytesSent => _requests.Sum(r => r.BytesSent);

    public static Task<TestUpstream> StartAsync(UpstreamBlocks blocks, Ways ways = Ways.All, UnknownFormat unknown = UnknownFormat.Ignored) =>
        StartAsync(blocks, IPAddress.Loopback, ways, unknown);

    public static async Task<TestUpstream> StartAsync(UpstreamBlocks blocks, IPAddress on, Ways ways = Ways.All, UnknownFormat unknown = UnknownFormat.Ignored)
    {
        var upstream = new TestUpstream(blocks, on) { Ways = ways, Unknown = unknown };
        await upstream.ListenAsync(port: 0);
        return upstream;
    }

    /// <summary>From now on it is faulty, where the rule says so.</summary>
    public void Arm(FaultRule rule) => _rule = rule;

    public void Arm(Fault fault, int times = int.MaxValue) => Arm(new FaultRule(fault) { Times = times });

    public void Disarm() => _rule = null;

    public void ClearRequests() => _requests.Clear();

    /// <summary>What it would answer if it did not know about parts.</summary>
    public UpstreamAnswer AnswerWithoutRange(UpstreamRequest request) => _site.Answer(request.Whole(), Ways, Unknown);

    /// <summary>Ends it, and every answer that it is giving. Its port refuses connections.</summary>
    public async Task StopAsync()
    {
        if (_app is null)
            return;
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _app = null;
    }

    /// <summary>Starts it again where it was.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await ListenAsync(Address.Port);
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task ListenAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        // Nothing that runs is waited for: a stalled answer never ends.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxRequestLineSize = 64 * 1024;
            kestrel.Listen(_on, port);
        });
        var app = builder.Build();
        app.Run(HandleAsync);
        await app.StartAsync();
        Address = new Uri(app.Urls.Single());
        _app = app;
    }

    private async Task HandleAsync(HttpContext context)
    {
        var request = UpstreamRequest.Of(context);
        _requests.Enqueue(request);
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        Interlocked.Increment(ref _running);
        try
        {
            await Task.Delay(Delay, cancel.Token);
            var answer = Names.Answer(request) ?? _site.Answer(request, Ways, Unknown);
            answer = _rule?.Apply(new FaultContext(this, request, answer)) ?? answer;
            await new Delivery(context, request, _throttle, cancel.Token).SendAsync(answer);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            context.Abort();
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}

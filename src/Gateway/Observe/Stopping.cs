using Image2Ipfs.Gateway.Settings;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Observe;

/// <summary>
/// The end, in its order:
/// <list type="number">
/// <item>readiness turns;</item>
/// <item>for Stop:Delay everything goes on, so that what balances load sees it;</item>
/// <item>listening ends, and for Stop:Drain what runs may end;</item>
/// <item>what is left is broken off.</item>
/// </list>
/// The last two are Kestrel's, as long as the host's own timeout leaves it time.
/// </summary>
internal sealed partial class Stopping(IOptions<GatewaySettings> settings, TimeProvider clock, ILogger<Stopping> logger) : IHostedLifecycleService
{
    private volatile bool _hasBegun;

    /// <summary>Whether the Gateway was told to end.</summary>
    public bool HasBegun => _hasBegun;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _hasBegun = true;
        var stop = settings.Value.Stop;
        LogStopping(stop.Delay, stop.Drain);
        // The host's timeout may end first: then listening ends now, and so does everything else.
        await Task.Delay(stop.Delay, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventId = 23, Level = LogLevel.Information, Message = "Stopping: not ready from now on; listening ends after {Delay}, what runs then is broken off after {Drain}")]
    private partial void LogStopping(TimeSpan delay, TimeSpan drain);
}

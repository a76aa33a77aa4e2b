using System.Threading.RateLimiting;
using Image2Ipfs.Gateway.Settings;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Access;

/// <summary>How much one client may ask for: requests a minute, requests at the same time, wrong passwords a minute.</summary>
internal sealed class Limits(IOptions<GatewaySettings> settings) : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly PerClient? _rate = Rate(settings.Value.Access.RequestsPerMinute, settings.Value.Access.Burst);
    private readonly PerClient? _running = Running(settings.Value.Access.ConcurrentRequests);
    private readonly PerClient _failures = Rate(settings.Value.Access.FailedLoginsPerMinute, 0)!;
    private readonly TimeSpan _betweenFailures = Minute / settings.Value.Access.FailedLoginsPerMinute;

    /// <summary>Takes one request from what the client may send.</summary>
    /// <param name="running">What holds its place among those that run, to be disposed at its end; null where that has no limit, or it is refused.</param>
    /// <returns>Null, or why it is refused.</returns>
    public Refusal? Take(Client client, out IDisposable? running)
    {
        running = null;
        using var rate = _rate?.Take(client);
        if (rate is { IsAcquired: false })
            return Refusal.TooMany(rate.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : Minute);
        var place = _running?.Take(client);
        if (place is { IsAcquired: false })
        {
            place.Dispose();
            return Refusal.TooManyAtOnce;
        }
        running = place;
        return null;
    }

    /// <returns>Null where the client may try one more password, else when it may.</returns>
    public TimeSpan? UntilNextTry(Client client) => _failures.HasRoom(client) ? null : _betweenFailures;

    public void CountFailure(Client client) => _failures.Take(client).Dispose();

    public void Dispose()
    {
        _rate?.Dispose();
        _running?.Dispose();
        _failures.Dispose();
    }

    private static PerClient? Rate(int perMinute, int burst) => perMinute == 0 ? null : new PerClient(() => new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
    {
        TokenLimit = burst == 0 ? perMinute : burst,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = Minute / perMinute,
        // Filled when it is looked at: no timer for each client.
        AutoReplenishment = false,
        QueueLimit = 0,
    }));

    private static PerClient? Running(int atOnce) => atOnce == 0 ? null : new PerClient(() => new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = atOnce, QueueLimit = 0 }));
}

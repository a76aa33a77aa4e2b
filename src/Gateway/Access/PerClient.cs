using System.Threading.RateLimiting;

namespace Image2Ipfs.Gateway.Access;

/// <summary>
/// A limiter for each client, and never more than so many of addresses: whoever comes from a new address each time shares one
/// with all who come when there is no room. (The framework's own partitions have no bound, and a bucket that they kept full is
/// filled a second time after the first request.)
/// </summary>
/// <param name="make">A limiter that has not been used.</param>
/// <param name="max">How many there are at most.</param>
internal sealed class PerClient(Func<RateLimiter> make, int max = PerClient.Max) : IDisposable
{
    private const int Max = 20_000;
    private const int BetweenSweeps = 1000;

    private readonly Dictionary<Client, RateLimiter> _limiters = [];
    private readonly Lock _lock = new();
    private readonly RateLimiter _rest = make();
    private long _sweptAt = -BetweenSweeps;

    public RateLimitLease Take(Client client)
    {
        lock (_lock)
            return Of(client).AttemptAcquire();
    }

    /// <summary>Whether <see cref="Take"/> would be granted. What is only asked takes no room.</summary>
    public bool HasRoom(Client client)
    {
        lock (_lock)
            return !_limiters.ContainsKey(client) || Of(client).GetStatistics()!.CurrentAvailablePermits > 0;
    }

    public void Dispose()
    {
        foreach (var limiter in _limiters.Values)
            limiter.Dispose();
        _rest.Dispose();
    }

    private RateLimiter Of(Client client)
    {
        if (_limiters.TryGetValue(client, out var known) && !IsIdle(known))
            return known;
        if (known is null && !client.IsUser && _limiters.Count >= max && !Sweep())
        {
            IsIdle(_rest);
            return _rest;
        }
        return _limiters[client] = make();
    }

    /// <summary>Whether it is as one that was never used.</summary>
    private static bool IsIdle(RateLimiter limiter)
    {
        (limiter as ReplenishingRateLimiter)?.TryReplenish();
        return limiter.IdleDuration is not null;
    }

    /// <returns>Whether there is room now.</returns>
    private bool Sweep()
    {
        if (Environment.TickCount64 - _sweptAt < BetweenSweeps)
            return false;
        _sweptAt = Environment.TickCount64;
        foreach (var (client, limiter) in _limiters)
        {
            if (!IsIdle(limiter))
                continue;
            _limiters.Remove(client);
            limiter.Dispose();
        }
        return _limiters.Count < max;
    }
}

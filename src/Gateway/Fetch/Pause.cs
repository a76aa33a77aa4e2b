using Image2Ipfs.Gateway.Upstreams;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>How long upstreams are left alone when they fail.</summary>
internal static class Pause
{
    private const int First = 100;
    private const int Longest = 3000;

    /// <summary>Doubled each time, and never the same for two that failed together.</summary>
    /// <param name="failures">How many there were before.</param>
    public static TimeSpan After(int failures) => TimeSpan.FromMilliseconds(Math.Min(Longest, First << Math.Min(failures, 5)) * (0.5 + Random.Shared.NextDouble()));

    /// <param name="fault">What happened; it may say itself for how long.</param>
    /// <param name="failures">How many there were before.</param>
    /// <param name="clock">Says what time it is.</param>
    /// <returns>The clock's timestamp from which on the upstream may be asked again.</returns>
    public static long EndsAt(UpstreamFault fault, int failures, TimeProvider clock) =>
        clock.GetTimestamp() + (long)((fault.RetryAfter ?? After(failures)).TotalSeconds * clock.TimestampFrequency);
}

using System.Diagnostics;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>The line of an upstream, which all its answers share.</summary>
internal sealed class Throttle
{
    private readonly Lock _lock = new();
    private long _free;

    /// <summary>Bytes a second, or null for as many as go.</summary>
    public long? BytesPerSecond { get; set; }

    public async Task WaitAsync(int bytes, CancellationToken cancel)
    {
        if (BytesPerSecond is not { } rate)
            return;
        TimeSpan wait;
        lock (_lock)
        {
            var now = Stopwatch.GetTimestamp();
            _free = Math.Max(_free, now) + (long)(Stopwatch.Frequency * (double)bytes / rate);
            wait = Stopwatch.GetElapsedTime(now, _free);
        }
        // A timer is not so exact as to wait for less.
        if (wait > TimeSpan.FromMilliseconds(5))
            await Task.Delay(wait, cancel);
    }
}

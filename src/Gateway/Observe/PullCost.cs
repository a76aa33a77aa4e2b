using System.Diagnostics;
using Image2Ipfs.Gateway.Answers;

namespace Image2Ipfs.Gateway.Observe;

/// <summary>
/// What one request costs: noted where it happens, on its way through the Gateway, and told at its end. A fetch that several
/// requests wait for has one of its own.
/// </summary>
internal sealed class PullCost
{
    private static readonly AsyncLocal<PullCost?> Ambient = new();

    private readonly long _started = Stopwatch.GetTimestamp();
    private long _firstByte;
    private long _bytes;
    private int _origin;
    private string[] _upstreams = [];

    /// <summary>That of the request, or fetch, which this code runs for.</summary>
    public static PullCost? Current { get => Ambient.Value; set => Ambient.Value = value; }

    /// <summary>The farthest place that had to be asked.</summary>
    public Origin Origin => (Origin)Volatile.Read(ref _origin);

    /// <summary>The upstreams that gave something, in the order in which they first did.</summary>
    public IReadOnlyList<string> Upstreams => Volatile.Read(ref _upstreams);

    /// <summary>Bytes of a body that were handed to the connection.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    /// <summary>Until the first byte of a body was handed to the connection, or null: none was.</summary>
    public TimeSpan? UntilFirstByte => Volatile.Read(ref _firstByte) is > 0 and var first ? Stopwatch.GetElapsedTime(_started, first) : _bytes > 0 ? Elapsed : null;

    public void From(Origin origin)
    {
        if ((int)origin > _origin)
            Volatile.Write(ref _origin, (int)origin);
    }

    /// <summary>A blob lies somewhere, whatever had to be asked to find it.</summary>
    public void LiesIn(Origin origin) => Volatile.Write(ref _origin, (int)origin);

    public void From(string upstream)
    {
        From(Origin.Upstream);
        string[] before;
        do
        {
            before = Volatile.Read(ref _upstreams);
            if (before.Contains(upstream))
                return;
        }
        while (Interlocked.CompareExchange(ref _upstreams, [.. before, upstream], before) != before);
    }

    /// <summary>A whole body, just now: whoever wants to know when looks at the clock himself.</summary>
    public void SentAtOnce(long bytes) => _bytes = bytes;

    public void Sent(long bytes)
    {
        if (_firstByte == 0)
            Volatile.Write(ref _firstByte, Stopwatch.GetTimestamp());
        Volatile.Write(ref _bytes, _bytes + bytes);
    }
}

using Image2Ipfs.Gateway.Upstreams;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>Bytes of a blob that one upstream is asked for, and how far it has come.</summary>
internal sealed class PlainPart(Upstream upstream, long from, long to, TimeProvider clock, CancellationToken over) : IDisposable
{
    /// <summary>Drop by drop is no movement.</summary>
    private const long Drop = 64 * 1024;

    private readonly CancellationTokenSource _cancel = CancellationTokenSource.CreateLinkedTokenSource(over);
    private readonly long _started = clock.GetTimestamp();
    private long _position = from;
    private long _to = to;
    private long _moved = clock.GetTimestamp();
    private long _movedAt = from;

    public Upstream Upstream { get; } = upstream;

    public long From { get; } = from;

    /// <summary>Comes nearer when another upstream takes the rest.</summary>
    public long To { get => Volatile.Read(ref _to); set => Volatile.Write(ref _to, value); }

    public long Position => Volatile.Read(ref _position);

    /// <summary>How much it still has to bring.</summary>
    public long Left => Math.Max(0, To - Position);

    public CancellationToken Cancelled => _cancel.Token;

    /// <summary>Whether the blob has bytes of it.</summary>
    public bool HasGiven { get; private set; }

    /// <summary>Whether its upstream can give parts of this blob.</summary>
    public bool Suits { get; set; } = true;

    /// <summary>Whether another upstream has brought all of it.</summary>
    public bool IsOvertaken { get; private set; }

    public UpstreamFault? Fault { get; set; }

    public Task Task { get; set; } = Task.CompletedTask;

    public bool IsSilent(TimeSpan after) => clock.GetElapsedTime(Volatile.Read(ref _moved)) > after;

    /// <summary>Whether it needs longer than that for what is left, as far as can be told.</summary>
    public bool IsSlow(TimeSpan than) => clock.GetElapsedTime(_started) is var elapsed && elapsed > than && elapsed * Left > than * (Position - From);

    /// <param name="bytes">How many have come.</param>
    /// <param name="fresh">How many of them had not come from another upstream before.</param>
    public void Move(int bytes, long fresh)
    {
        HasGiven |= fresh > 0;
        var position = _position + bytes;
        if (position - _movedAt >= Drop)
        {
            _movedAt = position;
            Volatile.Write(ref _moved, clock.GetTimestamp());
        }
        Volatile.Write(ref _position, position);
    }

    public void Overtake()
    {
        IsOvertaken = true;
        Fault ??= new UpstreamFault(FaultKind.Timeout, "was overtaken by another one");
        _cancel.Cancel();
    }

    public void Dispose() => _cancel.Dispose();
}

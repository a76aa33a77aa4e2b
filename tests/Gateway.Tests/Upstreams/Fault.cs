namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>Something that an upstream does wrong.</summary>
/// <param name="Name">As the report has it.</param>
/// <param name="Do">Makes the wrong answer of the right one; the right one itself where the fault is not to be seen in it.</param>
internal sealed record Fault(string Name, Func<FaultContext, UpstreamAnswer> Do)
{
    /// <summary>The ways to fetch in which it can be.</summary>
    public Ways Ways { get; init; } = Ways.All;

    /// <summary>How many answers it takes until it has happened once.</summary>
    public int Answers { get; init; } = 1;

    /// <summary>
    /// At which byte of the body it happens where it always happens, or null for its middle. At 0 no try comes further
    /// than the one before: a client would wait for as many tries as there are halves of a layer.
    /// </summary>
    public long? AlwaysAt { get; init; }

    /// <summary>Odd, but no reason not to give the client what it wants, however often it happens.</summary>
    public bool Harmless { get; init; }

    /// <summary>Said once by the only upstream, it may be believed.</summary>
    public bool SaysAbsent { get; init; }

    /// <summary>What a client gets then may differ from run to run: each try comes further, or takes its time of the patience.</summary>
    public bool Varies { get; init; }

    /// <summary>It looks like what was asked for, where there are no blocks to verify.</summary>
    public bool Lies { get; init; }

    /// <summary>The upstream does not answer at all: whoever arms it stops it.</summary>
    public bool Refuses { get; init; }

    /// <summary>It leads to the address that nobody configured, which must not be asked.</summary>
    public bool LeadsToTrap { get; init; }

    /// <summary>What a client may be told while the only upstream does it.</summary>
    public IReadOnlyList<int> Statuses => SaysAbsent ? [404, 429, 502, 503, 504] : [429, 502, 503, 504];

    public override string ToString() => Name;
}

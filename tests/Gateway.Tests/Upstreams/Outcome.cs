namespace Image2Ipfs.Gateway.Tests.Upstreams;

internal enum OutcomeKind
{
    /// <summary>The bytes and the headers that were to come.</summary>
    Right,

    /// <summary>An error status with the registry's JSON.</summary>
    Error,

    /// <summary>A body that had begun, and a connection that went before its end.</summary>
    Aborted,

    /// <summary>Anything else: it must never be.</summary>
    Wrong,
}

/// <summary>What a client got.</summary>
/// <param name="Detail">The status, or what was wrong.</param>
internal sealed record Outcome(OutcomeKind Kind, string Detail)
{
    /// <summary>What the Gateway said of it: in its answer, and in its log by then.</summary>
    public IReadOnlyList<string> Log { get; init; } = [];

    public bool IsRight => Kind == OutcomeKind.Right;

    public static Outcome Wrong(string detail) => new(OutcomeKind.Wrong, detail);

    public override string ToString() => $"{Kind}: {Detail}{string.Concat(Log.Select(l => $"\n    {l}"))}";
}

namespace Image2Ipfs.Gateway.Upstreams;

internal enum FaultKind
{
    /// <summary>It says that the content is not there.</summary>
    Absent,

    /// <summary>It asks to come back later: 429, 503.</summary>
    Busy,

    /// <summary>Another status, or none at all: refused, cut.</summary>
    Failed,

    /// <summary>Silence.</summary>
    Timeout,

    /// <summary>Its bytes are not what their CID or digest says, or it left some out.</summary>
    Wrong,

    /// <summary>What lies there is not what was looked for: a folder's page, a file of another kind. Its owner put it there.</summary>
    SomethingElse,

    /// <summary>It does not give content in this way.</summary>
    NotThisWay,
}

/// <summary>What one upstream did instead of giving what it was asked for.</summary>
internal sealed class UpstreamFault(FaultKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    public FaultKind Kind { get; } = kind;

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The status where it was one, or 0.</summary>
    public int Status { get; init; }

    /// <summary>Whether it says something of the upstream, not only of what was asked: js-ipfs answers 500 for a path that is not there.</summary>
    public bool IsIllness => Status != 500 && Kind is (FaultKind.Failed or FaultKind.Timeout or FaultKind.Wrong);

    /// <summary>Whether it may go better in a moment. What is not there, and what was a lie, stays so.</summary>
    public bool IsTransient => Kind is FaultKind.Busy or FaultKind.Failed or FaultKind.Timeout;
}

/// <summary>One upstream that was asked in vain, for the error that the client gets.</summary>
internal sealed record Attempt(string Upstream, FaultKind Kind, string Outcome, TimeSpan? RetryAfter, int Status)
{
    /// <summary>It may well say that what was asked for is not there.</summary>
    public bool IsDoubtful => Status == 500 || Kind == FaultKind.SomethingElse;
}

/// <summary>No upstream gave it, for as long as the Gateway is patient.</summary>
internal sealed class UpstreamsFailedException(string what, IReadOnlyList<Attempt> attempts, bool outOfPatience = false)
    : Exception($"{what}: {string.Join("; ", Summary(attempts).Select(a => $"{a.Upstream} {a.Outcome}").DefaultIfEmpty("no upstream could be asked"))}")
{
    /// <summary>The upstreams did what they could: what the root's owner published is broken.</summary>
    public static UpstreamsFailedException WrongTree(string what, InvalidDataException problem) =>
        new(what, [new Attempt("the tree", FaultKind.Wrong, problem.Message, null, 0)]) { IsWrongTree = true };

    public bool IsWrongTree { get; private init; }

    public string What { get; } = what;

    public IReadOnlyList<Attempt> Attempts { get; } = attempts;

    public bool OutOfPatience { get; } = outOfPatience;

    /// <summary>Each outcome once, with how often it came.</summary>
    public static IEnumerable<(string Upstream, string Outcome)> Summary(IEnumerable<Attempt> attempts) =>
        attempts.CountBy(a => (a.Upstream, a.Outcome)).Select(a => (a.Key.Upstream, a.Value == 1 ? a.Key.Outcome : $"{a.Key.Outcome} ({a.Value} times)"));

    /// <summary>Every upstream said so, and none of them anything else.</summary>
    public bool IsKnownAbsent => Attempts.Count > 0 && Attempts.All(a => a.Kind == FaultKind.Absent);

    /// <summary>The same, or the 500 that old gateways answer for a path that is not there, or something else lies there.</summary>
    public bool IsMaybeAbsent => Attempts.Count > 0 && Attempts.All(a => a.Kind == FaultKind.Absent || a.IsDoubtful);
}

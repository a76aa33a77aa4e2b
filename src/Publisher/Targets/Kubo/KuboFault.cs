namespace Image2Ipfs.Publisher.Targets.Kubo;

/// <summary>A call that failed. <see cref="KuboTarget"/> makes of it what a person is told.</summary>
internal sealed class KuboFault(KuboFaultKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    public KuboFaultKind Kind { get; } = kind;

    /// <summary>When the node wants to be asked again.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

internal enum KuboFaultKind
{
    /// <summary>No connection, a broken one, or a status that says "later".</summary>
    Unreachable,

    /// <summary>The command ran and failed; the message is the node's own.</summary>
    Command,

    /// <summary>Nothing happened for too long.</summary>
    Silent,

    /// <summary>The secret is missing or wrong, or does not cover the command.</summary>
    Refused,

    /// <summary>Something answers there, but not the RPC of a node.</summary>
    NoRpc,

    /// <summary>It answers as no node does.</summary>
    BadAnswer,
}

namespace Image2Ipfs.Publisher.Targets;

/// <summary>What came of sending a root to a target.</summary>
/// <param name="Target">What the command line calls the target.</param>
internal sealed record Delivery(string Target)
{
    /// <summary>The bytes that were sent or written, where the target counts them.</summary>
    public long? Bytes { get; init; }

    /// <summary>The target had the root already; nothing was sent.</summary>
    public bool WasThere { get; init; }

    /// <summary>The path at which the node's own file system has the root.</summary>
    public string? MfsPath { get; init; }

    /// <summary>The name that now leads to the root: <c>/ipns/…</c></summary>
    public string? IpnsName { get; init; }

    /// <summary>The same for people, a line for each thing; nothing where there is nothing to say.</summary>
    public IEnumerable<string> Lines()
    {
        if (WasThere)
            yield return $"{Target}: already pinned there, nothing sent";
        else if (Bytes is { } bytes)
            yield return $"{Target}: {bytes} bytes sent, pinned there";
        if (MfsPath is not null)
            yield return $"{Target}: at {MfsPath} of its files";
        if (IpnsName is not null)
            yield return IpnsName;
    }
}

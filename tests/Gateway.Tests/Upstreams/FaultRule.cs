namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>A fault, and when an upstream has it: a probe is never answered wrongly.</summary>
internal sealed record FaultRule(Fault Fault)
{
    private int _applied;

    public int Times { get; init; } = int.MaxValue;

    /// <summary>Which requests it is for.</summary>
    public Func<UpstreamRequest, bool> Where { get; init; } = _ => true;

    /// <summary>At which byte of the body, or null for its middle.</summary>
    public long? At { get; init; }

    /// <summary>How many answers had it so far.</summary>
    public int Applied => Math.Min(Volatile.Read(ref _applied), Times);

    public UpstreamAnswer Apply(FaultContext context)
    {
        if (context.Request.IsProbe || !Where(context.Request) || context.Answer.Status is not (200 or 206))
            return context.Answer;
        var faulty = Fault.Do(context with { At = At ?? context.Answer.Length / 2 });
        if (ReferenceEquals(faulty, context.Answer) || Interlocked.Increment(ref _applied) > Times)
            return context.Answer;
        context.Request.Fault = Fault.Name;
        return faulty;
    }
}

/// <summary>What a fault is made of.</summary>
/// <param name="Answer">The right answer.</param>
internal sealed record FaultContext(TestUpstream Upstream, UpstreamRequest Request, UpstreamAnswer Answer)
{
    /// <summary>The byte of the body at which it happens.</summary>
    public long At { get; init; }
}

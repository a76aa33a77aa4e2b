using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>The upstreams of a blob that only its digest checks: who may still be asked for it, and what each did so far.</summary>
internal sealed class PlainSources(Digest digest, UpstreamPool pool, UpstreamSettings settings, TimeProvider clock)
{
    /// <summary>Drop by drop is no progress.</summary>
    private const long Progress = 256 * 1024;

    private readonly List<Attempt> _attempts = [];
    private readonly Dictionary<Upstream, int> _lies = [];
    private readonly HashSet<Upstream> _without = [];
    private long _progressed;
    private long _fresh;

    /// <summary>The best first.</summary>
    public IReadOnlyList<Upstream> Candidates => [.. pool.Ranked().Where(u => !_without.Contains(u)).OrderBy(u => _lies.GetValueOrDefault(u))];

    public bool IsOutOfPatience => clock.GetElapsedTime(_progressed) > settings.Patience;

    /// <summary>From now on they are waited for.</summary>
    public void Begin() => _progressed = clock.GetTimestamp();

    public void Came(long bytes)
    {
        if ((_fresh += bytes) > Progress)
            (_progressed, _fresh) = (clock.GetTimestamp(), 0);
    }

    public void Failed(Upstream upstream, UpstreamFault fault)
    {
        _attempts.Add(new Attempt(upstream.Name, fault.Kind, fault.Message, fault.RetryAfter, fault.Status));
        if (fault.Kind is FaultKind.Absent or FaultKind.NotThisWay)
            _without.Add(upstream);
        if (fault.Kind == FaultKind.Wrong)
            Lied(upstream);
    }

    /// <summary>What they gave together is not what the digest says.</summary>
    public void Contradicted(HashSet<Upstream> givers)
    {
        foreach (var giver in givers)
        {
            // Of several, nobody knows which one it was.
            if (givers.Count == 1)
                Lied(giver);
            giver.CountLie();
            _attempts.Add(new Attempt(giver.Name, FaultKind.Wrong, $"sent other bytes than {digest}", null, 0));
        }
    }

    public UpstreamsFailedException Failure(bool outOfPatience) => new($"blob {digest}", [.. _attempts], outOfPatience);

    /// <summary>One wrong answer may be an accident on the way; three are a habit.</summary>
    private void Lied(Upstream upstream)
    {
        if ((_lies[upstream] = _lies.GetValueOrDefault(upstream) + 1) >= 3)
            _without.Add(upstream);
    }
}

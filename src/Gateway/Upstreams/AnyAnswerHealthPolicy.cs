using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Image2Ipfs.Gateway.Upstreams;

/// <summary>
/// An upstream is ill when two probes in a row got no answer, or one that speaks of a proxy without its backend. YARP's own
/// policy wants a 2xx: an old gateway answers the probe's identity CID with 400 or 500, and serves all the same.
/// </summary>
internal sealed class AnyAnswerHealthPolicy(IDestinationHealthUpdater updater) : IActiveHealthCheckPolicy
{
    public const string PolicyName = "AnyAnswer";

    private readonly System.Runtime.CompilerServices.ConditionalWeakTable<DestinationState, Counter> _silent = [];

    public string Name => PolicyName;

    public void ProbingCompleted(ClusterState cluster, IReadOnlyList<DestinationProbingResult> probingResults)
    {
        var health = new List<NewActiveDestinationHealth>(probingResults.Count);
        foreach (var result in probingResults)
        {
            var counter = _silent.GetOrCreateValue(result.Destination);
            counter.Value = result.Response is { } response && (int)response.StatusCode is not (502 or 503 or 504) ? 0 : counter.Value + 1;
            health.Add(new NewActiveDestinationHealth(result.Destination, counter.Value < 2 ? DestinationHealth.Healthy : DestinationHealth.Unhealthy));
        }
        updater.SetActive(cluster, health);
    }

    private sealed class Counter
    {
        public int Value { get; set; }
    }
}

using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Image2Ipfs.Gateway.Upstreams;

/// <summary>
/// An upstream is ill when two probes in a row got no answer, or one that speaks of a proxy without its backend. YARP's own
/// policy wants a 2xx: an old gateway answers the probe's identity CID with 400 or 500, and serves all the same.
/// </summary>
internal sealed partial class AnyAnswerHealthPolicy(IDestinationHealthUpdater updater, ILogger<AnyAnswerHealthPolicy> logger) : IActiveHealthCheckPolicy
{
    public const string PolicyName = "AnyAnswer";

    private const int Ill = 2;

    private readonly System.Runtime.CompilerServices.ConditionalWeakTable<DestinationState, Counter> _silent = [];

    public string Name => PolicyName;

    public void ProbingCompleted(ClusterState cluster, IReadOnlyList<DestinationProbingResult> probingResults)
    {
        var health = new List<NewActiveDestinationHealth>(probingResults.Count);
        foreach (var result in probingResults)
        {
            var counter = _silent.GetOrCreateValue(result.Destination);
            var before = counter.Value;
            counter.Value = result.Response is { } response && (int)response.StatusCode is not (502 or 503 or 504) ? 0 : counter.Value + 1;
            health.Add(new NewActiveDestinationHealth(result.Destination, counter.Value < Ill ? DestinationHealth.Healthy : DestinationHealth.Unhealthy));
            if (counter.Value == Ill)
                LogIll(result.Destination.DestinationId, result.Exception?.Message ?? $"it answered {(int?)result.Response?.StatusCode}");
            else if (before >= Ill && counter.Value == 0)
                LogWell(result.Destination.DestinationId);
        }
        updater.SetActive(cluster, health);
    }

    [LoggerMessage(EventId = 40, Level = LogLevel.Warning, Message = "Upstream {Upstream} does not answer probes: {Reason}")]
    private partial void LogIll(string upstream, string reason);

    [LoggerMessage(EventId = 41, Level = LogLevel.Information, Message = "Upstream {Upstream} answers probes again")]
    private partial void LogWell(string upstream);

    private sealed class Counter
    {
        public int Value { get; set; }
    }
}

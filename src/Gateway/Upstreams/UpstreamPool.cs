using System.Runtime.CompilerServices;
using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Gateway.Settings;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace Image2Ipfs.Gateway.Upstreams;

/// <summary>The upstreams that YARP's cluster has at this moment: its configuration may change at any time.</summary>
internal sealed class UpstreamPool(IProxyStateLookup proxy, IOptions<GatewaySettings> settings, Metrics metrics, TimeProvider clock) : IDisposable
{
    private readonly ConditionalWeakTable<DestinationState, Upstream> _known = [];
    private readonly Lock _lock = new();
    private (HttpMessageInvoker Client, UpstreamHttp Http)? _http;

    public bool IsEmpty => Cluster is not { } cluster || cluster.DestinationsState.AllDestinations.Count == 0;

    private ClusterState? Cluster => proxy.TryGetCluster(settings.Value.Upstreams.Cluster, out var cluster) ? cluster : null;

    /// <summary>
    /// Those that YARP holds for healthy, the best first: ready ones, then those with the better way, then the quicker. One that
    /// is not ready comes last; it is better than none.
    /// </summary>
    public IReadOnlyList<Upstream> Ranked()
    {
        if (Cluster is not { } cluster)
            return [];
        return
        [
            .. cluster.DestinationsState.AvailableDestinations
                .Select(d => Of(cluster, d))
                .OfType<Upstream>()
                .OrderBy(u => u.IsReady ? 0 : 1)
                .ThenBy(u => u.Ways.Best)
                .ThenBy(u => u.Running)
                .ThenBy(u => u.Latency),
        ];
    }

    /// <summary>All of them, those that YARP holds for ill too, by their names.</summary>
    public IEnumerable<SeenUpstream> All() =>
        Cluster is not { } cluster ? [] : cluster.DestinationsState.AllDestinations
            .OrderBy(d => d.DestinationId, StringComparer.Ordinal)
            .Select(d => Of(cluster, d) is { } upstream ? new SeenUpstream(upstream, HealthOf(d.Health)) : null)
            .OfType<SeenUpstream>();

    /// <summary>Whether what it says, and nothing proves, is believed: which manifest a tag means, where a name points.</summary>
    public bool IsBelieved(Upstream upstream) => settings.Value.Upstreams.PlainNames switch
    {
        PlainNames.Always => true,
        PlainNames.Local => upstream.IsLocal,
        _ => false,
    };

    public void Dispose() => _http?.Http.Dispose();

    private Upstream? Of(ClusterState cluster, DestinationState destination)
    {
        if (!Uri.TryCreate(destination.Model.Config.Address, UriKind.Absolute, out var address))
            return null;
        lock (_lock)
        {
            if (_known.TryGetValue(destination, out var known) && known.Address == address && _http?.Client == cluster.Model.HttpClient)
                return known;
            if (_http?.Client != cluster.Model.HttpClient)
                _http = (cluster.Model.HttpClient, new UpstreamHttp(cluster.Model.HttpClient, Addresses, settings.Value.Upstreams, clock));
            var upstream = new Upstream(destination.DestinationId, address, _http.Value.Http, metrics, clock);
            _known.AddOrUpdate(destination, upstream);
            return upstream;
        }
    }

    /// <summary>As YARP's HealthyOrPanic takes it: one check that says it is ill counts more than one that says it is well.</summary>
    private static DestinationHealth HealthOf(DestinationHealthState health) =>
        health.Active == DestinationHealth.Unhealthy || health.Passive == DestinationHealth.Unhealthy ? DestinationHealth.Unhealthy
        : health.Active == DestinationHealth.Healthy || health.Passive == DestinationHealth.Healthy ? DestinationHealth.Healthy
        : DestinationHealth.Unknown;

    private IEnumerable<Uri> Addresses() =>
        (Cluster?.DestinationsState.AllDestinations ?? []).Select(d => Uri.TryCreate(d.Model.Config.Address, UriKind.Absolute, out var uri) ? uri : null).OfType<Uri>();
}

/// <summary>An upstream, and what YARP's checks say of it.</summary>
internal sealed record SeenUpstream(Upstream Upstream, DestinationHealth Health);

using Image2Ipfs.Gateway.Settings;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Configuration;

namespace Image2Ipfs.Gateway.Upstreams;

/// <summary>What the upstreams' cluster is checked by, where its configuration does not say it.</summary>
internal sealed class ClusterDefaults(IOptions<GatewaySettings> settings) : IProxyConfigFilter
{
    public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel)
    {
        if (cluster.ClusterId != settings.Value.Upstreams.Cluster)
            return ValueTask.FromResult(cluster);
        var health = cluster.HealthCheck ?? new HealthCheckConfig();
        return ValueTask.FromResult(cluster with
        {
            HealthCheck = health with
            {
                Active = health.Active ?? new ActiveHealthCheckConfig
                {
                    Enabled = true,
                    Interval = TimeSpan.FromSeconds(10),
                    Timeout = TimeSpan.FromSeconds(5),
                    Policy = AnyAnswerHealthPolicy.PolicyName,
                    // The empty block: every gateway has it, and none has to look for it.
                    Path = "/ipfs/bafkqaaa",
                    Query = "?format=raw",
                },
                Passive = health.Passive ?? new PassiveHealthCheckConfig { Enabled = true, Policy = "TransportFailureRate", ReactivationPeriod = TimeSpan.FromSeconds(10) },
                // One that looks ill is better than none.
                AvailableDestinationsPolicy = health.AvailableDestinationsPolicy ?? "HealthyOrPanic",
            },
        });
    }

    public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel) => ValueTask.FromResult(route);
}

namespace Image2Ipfs.Gateway.Settings;

/// <summary>
/// <c>IPFS_GATEWAY=http://127.0.0.1:8080[,http://…]</c>, the original's variable: the same as a YARP cluster with these
/// destinations. With any cluster, /ipfs/ and /ipns/ lead to it.
/// </summary>
internal static class UpstreamAddresses
{
    public const string Variable = "IPFS_GATEWAY";
    private const string Cluster = "ipfs";

    public static void AddUpstreamAddresses(this ConfigurationManager configuration)
    {
        var keys = new Dictionary<string, string?>();
        var addresses = Split(configuration[Variable]);
        for (var i = 0; i < addresses.Length; i++)
            keys[$"ReverseProxy:Clusters:{Cluster}:Destinations:gateway{i + 1}:Address"] = addresses[i];
        foreach (var kind in new[] { "ipfs", "ipns" })
        {
            keys[$"ReverseProxy:Routes:{kind}:ClusterId"] = configuration[$"{GatewaySettings.Section}:Upstreams:Cluster"] ?? Cluster;
            keys[$"ReverseProxy:Routes:{kind}:Match:Path"] = $"/{kind}/{{**path}}";
            // A route of the file goes first.
            keys[$"ReverseProxy:Routes:{kind}:Order"] = "1000";
        }
        // Below everything else: what the file says of the cluster counts more.
        configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = keys });
    }

    /// <summary>Those that are no address.</summary>
    public static IEnumerable<string> Wrong(IConfiguration configuration)
    {
        var ofVariable = Split(configuration[Variable]);
        return (from address in ofVariable
                where !HttpAddress.Is(address)
                select $"{Variable}: '{address}' is no address; write http://127.0.0.1:8080, and more after a comma")
            .Concat(from cluster in configuration.GetSection("ReverseProxy:Clusters").GetChildren()
                    from destination in cluster.GetSection("Destinations").GetChildren()
                    let address = destination["Address"] ?? ""
                    where !HttpAddress.Is(address) && !ofVariable.Contains(address)
                    select $"{destination.Path}:Address: '{address}' is no address; write http://127.0.0.1:8080");
    }

    private static string[] Split(string? addresses) => (addresses ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}

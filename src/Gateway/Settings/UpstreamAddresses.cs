namespace Image2Ipfs.Gateway.Settings;

/// <summary>
/// <c>IPFS_GATEWAY=http://127.0.0.1:8080[,http://…]</c>, the original's variable: the same as a YARP cluster with these
/// destinations. With any cluster, /ipfs/ and /ipns/ lead to it.
/// </summary>
internal static class UpstreamAddresses
{
    private const string Variable = "IPFS_GATEWAY";
    private const string Cluster = "ipfs";

    /// <exception cref="FormatException">It is no list of addresses.</exception>
    public static void AddUpstreamAddresses(this ConfigurationManager configuration)
    {
        var keys = new Dictionary<string, string?>();
        var addresses = (configuration[Variable] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < addresses.Length; i++)
        {
            if (!Uri.TryCreate(addresses[i], UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
                throw new FormatException($"{Variable}: '{addresses[i]}' is no address; write http://127.0.0.1:8080, and more after a comma");
            keys[$"ReverseProxy:Clusters:{Cluster}:Destinations:gateway{i + 1}:Address"] = addresses[i];
        }
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
}

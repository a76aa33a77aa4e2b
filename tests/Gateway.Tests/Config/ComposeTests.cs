using System.Text.Json;
using System.Text.Json.Nodes;
using Image2Ipfs.Testing;
using Json.Schema;

namespace Image2Ipfs.Gateway.Tests.Config;

/// <summary>config/compose: what Compose would say of it, and that what it mounts and names is there.</summary>
public sealed class ComposeTests
{
    private static readonly JsonObject Services = (JsonObject)Configured.Yaml("compose", "compose.yaml")["services"]!;

    /// <summary>The schema is the Compose specification's own (Apache-2.0).</summary>
    [Fact]
    public void It_is_what_the_specification_allows()
    {
        // It names its dialect by an address that is not quite the dialect's.
        var schema = JsonSchema.FromText(Vectors.Text("compose", "compose-spec.json").Replace("https://json-schema.org/draft-07/schema", "http://json-schema.org/draft-07/schema#", StringComparison.Ordinal));
        Assert.True(IsValid(Configured.Yaml("compose", "compose.yaml")));
        var wrong = Configured.Yaml("compose", "compose.yaml");
        wrong["services"]!["gateway"]!["port"] = "5000";
        Assert.False(IsValid(wrong));

        bool IsValid(JsonNode file) => schema.Evaluate(JsonSerializer.SerializeToElement(file)).IsValid;
    }

    [Fact]
    public void What_is_mounted_is_there()
    {
        var volumes = ((JsonObject)Configured.Yaml("compose", "compose.yaml")["volumes"]!).Select(v => v.Key).ToHashSet();
        var mounted = Services.SelectMany(s => s.Value!["volumes"]!.AsArray()).Select(v => v!.GetValue<string>().Split(':')[0]).ToList();
        foreach (var source in mounted)
        {
            if (source[0] == '.')
                Assert.True(Path.Exists(Configured.PathOf("compose", source)), source);
            else
                Assert.Contains(source, volumes);
        }
        Assert.All(volumes, volume => Assert.Contains(volume, mounted));
    }

    [Fact]
    public void Nothing_but_the_swarm_is_open_to_others()
    {
        var ports = Services.SelectMany(s => s.Value!["ports"]!.AsArray()).Select(p => p!.GetValue<string>());
        Assert.Equal(["4001:4001", "4001:4001/udp"], ports.Where(p => !p.StartsWith("127.0.0.1:", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_Gateway_is_given_the_time_to_stop_and_runs_what_is_in_its_image()
    {
        var gateway = Services["gateway"]!;
        var stop = SettingsTests.Read().Stop;
        Assert.True(int.Parse(gateway["stop_grace_period"]!.GetValue<string>().TrimEnd('s'), null) > (stop.Delay + stop.Drain).TotalSeconds);
        var image = File.ReadAllText(Path.Combine(Vectors.Repository, "packaging", "image.sh"));
        Assert.Contains($"\"{gateway["healthcheck"]!["test"]![1]}\"", image, StringComparison.Ordinal);
        Assert.Contains("/var/lib/image2ipfs\": {}, \"/var/cache/image2ipfs\"", image, StringComparison.Ordinal);
        Assert.StartsWith("image2ipfs-gateway:", gateway["image"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.All(Services, s => Assert.NotNull(s.Value!["healthcheck"]));
    }

    [Fact]
    public void Prometheus_asks_the_Gateway_and_Grafana_asks_Prometheus()
    {
        var job = Assert.Single(Configured.Yaml("prometheus", "prometheus.yml")["scrape_configs"]!.AsArray())!;
        Assert.Equal("gateway:5000", job["static_configs"]![0]!["targets"]![0]!.GetValue<string>());
        Assert.All(Configured.Text("prometheus", "rules.yml").Split("- alert:")[1..], rule => Assert.Contains($"job=\"{job["job_name"]}\"", rule, StringComparison.Ordinal));
        var source = Assert.Single(Configured.Yaml("grafana", "provisioning", "datasources", "prometheus.yaml")["datasources"]!.AsArray())!;
        Assert.Equal("http://prometheus:9090", source["url"]!.GetValue<string>());
        var dashboards = Configured.Yaml("grafana", "provisioning", "dashboards", "image2ipfs.yaml")["providers"]![0]!["options"]!["path"]!.GetValue<string>();
        Assert.Contains(Services["grafana"]!["volumes"]!.AsArray(), v => v!.GetValue<string>().Contains($":{dashboards}/image2ipfs.json", StringComparison.Ordinal));
    }
}

using System.Text.Json;

namespace Image2Ipfs.Testing;

/// <summary>The dashboard that is handed out for Grafana.</summary>
public static class Dashboard
{
    /// <summary>What its panels ask Prometheus for, with Grafana's own variables in it.</summary>
    public static IReadOnlyList<string> Expressions()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Vectors.Repository, "config", "grafana", "image2ipfs.json")));
        return
        [
            .. from panel in dashboard.RootElement.GetProperty("panels").EnumerateArray()
               from target in panel.GetProperty("targets").EnumerateArray()
               select target.GetProperty("expr").GetString()!,
        ];
    }
}

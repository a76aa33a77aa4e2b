using System.Text;
using System.Text.RegularExpressions;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Testing;
using YamlDotNet.RepresentationModel;

namespace Image2Ipfs.Gateway.Tests.Observe;

/// <summary>What the dashboard and the alerts ask for is what a Gateway has after some pulls.</summary>
public sealed partial class DashboardTests
{
    private static readonly UpstreamImage Image = UpstreamImage.Of(Keystream.Bytes("shown", 300_000));

    /// <summary>Labels that Prometheus adds, or that a histogram has.</summary>
    private static readonly HashSet<string> Added = ["instance", "job", "le"];

    /// <summary>Prometheus' own: whether it was answered.</summary>
    private const string Prometheus = "up";

    [Fact]
    public async Task Every_metric_and_label_of_the_dashboard_and_of_the_alerts_is_exported()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        await gateway.PullAsync(Image);
        await gateway.PullAsync(Image);
        await Task.Delay(300, RunningGateway.Cancel); // an older answer may be given again
        var exported = Encoding.UTF8.GetString((await gateway.Running.GetAsync("/metrics")).Body);
        var labels = Samples().Matches(exported).GroupBy(m => m.Groups[1].Value).ToDictionary(g => g.Key, g => string.Concat(g.Select(m => m.Groups[2].Value)));

        var (dashboard, alerts) = (Dashboard.Expressions(), AlertExpressions());
        Assert.True(dashboard.Count > 20);
        Assert.True(alerts.Count > 5);
        foreach (var expression in dashboard.Concat(alerts))
        {
            var (metrics, asked) = Parse(expression);
            Assert.NotEmpty(metrics);
            foreach (var metric in metrics.Except([Prometheus]))
            {
                Assert.True(labels.TryGetValue(metric, out var known), $"{metric} is not exported: {expression}");
                Assert.All(asked.Except(Added), label => Assert.Contains($"{label}=\"", known, StringComparison.Ordinal));
            }
        }
    }

    /// <summary>The metrics of an expression, and the labels that it selects or groups by.</summary>
    private static (IReadOnlyList<string> Metrics, IReadOnlyList<string> Labels) Parse(string expression)
    {
        var by = By().Matches(expression).SelectMany(m => m.Groups[1].Value.Split(", "));
        var selected = Selected().Matches(expression).Select(m => m.Groups[1].Value);
        return ([.. Metric().Matches(expression).Select(m => m.Groups[1].Value)], [.. by.Concat(selected)]);
    }

    private static IReadOnlyList<string> AlertExpressions()
    {
        var rules = new YamlStream();
        rules.Load(File.OpenText(Path.Combine(Vectors.Repository, "config", "prometheus", "rules.yml")));
        return [.. ((YamlSequenceNode)rules.Documents[0].RootNode["groups"]).SelectMany(g => (YamlSequenceNode)g["rules"]).Select(r => r["expr"].ToString())];
    }

    [GeneratedRegex(@"^([a-z][a-z0-9_]*)\{(.*)\} ", RegexOptions.Multiline)]
    private static partial Regex Samples();

    [GeneratedRegex(@"([a-z][a-z0-9_]*)\{")]
    private static partial Regex Metric();

    [GeneratedRegex(@"by \(([a-z0-9_, ]+)\)")]
    private static partial Regex By();

    [GeneratedRegex(@"[{,]([a-z0-9_]+)=~?""")]
    private static partial Regex Selected();
}

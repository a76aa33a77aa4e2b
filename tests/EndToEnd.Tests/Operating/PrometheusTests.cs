using System.Net;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Operating;

/// <summary>Debian's Prometheus, with the files of config/prometheus, beside a Gateway that is pulled from.</summary>
public sealed class PrometheusTests(Site site, LargeTree tree) : IClassFixture<LargeTree>
{
    [EndToEndFact]
    public async Task It_scrapes_the_Gateway_and_has_data_for_every_query_of_the_dashboard_and_the_alerts()
    {
        await using var upstream = await GatewayProcess.StartAsync(site.Store);
        await using var gateway = await site.EmptyGatewayAsync([upstream.Address], "--Gateway:Cache:MaxBytes=100000"); // so little that the large image comes anew each time
        await using var prometheus = await Prometheus.StartAsync(site.NewPath("prometheus"), gateway.Authority);
        var image = tree.Published.Images.Single();
        var skopeo = await site.ClientAsync("skopeo 1.22");

        using var http = new HttpClient();
        // A rate is between two scrapes: things have to go on.
        List<string> without = [];
        for (var tries = 30; ; tries--)
        {
            (await skopeo.PullAsync(await site.ReferenceAsync(tree.Published, image, $":{image.Tag}", authority: gateway.Authority))).AssertIs(image);
            using (var missing = await http.GetAsync(new Uri(gateway.Address, "/v2/none/manifests/none"), TestContext.Current.CancellationToken))
                Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
            without.Clear();
            foreach (var query in Queries())
                if (!await prometheus.HasDataAsync(query))
                    without.Add(query);
            if (without.Count == 0 || tries == 0)
                break;
            await Task.Delay(1000, TestContext.Current.CancellationToken);
        }
        Assert.Empty(without);

        // An alert has data when something is wrong; that it can be evaluated is what counts here.
        var rules = await prometheus.RulesAsync();
        Assert.NotEmpty(rules);
        Assert.All(rules, rule => Assert.Equal("ok", rule.Health));
        Assert.DoesNotContain(rules, rule => rule.State == "firing");
    }

    private static IEnumerable<string> Queries() =>
        Dashboard.Expressions().Select(expression => expression.Replace("$instance", ".*", StringComparison.Ordinal).Replace("$__rate_interval", "30s", StringComparison.Ordinal));
}

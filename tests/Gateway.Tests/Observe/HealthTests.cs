using System.Text.Json;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Observe;

/// <summary>/health/live and /health/ready, as probes ask for them.</summary>
public sealed class HealthTests(Samples samples)
{
    private static readonly UpstreamImage Image = UpstreamImage.Of(Keystream.Bytes("health", 1000));

    /// <summary>Probes as they are by default, but often.</summary>
    private static readonly string[] Probing =
    [
        .. new[] { "Enabled=true", "Interval=00:00:00.2", "Timeout=00:00:01", "Policy=AnyAnswer", "Path=/ipfs/bafkqaaa" }.Select(s => $"--ReverseProxy:Clusters:ipfs:HealthCheck:Active:{s}"),
    ];

    [Fact]
    public async Task A_store_with_roots_is_all_that_is_needed()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, "--Gateway:Cache:MaxBytes=0");
        var live = await gateway.GetAsync("/health/live");
        Assert.Equal((200, "application/json", "no-store"), (live.Status, live["Content-Type"], live["Cache-Control"]));
        var (status, json) = await ReadyAsync(gateway);
        Assert.Equal(200, status);
        Assert.Equal(["status", "store", "cache", "upstreams"], json.EnumerateObject().Select(m => m.Name));
        Assert.Equal(("ready", "ok", "off", 0), (Text(json, "status"), Text(json, "store"), Text(json, "cache"), json.GetProperty("upstreams").GetArrayLength()));
    }

    [Fact]
    public async Task HEAD_is_GET_without_a_body_and_nothing_else_is_answered()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder);
        foreach (var path in new[] { "/health/live", "/health/ready" })
        {
            var head = await gateway.HeadAsync(path);
            Assert.Equal((200, 0), (head.Status, head.Body.Length));
            Assert.Equal((await gateway.GetAsync(path))["Content-Length"], head["Content-Length"]);
            var post = await gateway.SendAsync(HttpMethod.Post, path);
            Assert.Equal((405, "GET, HEAD"), (post.Status, post["Allow"]));
        }
    }

    [Fact]
    public async Task With_an_empty_store_and_no_upstream_nothing_can_be_served()
    {
        using var folder = new TemporaryFolder();
        await using var gateway = await RunningGateway.StartAsync(folder["none"]);
        var (status, json) = await ReadyAsync(gateway);
        Assert.Equal((503, "absent", "the store has nothing, and no upstream can be used"), (status, Text(json, "store"), Text(json, "status")));
        Directory.CreateDirectory(folder["none/roots"]);
        (status, json) = await ReadyAsync(gateway);
        Assert.Equal((503, "empty"), (status, Text(json, "store")));
        // It is there as soon as somebody publishes.
        await Samples.PublishAsync(folder["none"], "docker-20.10.24.tar");
        (status, json) = await ReadyAsync(gateway);
        Assert.Equal((200, "ok"), (status, Text(json, "store")));
        Assert.Equal(200, (await gateway.GetAsync("/health/live")).Status);
    }

    [Fact]
    public async Task A_store_that_cannot_be_read_is_not_ready()
    {
        using var folder = new TemporaryFolder();
        await using var gateway = await RunningGateway.StartAsync(folder.Path);
        // As root, no permission keeps anybody out; a file in the folder's place does.
        await File.WriteAllTextAsync(folder["roots"], "", RunningGateway.Cancel);
        var (status, json) = await ReadyAsync(gateway);
        Assert.Equal((503, "unreadable", "the store cannot be read"), (status, Text(json, "store"), Text(json, "status")));
    }

    [Fact]
    public async Task An_upstream_that_answers_stands_in_for_an_empty_store_until_it_falls_ill()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, [.. PullingGateway.Patient(), .. Probing]);
        await gateway.GetTagAsync(Image);
        var (status, json) = await ReadyUntilAsync(gateway.Running, j => Text(Upstream(j), "health") == "healthy");
        Assert.Equal((200, "ready", "absent", "ok"), (status, Text(json, "status"), Text(json, "store"), Text(json, "cache")));
        var state = Upstream(json);
        Assert.Equal(["name", "address", "health", "circuit", "ways", "latencyMs", "running"], state.EnumerateObject().Select(m => m.Name));
        Assert.Equal(("gateway1", upstream.Address.AbsoluteUri, "closed"), (Text(state, "name"), Text(state, "address"), Text(state, "circuit")));
        Assert.Equal(["car", "raw", "path"], state.GetProperty("ways").EnumerateArray().Select(w => w.GetString()));
        Assert.InRange(state.GetProperty("latencyMs").GetDouble(), 0, 10_000);

        await upstream.StopAsync();
        (status, json) = await ReadyUntilAsync(gateway.Running, j => Text(Upstream(j), "health") == "unhealthy");
        Assert.Equal((503, "the store has nothing, and no upstream can be used"), (status, Text(json, "status")));

        await upstream.RestartAsync();
        (status, _) = await ReadyUntilAsync(gateway.Running, j => Text(j, "status") == "ready");
        Assert.Equal(200, status);
    }

    [Fact]
    public async Task Nothing_below_health_and_metrics_is_asked_of_an_upstream()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, "--ReverseProxy:Routes:all:ClusterId=ipfs", "--ReverseProxy:Routes:all:Match:Path={**path}");
        foreach (var path in new[] { "/health", "/health/", "/health/other", "/metrics/other", "/Health/live" })
            Assert.Equal(404, (await gateway.Running.GetAsync(path)).Status);
        Assert.DoesNotContain(upstream.Requests, r => r.Target.Contains("health", StringComparison.OrdinalIgnoreCase) || r.Target.Contains("metrics", StringComparison.Ordinal));
        // The route is there.
        _ = await gateway.Running.GetAsync("/other");
        Assert.Contains(upstream.Requests, r => r.Target == "/other");
    }

    private static async Task<(int Status, JsonElement Json)> ReadyAsync(RunningGateway gateway)
    {
        var reply = await gateway.GetAsync("/health/ready");
        return (reply.Status, JsonDocument.Parse(reply.Body).RootElement);
    }

    private static async Task<(int Status, JsonElement Json)> ReadyUntilAsync(RunningGateway gateway, Func<JsonElement, bool> isSo)
    {
        for (var i = 0; ; i++)
        {
            var ready = await ReadyAsync(gateway);
            if (isSo(ready.Json))
                return ready;
            Assert.True(i < 150, $"{ready.Json}");
            await Task.Delay(100, RunningGateway.Cancel);
        }
    }

    private static JsonElement Upstream(JsonElement json) => Assert.Single(json.GetProperty("upstreams").EnumerateArray());

    private static string? Text(JsonElement json, string member) => json.GetProperty(member).GetString();
}

using System.Diagnostics;
using System.Security.Cryptography;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Observe;

/// <summary>The end: readiness first, then listening, then what runs.</summary>
public sealed class StoppingTests(Samples samples)
{
    private const int Size = 8 << 20;

    private static readonly UpstreamImage Image = UpstreamImage.Of(Keystream.Bytes("the end", Size));

    [Fact]
    public async Task Readiness_turns_while_requests_are_still_answered()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, "--Gateway:Stop:Delay=00:00:02");
        Assert.Equal(200, (await gateway.GetAsync("/health/ready")).Status);
        var stopping = gateway.StopAsync();
        var ready = await gateway.GetAsync("/health/ready");
        Assert.Equal(503, ready.Status);
        Assert.Contains("\"stopping\"", System.Text.Encoding.UTF8.GetString(ready.Body), StringComparison.Ordinal);
        Assert.Equal(200, (await gateway.GetAsync("/health/live")).Status);
        Assert.Equal(200, (await gateway.GetAsync("/v2/")).Status);
        Assert.False(stopping.IsCompleted);
        await stopping;
        await Assert.ThrowsAsync<HttpRequestException>(() => gateway.GetAsync("/v2/"));
    }

    [Fact]
    public async Task A_blob_that_runs_may_end()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        using var response = await BeginAsync(gateway, upstream);
        var stopping = gateway.Running.StopAsync();
        var body = await response.Content.ReadAsStreamAsync(RunningGateway.Cancel);
        Assert.Equal(Image.Layers[0], Digest.FromSha256Hash(await SHA256.HashDataAsync(body, RunningGateway.Cancel)));
        await stopping;
    }

    [Fact]
    public async Task What_does_not_end_in_time_is_broken_off()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, [.. PullingGateway.Patient(), "--Gateway:Stop:Drain=00:00:00.3"]);
        using var response = await BeginAsync(gateway, upstream);
        var clock = Stopwatch.StartNew();
        var stopping = gateway.Running.StopAsync();
        var body = await response.Content.ReadAsStreamAsync(RunningGateway.Cancel);
        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null, RunningGateway.Cancel));
        await stopping;
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.2, 3);
    }

    [Fact]
    public async Task SIGTERM_ends_the_program_in_this_order()
    {
        await using var gateway = await GatewayProcess.StartAsync(samples.Folder, "--Gateway:Stop:Delay=00:00:02");
        using var http = new HttpClient { BaseAddress = gateway.Address };
        Assert.Equal(200, (int)(await http.GetAsync("health/ready", RunningGateway.Cancel)).StatusCode);
        var ended = gateway.DisposeAsync();
        for (var i = 0; i < 100 && (int)(await http.GetAsync("health/ready", RunningGateway.Cancel)).StatusCode == 200; i++)
            await Task.Delay(10, RunningGateway.Cancel);
        Assert.Equal(503, (int)(await http.GetAsync("health/ready", RunningGateway.Cancel)).StatusCode);
        Assert.Equal(200, (int)(await http.GetAsync("v2/", RunningGateway.Cancel)).StatusCode);
        await ended;
        Assert.Contains("Stopping: not ready from now on; listening ends after 00:00:02", gateway.Log, StringComparison.Ordinal);
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("v2/", RunningGateway.Cancel));
    }

    /// <summary>The layer, which takes some two seconds from here on.</summary>
    private static async Task<HttpResponseMessage> BeginAsync(PullingGateway gateway, TestUpstream upstream)
    {
        await gateway.GetTagAsync(Image);
        upstream.BytesPerSecond = Size / 2;
        return await gateway.Running.Http.GetAsync(Image.PathOf(Image.Layers[0]), HttpCompletionOption.ResponseHeadersRead, RunningGateway.Cancel);
    }
}

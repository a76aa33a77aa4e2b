using System.Security.Cryptography;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>However many want a cold blob, it comes once.</summary>
public sealed class SingleFlightTests
{
    private const int Size = 20 << 20;

    private static readonly UpstreamImage Image = UpstreamImage.Of(Keystream.Bytes("one flight", Size));

    private static Digest Layer => Image.Layers[0];

    [Theory]
    [InlineData("Car")]
    [InlineData("Raw")]
    [InlineData("Path")]
    public async Task Two_hundred_clients_of_one_cold_blob_cause_one_fetch(string way)
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks), Enum.Parse<Ways>(way));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        await gateway.GetTagAsync(Image);
        upstream.ClearRequests();
        upstream.BytesPerSecond = 20 << 20;

        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => i % 5 == 0 ? LeaveAsync(gateway, after: i * 50_000) : ReadAsync(gateway, delay: i * 3))));
        Assert.True(upstream.BytesSent is >= Size and <= (long)(Size * 1.01), $"{upstream.BytesSent}:\n{string.Join('\n', upstream.Requests)}");
    }

    [Theory]
    [InlineData("Car")]
    [InlineData("Path")]
    public async Task Fifty_clients_of_a_cold_tag_ask_for_nothing_twice(string way)
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks), Enum.Parse<Ways>(way));
        await using var gateway = await PullingGateway.StartAsync(upstream, [.. PullingGateway.Patient(), "--Gateway:Upstreams:HedgeAfter=00:00:10"]);
        upstream.Delay = TimeSpan.FromMilliseconds(200);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => gateway.GetTagAsync(Image)));
        var asked = upstream.Requests.Select(r => r.Target).Where(t => !t.Contains("bafkqaaa", StringComparison.Ordinal)).ToList();
        // That an upstream gives plain files only is found out by asking in other ways, twice each; the directory redirects.
        Assert.All(asked.CountBy(t => t), t => Assert.InRange(t.Value, 1, way == "Path" ? 4 : 1));
    }

    [Theory]
    [InlineData("Car")]
    [InlineData("Path")]
    public async Task What_nobody_waits_for_is_finished(string way)
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks), Enum.Parse<Ways>(way));
        await using var gateway = await PullingGateway.StartAsync(upstream, [.. PullingGateway.Patient(), "--Gateway:Cache:FinishAbandoned=true", "--Gateway:Upstreams:HoldUnverifiedBytes=0"]);
        await gateway.GetTagAsync(Image);
        upstream.BytesPerSecond = 20 << 20;
        await LeaveAsync(gateway, after: 1 << 20);
        for (var i = 0; i < 100 && upstream.BytesSent < Size; i++)
            await Task.Delay(100, RunningGateway.Cancel);
        await upstream.StopAsync();
        await ReadAsync(gateway);
    }

    [Theory]
    [InlineData("Car")]
    [InlineData("Path")]
    public async Task What_nobody_waits_for_is_dropped_if_the_setting_says_so(string way)
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks), Enum.Parse<Ways>(way));
        await using var gateway = await PullingGateway.StartAsync(upstream, [.. PullingGateway.Patient(), "--Gateway:Cache:FinishAbandoned=false", "--Gateway:Upstreams:HoldUnverifiedBytes=0"]);
        await gateway.GetTagAsync(Image);
        upstream.BytesPerSecond = 4 << 20;
        await LeaveAsync(gateway, after: 1 << 20);
        await Task.Delay(2000, RunningGateway.Cancel);
        var sent = upstream.BytesSent;
        Assert.InRange(sent, 1 << 20, Size / 2);
        await Task.Delay(500, RunningGateway.Cancel);
        Assert.Equal(sent, upstream.BytesSent);

        upstream.BytesPerSecond = null;
        await ReadAsync(gateway);
    }

    [Fact]
    public async Task A_slow_client_does_not_hold_up_a_fast_one()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        await gateway.GetTagAsync(Image);
        using var slow = await gateway.Running.Http.GetAsync(Image.PathOf(Layer), HttpCompletionOption.ResponseHeadersRead, RunningGateway.Cancel);
        await ReadAsync(gateway);
        var body = await slow.Content.ReadAsStreamAsync(RunningGateway.Cancel);
        Assert.Equal(Layer, Digest.FromSha256Hash(await SHA256.HashDataAsync(body, RunningGateway.Cancel)));
    }

    private static async Task ReadAsync(PullingGateway gateway, int delay = 0)
    {
        await Task.Delay(delay, RunningGateway.Cancel);
        using var response = await gateway.Running.Http.GetAsync(Image.PathOf(Layer), HttpCompletionOption.ResponseHeadersRead, RunningGateway.Cancel);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(Size, response.Content.Headers.ContentLength);
        var body = await response.Content.ReadAsStreamAsync(RunningGateway.Cancel);
        Assert.Equal(Layer, Digest.FromSha256Hash(await SHA256.HashDataAsync(body, RunningGateway.Cancel)));
    }

    private static async Task LeaveAsync(PullingGateway gateway, int after)
    {
        using var response = await gateway.Running.Http.GetAsync(Image.PathOf(Layer), HttpCompletionOption.ResponseHeadersRead, RunningGateway.Cancel);
        await using var body = await response.Content.ReadAsStreamAsync(RunningGateway.Cancel);
        var begin = new byte[after];
        await body.ReadExactlyAsync(begin, RunningGateway.Cancel);
        Assert.Equal(Image[Layer][..after], begin);
    }
}

using Image2Ipfs.Gateway.Cache;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

public sealed class CacheAfterRestartTests
{
    private static readonly UpstreamImage Image = UpstreamImage.Of(UpstreamImage.SmallLargeRepeated("kept"));

    [Theory]
    [InlineData("Car")]
    [InlineData("Raw")]
    [InlineData("Path")]
    public async Task Blobs_outlive_the_Gateway_and_the_upstream(string way)
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks), Enum.Parse<Ways>(way));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        await gateway.PullAsync(Image);
        // A blob is put in its place after its last byte has gone out.
        var cache = gateway.Running.Services.GetRequiredService<DiskCache>();
        for (var i = 0; i < 100 && cache.Bytes < Image.Layers.Append(Image.Config).Distinct().Sum(blob => Image[blob].Length); i++)
            await Task.Delay(50, RunningGateway.Cancel);
        await upstream.StopAsync();
        await gateway.RestartAsync([upstream], PullingGateway.Patient(patience: 1));

        foreach (var blob in Image.Layers.Append(Image.Config))
            await gateway.GetBlobAsync(Image, blob);
        var part = await gateway.Running.GetAsync(Image.PathOf(Image.Layers[1]), ("Range", "bytes=300000-700000"));
        Assert.Equal(206, part.Status);
        Assert.Equal(Image[Image.Layers[1]][300_000..700_001], part.Body);
    }

    [Fact]
    public async Task A_second_pull_asks_for_nothing()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        await gateway.PullAsync(Image);
        upstream.ClearRequests();
        await gateway.PullAsync(Image);
        Assert.DoesNotContain(upstream.Requests, r => !r.IsProbe);
    }

    [Fact]
    public async Task Without_a_cache_on_disk_everything_still_comes()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, [.. PullingGateway.Patient(), "--Gateway:Cache:MaxBytes=0"]);
        await gateway.PullAsync(Image);
        await gateway.PullAsync(Image);
    }
}

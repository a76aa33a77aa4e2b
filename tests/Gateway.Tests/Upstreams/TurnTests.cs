using System.Text.Json;
using Image2Ipfs.Gateway.Tests.Observe;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>Of all blobs that clients want, so many are fetched at the same time; the rest wait for their turn.</summary>
public sealed class TurnTests
{
    private const int Size = 4 << 20;

    private static readonly UpstreamImage Image = UpstreamImage.Of([.. Enumerable.Range(0, 5).Select(i => Keystream.Bytes($"turn {i}", Size))]);

    [Theory]
    [InlineData("Car", 2)]
    [InlineData("Path", 1)]
    public async Task Those_above_wait_and_all_are_served(string way, int atOnce)
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks), Enum.Parse<Ways>(way));
        await using var gateway = await PullingGateway.StartAsync(upstream, [.. PullingGateway.Patient(patience: 60), $"--Gateway:Upstreams:ConcurrentFetches={atOnce}"]);
        using var measured = new Measured(gateway.Running);
        await gateway.GetTagAsync(Image);
        upstream.BytesPerSecond = Size / 8; // no blob ends before all that is counted here has come
        // Twice each: who joins a fetch takes no turn.
        var pulls = Image.Layers.Concat(Image.Layers).Select(layer => gateway.GetBlobAsync(Image, layer)).ToList();
        await measured.UntilAsync(() => measured.Sum("image2ipfs.joins", "blob") == Image.Layers.Count);
        await measured.UntilAsync(() => measured.Sum("image2ipfs.fetch.waiting") == Image.Layers.Count - atOnce);
        Assert.Equal(atOnce, measured.Sum("image2ipfs.fetch.active"));
        upstream.BytesPerSecond = null;
        await Task.WhenAll(pulls);
        await measured.UntilAsync(() => measured.Sum("image2ipfs.fetch.active") == 0 && measured.Sum("image2ipfs.fetch.waiting") == 0);
    }

    [Theory]
    [InlineData("Car")]
    [InlineData("Path")]
    public async Task Who_waits_for_too_long_is_told_to_come_again(string way)
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks), Enum.Parse<Ways>(way));
        await using var gateway = await PullingGateway.StartAsync(upstream, [.. PullingGateway.Patient(firstByte: 5, stall: 5, patience: 3), "--Gateway:Upstreams:ConcurrentFetches=1"]);
        using var measured = new Measured(gateway.Running);
        await gateway.GetTagAsync(Image);
        upstream.BytesPerSecond = Size / 8; // 8 s, without a pause
        var first = gateway.GetBlobAsync(Image, Image.Layers[0]);
        await measured.UntilAsync(() => measured.Sum("image2ipfs.fetch.active") == 1);
        var replies = await Task.WhenAll(gateway.Running.GetAsync(Image.PathOf(Image.Layers[1])), gateway.Running.GetAsync(Image.PathOf(Image.Layers[1])));
        foreach (var refused in replies)
        {
            Assert.Equal((503, "10"), (refused.Status, refused["Retry-After"]));
            var error = JsonElement.Parse(refused.Body).GetProperty("errors")[0];
            Assert.Equal("UNAVAILABLE", error.GetProperty("code").GetString());
            Assert.Equal("this Gateway", error.GetProperty("detail").GetProperty("attempts")[0].GetProperty("upstream").GetString());
        }
        Assert.Equal(0, measured.Sum("image2ipfs.fetch.waiting"));
        await first;
        // And the waiting of those that gave up has taken nobody's turn.
        await gateway.GetBlobAsync(Image, Image.Layers[1]);
    }

    [Fact]
    public async Task A_client_that_leaves_waits_no_more_and_the_next_one_has_its_turn()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, [.. PullingGateway.Patient(patience: 60), "--Gateway:Upstreams:ConcurrentFetches=1"]);
        using var measured = new Measured(gateway.Running);
        await gateway.GetTagAsync(Image);
        upstream.ClearRequests();
        upstream.BytesPerSecond = Size / 4;
        var first = gateway.GetBlobAsync(Image, Image.Layers[0]);
        await measured.UntilAsync(() => measured.Sum("image2ipfs.fetch.active") == 1);
        using var left = CancellationTokenSource.CreateLinkedTokenSource(RunningGateway.Cancel);
        var leaves = gateway.Running.Http.GetAsync(new Uri(Image.PathOf(Image.Layers[1]), UriKind.Relative), left.Token);
        await measured.UntilAsync(() => measured.Sum("image2ipfs.fetch.waiting") == 1);
        var stays = gateway.GetBlobAsync(Image, Image.Layers[2]);
        await measured.UntilAsync(() => measured.Sum("image2ipfs.fetch.waiting") == 2);
        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        await measured.UntilAsync(() => measured.Sum("image2ipfs.fetch.waiting") == 1);
        upstream.BytesPerSecond = null;
        await Task.WhenAll(first, stays);
        Assert.InRange(upstream.BytesSent, 2 * Size, 2.5 * Size);
    }

    [Fact]
    public async Task What_lies_in_the_cache_takes_no_turn()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, [.. PullingGateway.Patient(patience: 60), "--Gateway:Upstreams:ConcurrentFetches=1"]);
        using var measured = new Measured(gateway.Running);
        await gateway.GetTagAsync(Image);
        await gateway.GetBlobAsync(Image, Image.Layers[1]);
        upstream.BytesPerSecond = Size / 4;
        var first = gateway.GetBlobAsync(Image, Image.Layers[0]);
        await measured.UntilAsync(() => measured.Sum("image2ipfs.fetch.active") == 1);
        await gateway.GetBlobAsync(Image, Image.Layers[1]);
        Assert.False(first.IsCompleted);
        upstream.BytesPerSecond = null;
        await first;
    }
}

using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>How often a pull waits for an upstream that is far away.</summary>
public sealed class RoundTripTests
{
    private static readonly UpstreamImage Image = UpstreamImage.Of([.. Enumerable.Range(0, 5).Select(i => Keystream.Bytes($"layer {i}", 400_000 + i))]);

    private static readonly UpstreamImage Before = UpstreamImage.Of(Keystream.Bytes("before", 1000));

    /// <param name="ways">What the upstream gives.</param>
    /// <param name="isKnown">Whether the Gateway has pulled from it: what it does not give was found out then.</param>
    [Theory]
    [InlineData(Ways.All, false)]
    [InlineData(Ways.Car, false)]
    [InlineData(Ways.All, true)]
    [InlineData(Ways.Path, true)]
    internal async Task A_pull_of_five_layers_waits_five_times_at_most(Ways ways, bool isKnown)
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks([.. Image.Blocks, .. Before.Blocks]), ways);
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        if (isKnown)
            await gateway.PullAsync(Before);
        upstream.ClearRequests();
        upstream.Delay = TimeSpan.FromMilliseconds(50);
        await gateway.PullAsync(Image);
        var requests = upstream.Requests.Where(r => !r.IsProbe).ToList();
        Assert.NotEmpty(requests);
        Assert.True(Chain(requests) <= 5, $"{Chain(requests)}:\n{string.Join('\n', requests)}");
    }

    /// <summary>The longest row of requests of which each began when the one before had been answered.</summary>
    private static int Chain(IEnumerable<UpstreamRequest> requests)
    {
        var (length, end) = (0, 0L);
        foreach (var request in requests.Where(r => r.Answered is not null).OrderBy(r => r.Answered))
        {
            if (request.Started < end)
                continue;
            length++;
            end = request.Answered!.Value;
        }
        return length;
    }
}

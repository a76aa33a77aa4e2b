using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>A large blob comes from several upstreams at once.</summary>
public sealed class SharedFetchTests
{
    private const int Size = 32 << 20;

    private static readonly UpstreamImage Image = UpstreamImage.Of(Keystream.Bytes("shared", Size));

    [Theory]
    [InlineData("Car")]
    [InlineData("Raw")]
    public async Task Of_four_limited_upstreams_each_sends_a_part(string way)
    {
        var blocks = new UpstreamBlocks(Image.Blocks);
        var upstreams = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TestUpstream.StartAsync(blocks, Enum.Parse<Ways>(way))));
        try
        {
            await using var gateway = await PullingGateway.StartAsync(upstreams, [.. PullingGateway.Patient(), "--Gateway:Upstreams:PartBytes=2097152", "--Gateway:Upstreams:ParallelParts=4"]);
            await gateway.GetTagAsync(Image);
            foreach (var upstream in upstreams)
            {
                upstream.ClearRequests();
                upstream.BytesPerSecond = 8 << 20;
            }
            await gateway.GetBlobAsync(Image, Image.Layers[0]);
            Assert.All(upstreams, u => Assert.InRange(u.BytesSent, Size / 10, Size / 2));
            Assert.InRange(upstreams.Sum(u => u.BytesSent), Size, Size * 1.05);
        }
        finally
        {
            foreach (var upstream in upstreams)
                await upstream.DisposeAsync();
        }
    }

    [Fact]
    public async Task One_that_dies_in_the_middle_is_made_up_for()
    {
        var blocks = new UpstreamBlocks(Image.Blocks);
        await using var one = await TestUpstream.StartAsync(blocks);
        await using var other = await TestUpstream.StartAsync(blocks);
        await using var gateway = await PullingGateway.StartAsync([one, other], [.. PullingGateway.Patient(), "--Gateway:Upstreams:PartBytes=2097152"]);
        await gateway.GetTagAsync(Image);
        (one.BytesPerSecond, other.BytesPerSecond) = (16 << 20, 16 << 20);
        var pull = gateway.GetBlobAsync(Image, Image.Layers[0]);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        await one.StopAsync();
        await pull;
    }
}

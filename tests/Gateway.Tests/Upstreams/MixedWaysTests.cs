using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>Upstreams of which some give blocks, and some plain files only.</summary>
public sealed class MixedWaysTests
{
    private static readonly UpstreamImage First = UpstreamImage.Of(Keystream.Bytes("mixed, first", 1234));
    private static readonly UpstreamImage Second = UpstreamImage.Of(Keystream.Bytes("mixed, second", 1_300_000));

    [Theory]
    [InlineData("429, Retry-After in seconds")]
    [InlineData("503, Retry-After in seconds")]
    public async Task What_those_with_blocks_do_not_give_is_had_from_one_that_is_known_to_give_plain_files(string fault)
    {
        await using var trustless = await TestUpstream.StartAsync(new UpstreamBlocks(Second.Blocks));
        await using var plain = await TestUpstream.StartAsync(new UpstreamBlocks([.. First.Blocks, .. Second.Blocks]), Ways.Path, UnknownFormat.Ignored);
        await using var gateway = await PullingGateway.StartAsync([trustless, plain], PullingGateway.Patient(firstByte: 1, stall: 1, patience: 3));
        // Only the plain one has this: the Gateway learns what it gives.
        await gateway.PullAsync(First);
        trustless.Arm(Faults.All.Single(f => f.Name == fault));
        await gateway.PullAsync(Second);
        Assert.Contains(trustless.Requests, r => r.Fault is not null);
    }

    [Fact]
    public async Task A_blob_of_a_known_tree_too()
    {
        await using var trustless = await TestUpstream.StartAsync(new UpstreamBlocks(Second.Blocks));
        await using var plain = await TestUpstream.StartAsync(new UpstreamBlocks([.. First.Blocks, .. Second.Blocks]), Ways.Path, UnknownFormat.Ignored);
        await using var gateway = await PullingGateway.StartAsync([trustless, plain], PullingGateway.Patient(firstByte: 1, stall: 1, patience: 3));
        await gateway.PullAsync(First);
        await gateway.GetTagAsync(Second);
        trustless.Arm(Faults.All.Single(f => f.Name == "502"));
        await gateway.GetBlobAsync(Second, Second.Layers[0]);
        Assert.Contains(trustless.Requests, r => r.Fault is not null);
    }
}

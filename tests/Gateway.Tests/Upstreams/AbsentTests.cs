using System.Diagnostics;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>What is known not to be there, and what is not known.</summary>
public sealed class AbsentTests
{
    [Fact]
    public async Task An_old_gateway_that_answers_500_for_what_is_not_there_is_not_asked_without_end()
    {
        var image = UpstreamImage.Of([1, 2, 3]);
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(image.Blocks), Ways.Path);
        upstream.Arm(Faults.All.Single(f => f.Name == "500"));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient(patience: 60));
        var reply = await gateway.Running.GetAsync(image.ByTag);
        Assert.Equal(502, reply.Status);
        Assert.Contains("answered 500 (4 times)", System.Text.Encoding.UTF8.GetString(reply.Body), StringComparison.Ordinal);
    }

    private static readonly UpstreamImage Image = UpstreamImage.Of(Keystream.Bytes("absent", 600_000));

    [Fact]
    public async Task A_root_that_the_upstream_does_not_have_is_404_and_not_asked_for_again_at_once()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks());
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient(patience: 1));
        Assert.Equal(404, (await gateway.Running.GetAsync(Image.ByTag)).Status);
        Assert.Contains(upstream.Requests, r => !r.IsProbe);
        upstream.ClearRequests();
        for (var i = 0; i < 5; i++)
            Assert.Equal(404, (await gateway.Running.GetAsync(Image.ByTag)).Status);
        Assert.DoesNotContain(upstream.Requests, r => !r.IsProbe);
    }

    [Fact]
    public async Task A_root_that_comes_later_is_found()
    {
        await using var empty = await TestUpstream.StartAsync(new UpstreamBlocks());
        await using var gateway = await PullingGateway.StartAsync(empty, PullingGateway.Patient(patience: 1));
        Assert.Equal(404, (await gateway.Running.GetAsync(Image.ByTag)).Status);
        foreach (var block in Image.Blocks)
            empty.Blocks.Add(block);
        var started = Stopwatch.GetTimestamp();
        while ((await gateway.Running.GetAsync(Image.ByTag)).Status != 200)
        {
            Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 30);
            await Task.Delay(500, RunningGateway.Cancel);
        }
    }

    [Theory]
    [InlineData("Car")]
    [InlineData("Raw")]
    [InlineData("Path")]
    public async Task What_a_known_tree_does_not_have_is_404(string way)
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks), Enum.Parse<Ways>(way));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient(patience: 1));
        await gateway.GetTagAsync(Image);
        foreach (var path in new[] { "manifests/no", $"manifests/{Digest.Sha256([1])}", $"blobs/{Digest.Sha256([2])}" })
            Assert.Equal(404, (await gateway.Running.GetAsync($"{Image.Repository}/{path}")).Status);
        Assert.Equal(404, (await gateway.Running.GetAsync($"/v2/{Image.Root.ToRepositoryComponent()}/other/manifests/latest")).Status);
    }

    [Fact]
    public async Task An_upstream_that_is_down_does_not_make_anything_absent()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient(patience: 1));
        await upstream.StopAsync();
        Assert.InRange((await gateway.Running.GetAsync(Image.ByTag)).Status, 502, 504);
        await upstream.RestartAsync();
        // A circuit breaker may be open for some seconds.
        var started = Stopwatch.GetTimestamp();
        Reply reply;
        while ((reply = await gateway.Running.GetAsync(Image.ByTag)).Status != 200)
        {
            Assert.InRange(reply.Status, 502, 504);
            Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 15);
        }
    }

    [Fact]
    public async Task A_missing_block_in_the_middle_never_makes_a_whole_layer()
    {
        var blocks = new UpstreamBlocks(Image.Blocks);
        blocks.Remove(DagPbNode.Decode(blocks.Get(Image.CidOf(Image.Layers[0])).Bytes).Links[1].Cid);
        await using var upstream = await TestUpstream.StartAsync(blocks);
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient(patience: 1));
        await gateway.GetTagAsync(Image);
        var outcome = await Asked.Blob(Image, "layer", Image.Layers[0]).AskAsync(gateway.Running);
        Assert.True(outcome.Kind is OutcomeKind.Error or OutcomeKind.Aborted, outcome.ToString());
    }
}

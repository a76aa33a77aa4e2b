using System.Globalization;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>
/// Lazy snapshotters (stargz, zstd:chunked, SOCI) start a container before its layers are there: the table of contents at the
/// end of a layer first, then the files that are read, in small ranges, many at once. Of a layer that only an upstream has, no
/// more comes than the blocks that hold them.
/// </summary>
public sealed class LazyPullTests
{
    private const int Size = 60 << 20;
    private const int Chunk = 256 * 1024;

    /// <summary>A leaf in its envelope and in a section of an archive.</summary>
    private const int LeafBytes = Chunk + 100;

    /// <summary>The root and an inner node of 174 links, which the way to every leaf goes through.</summary>
    private const int PathBytes = 12 * 1024;

    private static readonly UpstreamImage Image = UpstreamImage.Of(Keystream.Bytes("lazy", Size));

    private static readonly byte[] Layer = Image[Image.Layers[0]];

    /// <summary>The footer of an eStargz layer, and chunks of files here and there: in one block, over the edge of two, over a whole one.</summary>
    private static readonly (int First, int Last)[] Ranges =
    [
        (Size - 51, Size - 1), (100, 199), (10 * Chunk + 7, 10 * Chunk + 5000), (50 * Chunk - 10, 50 * Chunk + 10), (100 * Chunk + 1000, 102 * Chunk + 1000), (200 * Chunk, 200 * Chunk),
    ];

    private static readonly int Blocks = Ranges.SelectMany(r => Enumerable.Range(r.First / Chunk, (r.Last / Chunk) - (r.First / Chunk) + 1)).Distinct().Count();

    [Theory]
    [InlineData(Ways.Car)]
    [InlineData(Ways.Raw)]
    internal async Task Ranges_of_a_layer_that_are_asked_for_at_once_bring_their_blocks_and_no_others(Ways ways)
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks), ways);
        await using var gateway = await StartAsync(upstream);
        var replies = await Task.WhenAll(Ranges.Select((r, i) => GetAsync(gateway, i == 0 ? "-51" : Text(r))));
        foreach (var ((first, last), reply) in Ranges.Zip(replies))
            IsPart(reply, first, last);
        await IsFrugalAsync(upstream, Blocks);
    }

    [Theory]
    [InlineData(Ways.Car)]
    [InlineData(Ways.Raw)]
    internal async Task Ranges_in_one_request_do_too_in_whatever_order(Ways ways)
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks), ways);
        await using var gateway = await StartAsync(upstream);
        var reply = await GetAsync(gateway, string.Join(',', Ranges.Select(Text)));
        Assert.Equal(206, reply.Status);
        Assert.StartsWith("multipart/byteranges; boundary=", reply["Content-Type"], StringComparison.Ordinal);
        foreach (var (first, last) in Ranges)
            Assert.True(reply.Body.AsSpan().IndexOf(Layer.AsSpan(first, last - first + 1)) > 0);
        await IsFrugalAsync(upstream, Blocks);
    }

    /// <summary>A client reads on in a block long after it read the beginning.</summary>
    [Theory]
    [InlineData(Ways.Car)]
    [InlineData(Ways.Raw)]
    internal async Task A_block_comes_once_though_its_ranges_are_asked_for_one_after_the_other(Ways ways)
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks), ways);
        await using var gateway = await StartAsync(upstream);
        for (var first = 20 * Chunk; first < 21 * Chunk; first += 50_000)
            IsPart(await GetAsync(gateway, $"{first}-{first + 9_999}"), first, first + 9_999);
        await IsFrugalAsync(upstream, blocks: 1);
        await gateway.RestartAsync([upstream], PullingGateway.Patient());
        upstream.ClearRequests();
        IsPart(await GetAsync(gateway, Text((20 * Chunk, 20 * Chunk + 9))), 20 * Chunk, 20 * Chunk + 9);
        Assert.DoesNotContain(upstream.Requests, r => !r.IsProbe);
    }

    /// <summary>What came for ranges need not come again when the layer is pulled whole, and the other way round.</summary>
    [Fact]
    public async Task A_layer_that_was_read_in_ranges_can_be_pulled_whole()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks), Ways.Raw);
        await using var gateway = await StartAsync(upstream);
        foreach (var range in Ranges)
            await GetAsync(gateway, Text(range));
        Assert.Equal(Image.Layers[0], (await gateway.Running.GetAsync(Image.PathOf(Image.Layers[0]))).BodyDigest);
        upstream.ClearRequests();
        foreach (var (first, last) in Ranges)
            IsPart(await GetAsync(gateway, Text((first, last))), first, last);
        Assert.DoesNotContain(upstream.Requests, r => !r.IsProbe);
    }

    [Fact]
    public async Task Without_a_disk_ranges_are_served_all_the_same()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks), Ways.Car);
        await using var gateway = await PullingGateway.StartAsync(upstream, [.. PullingGateway.Patient(), "--Gateway:Cache:MaxBytes=0"]);
        var replies = await Task.WhenAll(Ranges.Select(r => GetAsync(gateway, Text(r))));
        foreach (var ((first, last), reply) in Ranges.Zip(replies))
            IsPart(reply, first, last);
        var ascending = await GetAsync(gateway, string.Join(',', Ranges.OrderBy(r => r.First).Select(Text)));
        Assert.Equal(206, ascending.Status);
        // What was sent and forgotten cannot be sent again: that is the end, and no endless wait.
        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(gateway, $"0-9,{Text((10 * Chunk, 10 * Chunk + 9))},20-29").WaitAsync(TimeSpan.FromSeconds(20), RunningGateway.Cancel));
        Assert.NotEmpty(gateway.Problems());
    }

    /// <summary>The directories are known, as they are after the manifest: only the layer is counted.</summary>
    private static async Task<PullingGateway> StartAsync(TestUpstream upstream)
    {
        var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        Assert.Equal(200, (await gateway.Running.GetAsync(Image.ByTag)).Status);
        upstream.ClearRequests();
        return gateway;
    }

    private static Task<Reply> GetAsync(PullingGateway gateway, string range) => gateway.Running.GetAsync(Image.PathOf(Image.Layers[0]), ("Range", $"bytes={range}"));

    private static string Text((int First, int Last) range) => string.Create(CultureInfo.InvariantCulture, $"{range.First}-{range.Last}");

    private static void IsPart(Reply reply, int first, int last)
    {
        Assert.Equal((206, $"bytes {first}-{last}/{Size}"), (reply.Status, reply["Content-Range"]));
        Assert.Equal(Layer[first..(last + 1)], reply.Body);
    }

    private static async Task IsFrugalAsync(TestUpstream upstream, int blocks)
    {
        // What is not wanted any more is broken off.
        for (var i = 0; i < 100 && upstream.Running > 0; i++)
            await Task.Delay(20, RunningGateway.Cancel);
        var requests = upstream.Requests.Where(r => !r.IsProbe).ToList();
        var sent = requests.Sum(r => r.BytesSent);
        Assert.True(sent <= (blocks * LeafBytes) + (requests.Count * PathBytes), $"{sent} bytes for {blocks} blocks:\n{string.Join('\n', requests)}");
    }
}

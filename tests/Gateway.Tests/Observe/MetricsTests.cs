using System.Text;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Observe;

/// <summary>The numbers, one Gateway's own, and how they are shown.</summary>
public sealed class MetricsTests(Samples samples)
{
    private const int Size = 3 << 20;

    private static readonly UpstreamImage Image = UpstreamImage.Of(Keystream.Bytes("measured", Size));

    [Fact]
    public async Task A_pull_from_the_store_is_counted_by_kind_status_and_source()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder);
        using var measured = new Measured(gateway);
        var repository = $"/v2/{samples.Tiny.ToRepositoryComponent()}/t/tiny";
        var manifest = await gateway.GetAsync($"{repository}/manifests/s2");
        await measured.UntilAsync(() => measured.Sum("image2ipfs.requests") == 1);
        var from = measured.Sum("image2ipfs.sent", "store");
        Assert.Equal(manifest.Body.Length, from);
        await gateway.GetAsync($"{repository}/manifests/s2");
        await gateway.HeadAsync($"{repository}/manifests/s2");
        await measured.UntilAsync(() => measured.Sum("image2ipfs.requests") == 3);
        Assert.Equal(3, measured.Sum("image2ipfs.requests", "manifest 200"));
        Assert.Equal(manifest.Body.Length, measured.Sum("image2ipfs.sent", "memory"));

        await gateway.GetAsync($"{repository}/manifests/none");
        await gateway.GetAsync("/v2/");
        await gateway.SendAsync(HttpMethod.Put, $"{repository}/manifests/s2");
        await gateway.GetAsync($"/ipfs/{samples.Tiny}/t/tiny/index.json");
        await measured.UntilAsync(() => measured.Sum("image2ipfs.requests") == 7);
        foreach (var labels in new[] { "manifest 404", "ping 200", "wrong 405", "ipfs 200" })
            Assert.Equal(1, measured.Sum("image2ipfs.requests", labels));
        Assert.True(measured.Sum("image2ipfs.sent", "store") > from);
        Assert.Equal(3, measured.Sum("image2ipfs.store.roots"));
    }

    [Theory]
    [InlineData("Car")]
    [InlineData("Path")]
    public async Task A_pull_through_an_upstream_fills_the_cache_and_the_next_one_comes_from_it(string way)
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks), Enum.Parse<Ways>(way));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        using var measured = new Measured(gateway.Running);
        await gateway.PullAsync(Image);
        await measured.UntilAsync(() => measured.Sum("image2ipfs.requests", "blob 200") == 2);
        Assert.InRange(measured.Sum("image2ipfs.sent", "upstream"), Size, Size + 100_000);
        Assert.InRange(measured.Sum("image2ipfs.upstream.received", "gateway1"), Size, Size + 300_000);
        Assert.True(measured.Sum("image2ipfs.upstream.requests", "gateway1 ok") > 0);
        Assert.Equal(measured.Count("image2ipfs.blob.time_to_first_byte"), measured.Sum("image2ipfs.requests", "blob 200"));
        await measured.UntilAsync(() => measured.Count("image2ipfs.fetch.active") >= 2 && measured.Sum("image2ipfs.fetch.active") == 0);
        Assert.InRange(measured.Sum("image2ipfs.cache.filled"), Size, Size + 300_000);
        Assert.Equal(0, measured.Sum("image2ipfs.sent", "cache"));
        await gateway.GetBlobAsync(Image, Image.Layers[0]);
        await measured.UntilAsync(() => measured.Sum("image2ipfs.sent", "cache") == Size);
        Assert.Equal(0, measured.Sum("image2ipfs.verification.failures"));
        Assert.Equal(0, measured.Sum("image2ipfs.resumes"));
        Assert.InRange(measured.Sum("image2ipfs.cache.size"), Size, Size + 300_000);
    }

    [Theory]
    [InlineData("Car")]
    [InlineData("Path")]
    public async Task Who_breaks_off_and_who_lies_is_counted(string way)
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks), Enum.Parse<Ways>(way));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        using var measured = new Measured(gateway.Running);
        await gateway.GetTagAsync(Image);
        upstream.Arm(Faults.Named("connection reset in the body"), times: 1);
        await gateway.GetBlobAsync(Image, Image.Layers[0]);
        Assert.Equal(1, measured.Sum("image2ipfs.resumes", "gateway1"));
        Assert.Equal(0, measured.Sum("image2ipfs.verification.failures"));
        upstream.Arm(Faults.Named("flipped bit"), times: 1);
        await gateway.GetBlobAsync(Image, Image.Config);
        Assert.Equal(1, measured.Sum("image2ipfs.verification.failures", "gateway1"));
    }

    [Fact]
    public async Task A_second_upstream_that_is_asked_for_what_the_first_is_slow_with_is_counted()
    {
        await using var slow = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        await using var other = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        (slow.Delay, other.Delay) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        await using var gateway = await PullingGateway.StartAsync([slow, other], PullingGateway.Patient());
        using var measured = new Measured(gateway.Running);
        await gateway.GetTagAsync(Image);
        Assert.True(measured.Sum("image2ipfs.hedges") > 0);
    }

    [Fact]
    public async Task Who_joins_a_fetch_is_counted_and_room_that_is_made()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, [.. PullingGateway.Patient(), $"--Gateway:Cache:MaxBytes={Size + 500}"]);
        using var measured = new Measured(gateway.Running);
        await gateway.GetTagAsync(Image);
        await gateway.GetBlobAsync(Image, Image.Config);
        upstream.BytesPerSecond = Size;
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => gateway.GetBlobAsync(Image, Image.Layers[0])));
        Assert.Equal(4, measured.Sum("image2ipfs.joins", "blob"));
        // The layer takes nearly all the room there is.
        await measured.UntilAsync(() => measured.Sum("image2ipfs.cache.evictions") > 0);
        Assert.True(measured.Sum("image2ipfs.cache.evicted") > 0);
    }

    [Fact]
    public async Task No_name_and_no_digest_becomes_a_label()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder);
        using var measured = new Measured(gateway);
        for (var i = 0; i < 30; i++)
        {
            await gateway.GetAsync($"/v2/{samples.Tiny.ToRepositoryComponent()}/t/tiny/manifests/tag{i}", ("User-Agent", $"agent{i}"));
            await gateway.GetAsync($"/v2/name{i}/blobs/sha256:{new string('a', 62)}{i:x2}");
            await gateway.GetAsync($"/v2/name{i}/what{i}/ever{i}");
            await gateway.GetAsync($"/ipfs/name{i}");
            await gateway.SendAsync(new HttpMethod($"METHOD{i}"), $"/v2/name{i}/tags/list");
        }
        Assert.InRange(measured.Labels.Count(), 1, 15);
        Assert.DoesNotMatch("(name|tag|agent|what|METHOD)[0-9]", await ScrapeAsync(gateway));
    }

    [Fact]
    public async Task They_are_shown_in_Prometheus_text_format_unless_a_setting_says_otherwise()
    {
        await using (var gateway = await RunningGateway.StartAsync(samples.Folder))
        {
            await gateway.GetAsync("/v2/");
            var reply = await gateway.GetAsync("/metrics");
            Assert.StartsWith("text/plain", reply["Content-Type"], StringComparison.Ordinal);
            var text = Encoding.UTF8.GetString(reply.Body);
            Assert.Contains("# TYPE image2ipfs_requests_total counter", text, StringComparison.Ordinal);
            Assert.Contains("http_server_request_duration_seconds_bucket{", text, StringComparison.Ordinal);
        }
        await using (var gateway = await RunningGateway.StartAsync(samples.Folder, "--Gateway:Observe:Metrics=false"))
            Assert.Equal(404, (await gateway.GetAsync("/metrics")).Status);
    }

    private static async Task<string> ScrapeAsync(RunningGateway gateway) => Encoding.UTF8.GetString((await gateway.GetAsync("/metrics")).Body);
}

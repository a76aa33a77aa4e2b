using System.Diagnostics;
using System.IO.Compression;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>Every fault does what its name says, and then it is over.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private static readonly UpstreamImage Image = UpstreamImage.Of(Keystream.Bytes("large", (3 << 20) + 4321));

    private TestUpstream _upstream = null!;
    private UpstreamClient _client = null!;

    private static byte[] Layer => Image[Image.Layers[0]];

    private static string PlainPath => $"/ipfs/{Image.Root}/app/blobs/{Image.Layers[0]}";

    private static string CarPath => PlainPath + "?format=car&dag-scope=entity";

    private static string RawPath => $"/ipfs/{Image.CidOf(Image.Layers[0])}?format=raw";

    public static TheoryData<string> Names => [.. Faults.All.Where(f => !f.Refuses).Select(f => f.Name)];

    public async ValueTask InitializeAsync()
    {
        _upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        _upstream.Elsewhere = new Uri("http://127.0.0.1:1");
        _upstream.Trap = new Uri("http://127.0.0.2:1");
        _client = new UpstreamClient(_upstream);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _upstream.DisposeAsync();
    }

    /// <summary>Whatever the fault is: each way that can have it has it, as often as it is told to, and no more.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_is_seen_as_often_as_it_is_told(string name)
    {
        var fault = Faults.Named(name);
        foreach (var (way, path) in new[] { (Ways.Car, CarPath), (Ways.Raw, RawPath), (Ways.Path, PlainPath) }.Where(p => fault.Ways.HasFlag(p.Item1)))
        {
            (string, string)[] part = name.Contains("part", StringComparison.Ordinal) || fault.Answers > 1 ? [("Range", "bytes=300000-600000")] : [];
            var target = part.Length > 0 && way == Ways.Car ? path + "&entity-bytes=300000:600000" : path;
            var right = Fingerprint(await _client.GetAsync(target, part));
            _upstream.ClearRequests();
            _upstream.Arm(fault, times: 1);
            var wrong = await FingerprintAsync(target, part);
            Assert.True(right != wrong, $"{way}: {right}");
            Assert.Equal(name, Assert.Single(_upstream.Requests).Fault);
            Assert.Equal(right, await FingerprintAsync(target, part));

            _upstream.Arm(new FaultRule(fault) { Where = r => r.Path.Contains("never", StringComparison.Ordinal) });
            Assert.Equal(right, await FingerprintAsync(target, part));
            _upstream.Disarm();
        }
    }

    [Fact]
    public async Task A_probe_is_answered_rightly()
    {
        _upstream.Arm(Faults.Named("500"));
        Assert.Equal(200, (await _client.GetAsync("/ipfs/bafkqaaa?format=raw")).Status);
        Assert.Equal(500, (await _client.GetAsync(PlainPath)).Status);
    }

    [Theory]
    [InlineData("flipped bit")]
    [InlineData("another block's bytes")]
    public async Task A_lie_is_as_long_as_the_truth_and_no_block_matches(string name)
    {
        _upstream.Arm(Faults.Named(name));
        Assert.Equal(Layer.Length, (await _client.GetAsync(PlainPath)).Body.Length);
        Assert.NotEqual(Layer, (await _client.GetAsync(PlainPath)).Body);
        Assert.False(Image.CidOf(Image.Layers[0]).Matches((await _client.GetAsync(RawPath)).Body));
        var blocks = Car.Read((await _client.GetAsync(CarPath)).Body).Blocks;
        Assert.Single(blocks, b => !b.Cid.Matches(b.Bytes.Span));
    }

    [Fact]
    public async Task A_cut_is_where_it_is_said_and_what_went_before_is_right()
    {
        _upstream.Arm(new FaultRule(Faults.Named("chunked body cut off cleanly")) { At = 1000 });
        Assert.Equal(Layer[..1000], (await _client.GetAsync(PlainPath)).Body);
    }

    [Fact]
    public async Task Everything_is_everything()
    {
        _upstream.Arm(Faults.Named("200 with everything to a part"));
        var got = await _client.GetAsync(PlainPath, ("Range", "bytes=1-2"));
        Assert.Equal((200, null), (got.Status, got["Content-Range"]));
        Assert.Equal(Layer, got.Body);
        Assert.Equal((await _client.GetAsync(CarPath)).Body, (await _client.GetAsync(CarPath + "&entity-bytes=1:2")).Body);
    }

    [Fact]
    public async Task Gzip_unpacks_to_the_file()
    {
        _upstream.Arm(Faults.Named("Content-Encoding: gzip"));
        var got = await _client.GetAsync(PlainPath);
        Assert.Equal("gzip", got["Content-Encoding"]);
        using var unpacked = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(got.Body), CompressionMode.Decompress))
            await gzip.CopyToAsync(unpacked, TestContext.Current.CancellationToken);
        Assert.Equal(Layer, unpacked.ToArray());
    }

    [Theory]
    [InlineData("CAR in the order of breadth", true)]
    [InlineData("CAR in reverse order", true)]
    [InlineData("CAR with every block twice", true)]
    [InlineData("CAR with blocks that nobody asked for", true)]
    [InlineData("CAR with another root in its header", true)]
    [InlineData("CAR without one of the blocks", false)]
    [InlineData("CAR cut off between two blocks", false)]
    public async Task An_odd_CAR_still_has_right_blocks(string name, bool whole)
    {
        _upstream.Arm(Faults.Named(name));
        var (roots, blocks) = Car.Read((await _client.GetAsync(CarPath)).Body);
        Assert.All(blocks, b => Assert.True(b.Cid.Matches(b.Bytes.Span)));
        Assert.Equal(name.Contains("another root", StringComparison.Ordinal), !roots[0].Equals(Image.CidOf(Image.Layers[0])));
        var byCid = blocks.DistinctBy(b => b.Cid).ToDictionary(b => b.Cid, b => b.Bytes);
        if (whole)
            Assert.Equal(Layer, UnixFsFile.Read(Image.CidOf(Image.Layers[0]), cid => byCid[cid], int.MaxValue));
        else
            Assert.Throws<KeyNotFoundException>(() => UnixFsFile.Read(Image.CidOf(Image.Layers[0]), cid => byCid[cid], int.MaxValue));
    }

    [Theory]
    [InlineData("302 to another upstream", "http://127.0.0.1:1")]
    [InlineData("302 to an address that is not configured", "http://127.0.0.2:1")]
    public async Task A_redirect_keeps_path_and_query(string name, string to)
    {
        _upstream.Arm(Faults.Named(name));
        Assert.Equal(to + CarPath, (await _client.GetAsync(CarPath))["Location"]);
    }

    [Fact]
    public async Task A_subdomain_redirect_leads_to_the_same_bytes()
    {
        _upstream.Arm(Faults.Named("301 to a subdomain"));
        var to = new Uri((await _client.GetAsync(PlainPath))["Location"]!);
        Assert.Equal($"{Image.Root.ToBase32()}.ipfs.localhost", to.Host);
        Assert.Equal(Layer, (await _client.GetAsync(to.PathAndQuery, ("Host", to.Authority))).Body);
        Assert.Equal("/?format=raw", new Uri((await _client.GetAsync(RawPath))["Location"]!).PathAndQuery);
    }

    [Fact]
    public async Task An_upstream_that_stops_in_the_middle_of_a_stall_stops()
    {
        _upstream.Arm(Faults.Named("stall in the body"));
        var stalled = _client.GetAsync(PlainPath);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        var started = Stopwatch.GetTimestamp();
        await _upstream.StopAsync();
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 5);
        await Assert.ThrowsAnyAsync<Exception>(() => stalled);
    }

    /// <summary>What a client can tell an answer by; one that does not come to its end in a second is cut off here.</summary>
    private async Task<string> FingerprintAsync(string target, (string, string)[] headers)
    {
        try
        {
            return Fingerprint(await _client.GetAsync(target, headers).WaitAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException)
        {
            return e.GetType().Name;
        }
    }

    private static string Fingerprint(UpstreamClient.Got got) =>
        $"{got.Status} {TestImage.Hex(got.Body)} {string.Join('|', got.Headers.Where(h => h.Key is not ("Date" or "Transfer-Encoding")).OrderBy(h => h.Key, StringComparer.Ordinal).Select(h => $"{h.Key}: {h.Value}"))}";
}

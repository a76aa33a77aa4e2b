using System.Globalization;
using System.Text.RegularExpressions;
using Image2Ipfs.Gateway.Cache;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>A large blob comes in parts from several upstreams at once that give plain files only, and its digest checks it.</summary>
public sealed partial class PlainPartsTests
{
    private const int Size = 16 << 20;
    private const string Never = "00:10:00";

    private static readonly UpstreamImage Image = UpstreamImage.Of(Keystream.Bytes("plain parts", Size), Keystream.Bytes("no parts", 2_000_000));

    private static Digest Layer => Image.Layers[0];

    /// <summary>Whatever plain files can suffer.</summary>
    public static TheoryData<string> Names => [.. Faults.All.Where(f => f.Ways.HasFlag(Ways.Path) && !f.Refuses).Select(f => f.Name), "200 with everything to a part"];

    [Fact]
    public async Task Of_four_limited_upstreams_each_sends_a_part()
    {
        await using var run = await Run.StartAsync(4, $"HedgeAfter={Never}");
        foreach (var upstream in run.Upstreams)
            upstream.BytesPerSecond = 4 << 20;
        await run.Gateway.GetBlobAsync(Image, Layer);
        Assert.All(run.Upstreams, u => Assert.InRange(u.BytesSent, Size / 10, Size / 2));
        Assert.InRange(run.Upstreams.Sum(u => u.BytesSent), Size, Size * 1.05);

        run.Clear();
        await run.Gateway.GetBlobAsync(Image, Image.Layers[1]);
        Assert.Null(Assert.Single(run.Requests)["Range"]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Two_make_up_for_a_third_whatever_it_does(string name)
    {
        var fault = Faults.Named(name);
        await using var run = await Run.StartAsync(3);
        await using var trap = await TestUpstream.StartAsync(run.Upstreams[0].Blocks, Ways.Path);
        var rule = new FaultRule(fault) { Where = IsPart };
        (run.Upstreams[0].Elsewhere, run.Upstreams[0].Trap) = (run.Upstreams[1].Address, trap.Address);
        run.Upstreams[0].Arm(rule);
        await run.Gateway.GetBlobAsync(Image, Layer);
        Assert.NotEqual(0, rule.Applied);
        Assert.All(run.Upstreams, u => Assert.Contains(u.Requests, IsPart));
        Assert.Empty(trap.Requests);
        // Nobody knows who lied. All else does not end the parts.
        Assert.Equal(fault.Lies, run.Requests.Any(r => !IsPart(r)));
    }

    [Fact]
    public async Task What_breaks_off_goes_on_at_its_offset()
    {
        await using var run = await Run.StartAsync(3, $"HedgeAfter={Never}");
        run.Upstreams[0].Arm(new FaultRule(Faults.Named("connection reset in the body")) { Times = 1, Where = IsPart, At = 300_000 });
        await run.Gateway.GetBlobAsync(Image, Layer);
        var broken = First(Assert.Single(run.Requests, r => r.Fault is not null));
        Assert.Contains(run.Requests, r => First(r) > broken && First(r) <= broken + 300_000);
        // The buffers of the connection that broke had taken some too.
        Assert.InRange(run.Requests.Sum(r => r.BytesSent), Size, Size + (4 << 20));
    }

    [Fact]
    public async Task A_silent_one_is_not_waited_for()
    {
        await using var run = await Run.StartAsync(3, $"StallTimeout={Never}", $"Patience={Never}");
        run.Upstreams[0].Arm(new FaultRule(Faults.Named("stall in the body")) { Where = r => r.Path.Contains(Layer.Hex, StringComparison.Ordinal) });
        (run.Upstreams[1].BytesPerSecond, run.Upstreams[2].BytesPerSecond) = (4 << 20, 4 << 20);
        await run.Gateway.GetBlobAsync(Image, Layer);
        // When another one has brought its part it may try again.
        Assert.InRange(run.Upstreams[0].Requests.Count(r => r.Fault is not null && IsPart(r)), 2, int.MaxValue);
    }

    [Fact]
    public async Task One_that_sends_drop_by_drop_is_not_waited_for()
    {
        await using var run = await Run.StartAsync(2);
        run.Upstreams[0].BytesPerSecond = 16 << 10;
        await run.Gateway.GetBlobAsync(Image, Layer);
        Assert.Contains(run.Upstreams[0].Requests, IsPart);
    }

    /// <summary>A client that gets the blob while it arrives would wait for the first part until all behind it is there.</summary>
    [Fact]
    public async Task Of_a_slow_one_half_is_taken_before_others_run_far_ahead()
    {
        const int PartBytes = 2 << 20;
        await using var run = await Run.StartAsync(2, $"HedgeAfter={Never}", $"PartBytes={PartBytes}", "ParallelParts=2");
        var slow = run.Upstreams[0];
        slow.BytesPerSecond = 256 << 10;
        await run.Gateway.GetBlobAsync(Image, Layer);
        var part = First(slow.Requests.First(IsPart));
        var quick = run.Upstreams[1].Requests.Where(IsPart).Select(First).ToList();
        Assert.InRange(quick.FindIndex(first => first > part && first < part + PartBytes), 0, quick.FindIndex(first => first > part + (4 * PartBytes)));
    }

    [Fact]
    public async Task What_is_too_little_for_two_is_asked_twice_where_one_is_slow()
    {
        await using var run = await Run.StartAsync(2, "HedgeAfter=00:00:00.5", "PartBytes=524288");
        run.Upstreams[0].BytesPerSecond = 192 << 10;
        await run.Gateway.GetBlobAsync(Image, Layer);
        Assert.Contains(run.Upstreams[0].Requests.Where(IsPart), r => run.Upstreams[1].Requests.Any(other => IsPart(other) && First(other) > First(r) && Last(other) == Last(r)));
    }

    [Fact]
    public async Task Where_nobody_knows_ranges_it_comes_from_one()
    {
        await using var run = await Run.StartAsync(2);
        foreach (var upstream in run.Upstreams)
            upstream.Arm(Faults.Named("200 with everything to a part"));
        await run.Gateway.GetBlobAsync(Image, Layer);
        Assert.All(run.Upstreams, u => Assert.Single(u.Requests, IsPart));
    }

    [Fact]
    public async Task Where_no_manifest_says_how_large_it_is_the_first_answer_does()
    {
        await using var run = await Run.StartAsync(2);
        foreach (var upstream in run.Upstreams)
            upstream.Arm(new FaultRule(Faults.Named("404")) { Where = r => r.Path.Contains("/manifests/sha256:", StringComparison.Ordinal) });
        await using var gateway = await PullingGateway.StartAsync(run.Upstreams, Run.Settings());
        await gateway.GetBlobAsync(Image, Layer);
        Assert.All(run.Upstreams, u => Assert.Contains(u.Requests, IsPart));
        Assert.Single(run.Requests, r => r["Range"] is null);
    }

    [Fact]
    public async Task When_all_lie_the_client_gets_an_error()
    {
        await using var run = await Run.StartAsync(3);
        foreach (var upstream in run.Upstreams)
            upstream.Arm(new FaultRule(Faults.Named("flipped bit")) { Where = r => r.Path.Contains(Layer.Hex, StringComparison.Ordinal) });
        Assert.Equal(502, (await run.Gateway.Running.GetAsync(Image.PathOf(Layer))).Status);
        Assert.All(run.Upstreams, u => Assert.Contains(u.Requests, IsPart));

        foreach (var upstream in run.Upstreams)
            upstream.Disarm();
        await run.Gateway.GetBlobAsync(Image, Layer);
    }

    [Fact]
    public async Task What_is_sent_while_it_arrives_never_arrives_whole_where_one_lies()
    {
        await using var run = await Run.StartAsync(3, "HoldUnverifiedBytes=1000000");
        var rule = new FaultRule(Faults.Named("flipped bit")) { Where = IsPart };
        run.Upstreams[0].Arm(rule);
        using (var response = await run.Gateway.Running.Http.GetAsync(Image.PathOf(Layer), HttpCompletionOption.ResponseHeadersRead, RunningGateway.Cancel))
        {
            Assert.Equal((200, Size), ((int)response.StatusCode, response.Content.Headers.ContentLength));
            using var got = new MemoryStream();
            await Assert.ThrowsAnyAsync<Exception>(async () => await response.Content.CopyToAsync(got, RunningGateway.Cancel));
            Assert.InRange(got.Length, 1, Size - 1);
        }
        Assert.NotEqual(0, rule.Applied);
        Assert.All(run.Upstreams, u => Assert.Contains(u.Requests, IsPart));

        run.Upstreams[0].Disarm();
        await run.Gateway.GetBlobAsync(Image, Layer);
    }

    [Fact]
    public async Task A_client_that_leaves_ends_every_part()
    {
        await using var run = await Run.StartAsync([$"--Gateway:Cache:FinishAbandoned=false"], 3, $"StallTimeout={Never}", $"HedgeAfter={Never}", $"Patience={Never}");
        foreach (var upstream in run.Upstreams)
            upstream.Arm(new FaultRule(Faults.Named("stall in the body")) { Where = r => r.Path.Contains(Layer.Hex, StringComparison.Ordinal) });
        await run.LeaveAsync(when: () => run.Upstreams.All(u => u.Requests.Any(r => r.Fault is not null && IsPart(r))));
        await Until(() => run.Upstreams.All(u => u.Running == 0));

        foreach (var upstream in run.Upstreams)
            upstream.Disarm();
        await run.Gateway.GetBlobAsync(Image, Layer);
    }

    [Fact]
    public async Task What_nobody_waits_for_is_finished()
    {
        await using var run = await Run.StartAsync(["--Gateway:Cache:FinishAbandoned=true"], 2);
        foreach (var upstream in run.Upstreams)
            upstream.BytesPerSecond = 8 << 20;
        await run.LeaveAsync(when: () => run.Upstreams.All(u => u.Requests.Any(IsPart)));
        await Until(() =>
        {
            using var file = run.Gateway.Running.Services.GetRequiredService<DiskCache>().OpenBlob(Layer, out _, out _);
            return file is not null;
        });
        run.Clear();
        await run.Gateway.GetBlobAsync(Image, Layer);
        Assert.Empty(run.Requests);
    }

    private static bool IsPart(UpstreamRequest request) => Part().IsMatch(request["Range"] ?? "");

    private static long First(UpstreamRequest part) => long.Parse(Part().Match(part["Range"]!).Groups[1].Value, CultureInfo.InvariantCulture);

    private static long Last(UpstreamRequest part) => long.Parse(Part().Match(part["Range"]!).Groups[2].Value, CultureInfo.InvariantCulture);

    private static async Task Until(Func<bool> isSo)
    {
        for (var i = 0; i < 1200 && !isSo(); i++)
            await Task.Delay(50, RunningGateway.Cancel);
        Assert.True(isSo());
    }

    /// <summary>One after the other would be asked for no end.</summary>
    [GeneratedRegex("^bytes=([0-9]+)-([0-9]+)$")]
    private static partial Regex Part();

    /// <summary>Upstreams, and a Gateway that knows them, and the image's manifests.</summary>
    private sealed class Run(TestUpstream[] upstreams, PullingGateway gateway) : IAsyncDisposable
    {
        public TestUpstream[] Upstreams => upstreams;

        public PullingGateway Gateway => gateway;

        /// <summary>Those for the blob.</summary>
        public IEnumerable<UpstreamRequest> Requests => upstreams.SelectMany(u => u.Requests).Where(r => r.Path.Contains("/blobs/sha256:", StringComparison.Ordinal));

        public static string[] Settings(params IEnumerable<string> settings) =>
            [.. PullingGateway.Patient(), "--Gateway:Upstreams:PartBytes=1048576", .. settings.Select(s => $"--Gateway:Upstreams:{s}")];

        public static Task<Run> StartAsync(int count, params string[] settings) => StartAsync([], count, settings);

        public static async Task<Run> StartAsync(string[] more, int count, params string[] settings)
        {
            var blocks = new UpstreamBlocks(Image.Blocks);
            var upstreams = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => TestUpstream.StartAsync(blocks, Ways.Path)));
            var run = new Run(upstreams, await PullingGateway.StartAsync(upstreams, [.. Settings(settings), .. more]));
            await run.Gateway.GetTagAsync(Image);
            run.Clear();
            return run;
        }

        public void Clear()
        {
            foreach (var upstream in upstreams)
                upstream.ClearRequests();
        }

        /// <summary>A client asks for the layer, and goes when this has come to be.</summary>
        public async Task LeaveAsync(Func<bool> when)
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(RunningGateway.Cancel);
            var asked = gateway.Running.Http.GetAsync(Image.PathOf(Layer), cancel.Token);
            await Until(when);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        }

        public async ValueTask DisposeAsync()
        {
            await gateway.DisposeAsync();
            foreach (var upstream in upstreams)
                await upstream.DisposeAsync();
        }
    }
}

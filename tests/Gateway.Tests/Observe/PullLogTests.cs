using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Testing;
using Microsoft.Extensions.Logging;

namespace Image2Ipfs.Gateway.Tests.Observe;

/// <summary>One line a pull, at its end.</summary>
public sealed class PullLogTests(Samples samples)
{
    private const int Size = 2 << 20;

    private static readonly UpstreamImage Image = UpstreamImage.Of(Keystream.Bytes("logged", Size));

    [Fact]
    public async Task A_pull_has_a_line_for_the_manifest_and_one_for_each_blob()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        var name = $"{Image.Root.ToRepositoryComponent()}/app";
        await gateway.Running.GetAsync(Image.ByTag, ("User-Agent", "containerd/2.0.0"));
        var manifest = Assert.Single(await LinesAsync(gateway.Running, 1));
        Assert.Equal(LogLevel.Information, manifest.Level);
        Assert.Matches($@"^GET manifest {name} latest: 200 whole, \d+ bytes from upstream \(gateway1\), first byte after [\d.]+ ms, all after [\d.]+ ms, for containerd/2\.0\.0$", manifest.Message);
        await gateway.GetBlobAsync(Image, Image.Layers[0]);
        var cold = (await LinesAsync(gateway.Running, 2))[1].Message;
        Assert.True(cold.StartsWith($"GET blob {name} {Image.Layers[0]}: 200 whole, {Size} bytes from upstream (gateway1), ", StringComparison.Ordinal), cold);
        // The client may have all of it a moment before the cache has.
        for (var i = 3; ; i++)
        {
            await gateway.GetBlobAsync(Image, Image.Layers[0]);
            var warm = (await LinesAsync(gateway.Running, i))[i - 1].Message;
            if (warm.StartsWith($"GET blob {name} {Image.Layers[0]}: 200 whole, {Size} bytes from cache (), ", StringComparison.Ordinal) && warm.EndsWith(" for -", StringComparison.Ordinal))
                break;
            Assert.True(i < 50, warm);
        }
    }

    [Fact]
    public async Task Everything_else_is_told_at_debug_only()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder);
        var repository = $"/v2/{samples.Tiny.ToRepositoryComponent()}/t/tiny";
        foreach (var path in new[] { "/v2/", "/v2/_catalog", $"{repository}/tags/list", "/health/live" })
            await gateway.GetAsync(path);
        await gateway.GetAsync($"{repository}/manifests/none");
        var line = Assert.Single(await LinesAsync(gateway, 1));
        Assert.Contains(" none: 404 whole, ", line.Message, StringComparison.Ordinal);

        await using var talkative = await RunningGateway.StartAsync(samples.Folder, "--Logging:LogLevel:Image2Ipfs.Gateway.Observe.Reports=Debug");
        await talkative.GetAsync("/v2/");
        Assert.Equal(LogLevel.Debug, Assert.Single(await LinesAsync(talkative, 1)).Level);
    }

    [Fact]
    public async Task What_a_client_says_of_itself_is_cut_and_harmless()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder);
        var path = $"/v2/{samples.Tiny.ToRepositoryComponent()}/t/tiny/manifests/s2";
        await gateway.GetAsync(path, ("User-Agent", new string('x', 5000)));
        await gateway.RawBytesAsync(Encode($"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nUser-Agent: \u001b[31m\"evil\"\t\u202e\u2028\u00e4\r\n\r\n"));
        var lines = await LinesAsync(gateway, 2);
        Assert.All(lines, l => Assert.True(l.Message.Length < 700 && l.Message.All(c => c is >= ' ' and <= '~')));
        Assert.EndsWith($"for {new string('x', 80)}", lines[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blob_that_breaks_off_and_a_client_that_leaves_are_told_apart()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient(patience: 1));
        await gateway.GetTagAsync(Image);
        upstream.BytesPerSecond = Size / 4;
        using (var response = await gateway.Running.Http.GetAsync(Image.PathOf(Image.Layers[0]), HttpCompletionOption.ResponseHeadersRead, RunningGateway.Cancel))
        {
            // and away
        }
        Assert.Contains("left by the client", (await LinesAsync(gateway.Running, 2))[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flood_does_not_fill_the_log()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, "--Gateway:Observe:LinesPerSecond=5");
        var path = $"/v2/{samples.Tiny.ToRepositoryComponent()}/t/tiny/manifests/s2";
        for (var i = 0; i < 300; i++)
            await gateway.GetAsync(path);
        await Task.Delay(1100, RunningGateway.Cancel);
        await gateway.GetAsync(path);
        var lines = (await LinesAsync(gateway, 7)).Select(l => l.Message).ToList();
        var told = lines.Count(l => l.StartsWith("GET", StringComparison.Ordinal));
        var leftOut = lines.Where(l => l.Contains("more requests", StringComparison.Ordinal)).Sum(l => int.Parse(l.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
        Assert.InRange(told, 6, 100);
        Assert.Equal(301, told + leftOut);
    }

    private static byte[] Encode(string request) => System.Text.Encoding.UTF8.GetBytes(request);

    /// <summary>A client may have its answer a moment before the line is there.</summary>
    private static async Task<IReadOnlyList<(LogLevel Level, string Message)>> LinesAsync(RunningGateway gateway, int count)
    {
        for (var i = 0; i < 100 && gateway.Reports.Count < count; i++)
            await Task.Delay(20, RunningGateway.Cancel);
        return gateway.Reports;
    }
}

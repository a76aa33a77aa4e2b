using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Image2Ipfs.EndToEnd.Tests.Upstreams;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Fronts;

/// <summary>A large blob through the proxies of config/: cut in the middle, or taken slowly.</summary>
public sealed class BrokenTests(Site site, FrontSite fronts, LargeTree tree) : IClassFixture<LargeTree>, IClassFixture<FrontSite>
{
    private const long Before = 5_000_000;

    // curl's exit codes.
    private const int PartialFile = 18, ReceiveError = 56, Http2Stream = 92;

    public static MatrixTheoryData<string, string> EachByVersion => new(FrontSite.Cuttable.Select(row => row.Data), ["HTTP/1.1", "HTTP/2"]);

    private string Blob => $"/v2/{tree.Root.Component}/{tree.Published.Images[0].Name}/blobs/{tree.Published.Images[0].Layers.MaxBy(l => l.Size)!.Digest}";

    private long Size => tree.Published.Images[0].Layers.Max(l => l.Size);

    [EndToEndTheory]
    [MemberData(nameof(EachByVersion))]
    public async Task A_Gateway_that_is_cut_off_is_no_end_of_the_blob(string name, string version)
    {
        await using var gateway = await GatewayProcess.StartAsync(site.Store, FrontSite.Listening);
        var (first, second) = await FrontSite.AddressesOfAsync(gateway);
        await using var line = new CuttingProxy(name.EndsWith("h2c", StringComparison.Ordinal) ? second : first, Before, comesBack: true);
        await using var front = await fronts.StartAsync(name, line.Address);
        await AssertBrokenAsync(front, version);
        Assert.True(line.WasCut);
    }

    [EndToEndTheory]
    [MemberData(nameof(EachByVersion))]
    public async Task A_Gateway_that_breaks_off_because_its_upstream_is_gone_is_no_end_of_the_blob(string name, string version)
    {
        await using var line = new CuttingProxy((await site.GatewayAsync()).Address, 2 * Before, comesBack: false);
        await using var gateway = await site.EmptyGatewayAsync([line.Address], [.. FrontSite.Listening, "--Gateway:Upstreams:Patience=00:00:01", "--Gateway:Upstreams:PartBytes=262144"]);
        var (first, second) = await FrontSite.AddressesOfAsync(gateway);
        await using var front = await fronts.StartAsync(name, name.EndsWith("h2c", StringComparison.Ordinal) ? second : first);
        await AssertBrokenAsync(front, version);
        Assert.Contains("broken off", gateway.Log, StringComparison.Ordinal);
    }

    /// <summary>A client that takes no more for a while: what is on its way is little, and lies on no disk.</summary>
    [EndToEndTheory]
    [MemberData(nameof(FrontSite.Names), MemberType = typeof(FrontSite))]
    public async Task A_slow_client_gets_all_of_a_large_blob_that_is_kept_nowhere(string name)
    {
        var huge = await HugeBlob.OfAsync(site);
        var front = await fronts.FrontAsync(name);
        using var http = front.NewClient(name.StartsWith("nginx", StringComparison.Ordinal) ? HttpVersion.Version11 : HttpVersion.Version20);
        using (await http.GetAsync($"/v2/{huge.Root}/{huge.Name}/blobs/{huge.Small}", TestContext.Current.CancellationToken))
        {
            // All that it needs for any blob it has now.
        }
        var before = await MemoryAsync(front);
        using var response = await http.GetAsync(huge.Path, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(huge.Size, response.Content.Headers.ContentLength);
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        var read = 0L;
        for (var pause = 20_000_000L; ;)
        {
            var count = await body.ReadAsync(buffer, TestContext.Current.CancellationToken);
            if (count == 0)
                break;
            hash.AppendData(buffer, 0, count);
            if ((read += count) < pause)
                continue;
            pause += 60_000_000;
            await Task.Delay(1000, TestContext.Current.CancellationToken);
            Assert.Empty(await FilesAsync(front));
            Assert.InRange(await MemoryAsync(front) - before, long.MinValue, 48L << 20);
        }
        Assert.Equal((huge.Size, huge.Digest), (read, $"sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())}"));
    }

    /// <summary>
    /// By curl, which counts what it gets as all clients in Go do: proxies may end the stream of HTTP/2 as if that were all, and leave it to
    /// the client to hold it against Content-Length (RFC 9113, 8.1.1). HttpClient does not.
    /// </summary>
    private async Task AssertBrokenAsync(Front front, string version)
    {
        var result = (await Command.RunAsync("curl",
        [
            "-sS", version == "HTTP/2" ? "--http2" : "--http1.1", "--cacert", fronts.Authority.File, "--resolve", $"{front.Authority}:127.0.0.1",
            "-o", "/dev/null", "-w", "%{http_code} %header{content-length} %{size_download}", $"https://{front.Authority}{Blob}",
        ])).Failed();
        Assert.True(result.ExitCode is PartialFile or Http2Stream or ReceiveError, $"exit code {result.ExitCode}: {result.Error}");
        var said = result.Output.Split(' ');
        Assert.Equal(["200", $"{Size}"], said[..2]);
        Assert.InRange(long.Parse(said[2], CultureInfo.InvariantCulture), 1, Size - 1);
    }

    /// <summary>What its processes have in memory that is nobody else's.</summary>
    private static async Task<long> MemoryAsync(Front front)
    {
        var sum = 0L;
        foreach (var process in await front.ProcessesAsync())
        {
            var line = (await File.ReadAllLinesAsync($"/proc/{process}/status")).Single(l => l.StartsWith("RssAnon:", StringComparison.Ordinal));
            sum += 1024 * long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        return sum;
    }

    /// <summary>Files with something in them that it has open or has written, whether they have a name or none; but for its log.</summary>
    private static async Task<IReadOnlyList<string>> FilesAsync(Front front)
    {
        var found = new List<string>();
        foreach (var process in await front.ProcessesAsync())
        {
            foreach (var open in Directory.EnumerateFiles($"/proc/{process}/fd"))
            {
                if (File.ResolveLinkTarget(open, returnFinalTarget: false)?.FullName is { } target && (target.Contains("(deleted)", StringComparison.Ordinal) || target.Contains("/temp-", StringComparison.Ordinal)))
                    found.Add(target);
            }
        }
        found.AddRange(Directory.EnumerateFiles(front.Folder, "*", SearchOption.AllDirectories).Where(f => new FileInfo(f).Length > 1 << 16));
        return found;
    }
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace Image2Ipfs.Benchmarks.Load;

/// <summary>A Gateway that clients pull from, within the limits of its unit; and what it took.</summary>
internal sealed partial class Pulled(string gateway, UnitLimits limits, string folder, string name, int port, string upstreams, long cacheBytes) : IAsyncDisposable
{
    private readonly string _group = $"image2ipfs-load-{name}";
    private readonly List<double> _memory = [];
    private readonly Dictionary<string, double> _counted = [];
    private Server? _server;

    public Uri Address { get; } = new($"http://127.0.0.1:{port}");

    public IEnumerable<string> Problems => limits.KilledOf(_group) is var killed and > 0 ? [$"the kernel ended the {name} Gateway {killed} times: out of memory"] : [];

    public async Task StartAsync()
    {
        _server = Server.Start($"{name} Gateway", port, core: null, limits.Around(_group,
            [gateway, "--urls", $"{Address}", "--Gateway:Store", $"{folder}/none", "--IPFS_GATEWAY", upstreams, "--Gateway:Cache:Folder", $"{folder}/{name}", "--Gateway:Cache:MaxBytes", $"{cacheBytes}", "--Gateway:Stop:Delay", "00:00:05"]));
        await _server.WaitAsync();
    }

    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        await CountAsync();
        return await _server!.StopAsync();
    }

    /// <summary>Looks at its memory, each second.</summary>
    public async Task WatchAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            if (_server!.MemoryMiB() is { } now)
                _memory.Add(now);
            await Task.Delay(1000, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await CountAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.StopAsync();
        limits.Remove(_group);
    }

    public override string ToString()
    {
        // The first seconds are its beginning.
        var third = Math.Max(1, _memory.Count / 3);
        var (early, late) = (_memory.Take(third).Max(), _memory.TakeLast(third).Max());
        double Of(string metric) => _counted.GetValueOrDefault(metric);
        return string.Create(CultureInfo.InvariantCulture,
            $"{name}: memory at most {_memory.Max():F0} MiB, in the first and the last third {early:F0} and {late:F0}; {Of("resumes"):F0} blobs resumed, {Of("hedges"):F0} asked of one more, {Of("joins"):F0} joined, {Of("cache_evictions"):F0} files evicted, {Of("broken_off"):F0} broken off");
    }

    /// <summary>What it has counted since its start, added to what it had counted before.</summary>
    private async Task CountAsync()
    {
        using var http = new HttpClient();
        foreach (Match sample in Sample().Matches(await http.GetStringAsync(new Uri(Address, "/metrics"))))
        {
            var metric = sample.Groups[1].Value;
            _counted[metric] = _counted.GetValueOrDefault(metric) + double.Parse(sample.Groups[2].Value, CultureInfo.InvariantCulture);
        }
    }

    [GeneratedRegex(@"^image2ipfs_(resumes|hedges|joins|cache_evictions|broken_off)(?:_[a-z]+)?(?:_total)?\{[^}]*\} ([\d.e+]+)", RegexOptions.Multiline)]
    private static partial Regex Sample();
}

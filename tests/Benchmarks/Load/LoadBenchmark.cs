using System.Diagnostics;
using System.Globalization;

namespace Image2Ipfs.Benchmarks.Load;

/// <summary>
/// Many clients that pull from two Gateways for minutes, each under the limits of its systemd unit, while the upstreams behind
/// them die, fall silent and come back, and one of the two Gateways is told to stop in the middle and started again:
/// <list type="number">
/// <item>images go into the store of three upstreams;</item>
/// <item>clients pull, as Docker does, from whichever Gateway says that it is ready;</item>
/// <item>the weather of the upstreams changes every second or so;</item>
/// <item>at half time the first Gateway gets SIGTERM.</item>
/// </list>
/// What a client sees that is not a whole pull is an error, and so is an exit code or a limit that was hit.
/// </summary>
internal static class LoadBenchmark
{
    private const int Images = 30;

    /// <summary>Less than all images: something has to go all the time.</summary>
    private const long CacheBytes = 200_000_000;

    public static async Task<int> RunAsync(string gateway, string publisher, string unit, int clients, TimeSpan time)
    {
        var folder = Directory.CreateTempSubdirectory("image2ipfs-load-").FullName;
        var limits = UnitLimits.Read(unit);
        try
        {
            var store = Path.Combine(folder, "store");
            var images = await LoadImages.PublishAsync(publisher, store, Path.Combine(folder, "images.tar"), Images);
            await using var upstreams = await Upstreams.StartAsync(gateway, store, folder);
            await using var first = new Pulled(gateway, limits, folder, "first", 5861, upstreams.Addresses, CacheBytes);
            await using var second = new Pulled(gateway, limits, folder, "second", 5862, upstreams.Addresses, CacheBytes);
            await Task.WhenAll(first.StartAsync(), second.StartAsync());

            using var end = new CancellationTokenSource(time);
            var balancer = new Balancer([first.Address, second.Address]);
            var results = new Results();
            var watching = Task.WhenAll(balancer.WatchAsync(end.Token), first.WatchAsync(end.Token), second.WatchAsync(end.Token), upstreams.ComeAndGoAsync(end.Token));
            var pulling = Task.WhenAll(Enumerable.Range(0, clients).Select(i => new Client(i, balancer, images, results).PullUntilAsync(end.Token)));
            var stopping = StopInTheMiddleAsync(first, time / 2, results);
            await pulling;
            await Task.WhenAll(watching, stopping);

            Print(clients, time, limits, results, upstreams, [first, second], await stopping);
            return results.Errors.IsEmpty && first.Problems.Concat(second.Problems).All(string.IsNullOrEmpty) ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <returns>How long it took to end.</returns>
    private static async Task<TimeSpan> StopInTheMiddleAsync(Pulled gateway, TimeSpan after, Results results)
    {
        await Task.Delay(after);
        var began = Stopwatch.GetTimestamp();
        var exit = await gateway.StopAsync();
        var took = Stopwatch.GetElapsedTime(began);
        if (exit != 0)
            results.Errors.Add($"the Gateway that was told to stop ended with {exit}");
        await gateway.StartAsync();
        return took;
    }

    private static void Print(int clients, TimeSpan time, UnitLimits limits, Results results, Upstreams upstreams, Pulled[] gateways, TimeSpan stop)
    {
        var seconds = results.Seconds.Order().ToList();
        double At(double share) => seconds.Count == 0 ? double.NaN : seconds[(int)((seconds.Count - 1) * share)];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {clients} clients for {time.TotalSeconds:F0} s, {Images} images; two Gateways, each with a cache of {CacheBytes / 1e6:F0} MB and {limits}
            | | |
            |---|---|
            | whole pulls | {results.Seconds.Count} |
            | pulls that the client left or went on with by Range | {results.Left}, {results.Continued} |
            | bytes to clients | {results.Bytes / 1e9:F1} GB, {results.Bytes / 1e6 / time.TotalSeconds:F0} MB/s |
            | errors that a client saw | {results.Errors.Count} |
            | a pull took: median, 95 of 100, longest | {At(0.5):F1}, {At(0.95):F1}, {At(1):F1} s |
            | upstreams killed, silenced, all away | {upstreams.Killed}, {upstreams.Silenced}, {upstreams.AllAway} |
            | told to stop under load | ended with 0 after {stop.TotalSeconds:F1} s |
            """));
        foreach (var gateway in gateways)
            Console.WriteLine($"| {gateway} |");
        foreach (var error in results.Errors.Take(10).Concat(gateways.SelectMany(g => g.Problems)))
            Console.WriteLine($"error: {error}");
    }
}

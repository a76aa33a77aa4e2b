using System.Diagnostics;

namespace Image2Ipfs.Benchmarks.Load;

/// <summary>Three upstreams over one store. They are killed and started, stopped and let go on, one or all at a time.</summary>
internal sealed class Upstreams : IAsyncDisposable
{
    private const int FirstPort = 5851;
    private static readonly TimeSpan BetweenAllAway = TimeSpan.FromSeconds(30);

    private readonly Func<int, Server> _start;
    private readonly Server[] _running;

    private Upstreams(Func<int, Server> start, int count) => (_start, _running) = (start, [.. Enumerable.Range(0, count).Select(start)]);

    public string Addresses => string.Join(',', Enumerable.Range(0, _running.Length).Select(i => $"http://127.0.0.1:{FirstPort + i}"));

    public int Killed { get; private set; }

    public int Silenced { get; private set; }

    public int AllAway { get; private set; }

    public static async Task<Upstreams> StartAsync(string gateway, string store, string folder)
    {
        var upstreams = new Upstreams(
            i => Server.Start($"upstream {i}", FirstPort + i, core: null, [gateway, "--urls", $"http://127.0.0.1:{FirstPort + i}", "--Gateway:Store", store, "--Gateway:Cache:Folder", Path.Combine(folder, $"upstream{i}")]), 3);
        foreach (var server in upstreams._running)
            await server.WaitAsync();
        return upstreams;
    }

    public async Task ComeAndGoAsync(CancellationToken end)
    {
        var random = new Random(7);
        var lastAllAway = Stopwatch.GetTimestamp();
        while (!end.IsCancellationRequested)
        {
            if (Stopwatch.GetElapsedTime(lastAllAway) > BetweenAllAway)
            {
                AllAway++;
                await AwayAsync([.. Enumerable.Range(0, _running.Length)], TimeSpan.FromSeconds(3));
                lastAllAway = Stopwatch.GetTimestamp();
            }
            var one = random.Next(_running.Length);
            var time = TimeSpan.FromMilliseconds(random.Next(500, 3000));
            if (random.Next(2) == 0)
            {
                Killed++;
                await AwayAsync([one], time);
            }
            else
            {
                Silenced++;
                _running[one].Signal("STOP");
                await Task.Delay(time, CancellationToken.None);
                _running[one].Signal("CONT");
            }
            await Task.Delay(random.Next(200, 1500), end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public ValueTask DisposeAsync()
    {
        foreach (var server in _running)
            server.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AwayAsync(int[] which, TimeSpan time)
    {
        foreach (var i in which)
            _running[i].Dispose();
        await Task.Delay(time);
        foreach (var i in which)
            _running[i] = _start(i);
        foreach (var i in which)
            await _running[i].WaitAsync();
    }
}

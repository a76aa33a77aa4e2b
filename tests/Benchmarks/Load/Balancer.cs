namespace Image2Ipfs.Benchmarks.Load;

/// <summary>What a load balancer does: it asks each Gateway whether it is ready, and sends pulls to those that are.</summary>
internal sealed class Balancer
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly IReadOnlyList<Uri> _gateways;
    private volatile IReadOnlyList<Uri> _ready;

    public Balancer(IReadOnlyList<Uri> gateways) => _gateways = _ready = gateways;

    public Uri Choose()
    {
        var ready = _ready;
        return ready[Random.Shared.Next(ready.Count)];
    }

    public async Task WatchAsync(CancellationToken end)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        while (!end.IsCancellationRequested)
        {
            var isReady = await Task.WhenAll(_gateways.Select(async gateway =>
            {
                try
                {
                    using var answer = await http.GetAsync(new Uri(gateway, "/health/ready"), CancellationToken.None);
                    return answer.IsSuccessStatusCode;
                }
                catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
                {
                    return false;
                }
            }));
            // With none ready clients go where they went: a balancer has nothing better either.
            if (isReady.Contains(true))
                _ready = [.. _gateways.Where((_, i) => isReady[i])];
            await Task.Delay(Interval, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

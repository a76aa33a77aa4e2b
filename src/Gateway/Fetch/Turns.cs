using System.Threading.RateLimiting;
using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Gateway.Upstreams;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>
/// How many blobs are fetched at the same time. Those above that wait in the order in which they were asked for, as long as
/// upstreams are waited for; who joins a fetch waits with it.
/// </summary>
internal sealed class Turns(UpstreamSettings settings, Metrics metrics, TimeProvider clock) : IDisposable
{
    /// <summary>When it may go better: nobody knows how long a blob is.</summary>
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(10);

    private readonly ConcurrencyLimiter? _running = settings.ConcurrentFetches == 0 ? null : new ConcurrencyLimiter(new ConcurrencyLimiterOptions
    {
        PermitLimit = settings.ConcurrentFetches,
        // Each that waits has a client.
        QueueLimit = int.MaxValue,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <param name="what">What is to be fetched, for the error.</param>
    /// <param name="cancel">Nobody waits for it any more.</param>
    /// <returns>What says, disposed, that it is over.</returns>
    /// <exception cref="UpstreamsFailedException">It was not its turn for as long as the Gateway is patient.</exception>
    public async Task<IDisposable> TakeAsync(string what, CancellationToken cancel)
    {
        var lease = _running?.AttemptAcquire();
        if (lease is { IsAcquired: false })
            lease = await WaitAsync(what, cancel).ConfigureAwait(false);
        metrics.FetchBegan();
        return new Turn(lease, metrics);
    }

    public void Dispose() => _running?.Dispose();

    private async Task<RateLimitLease> WaitAsync(string what, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(settings.Patience, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        metrics.FetchWaits();
        try
        {
            return await _running!.AcquireAsync(1, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new UpstreamsFailedException(what, [new Attempt("this Gateway", FaultKind.Busy, $"fetches {settings.ConcurrentFetches} blobs already", Later, StatusCodes.Status503ServiceUnavailable)], outOfPatience: true);
        }
        finally
        {
            metrics.FetchWaitsNoMore();
        }
    }

    private sealed class Turn(RateLimitLease? lease, Metrics metrics) : IDisposable
    {
        public void Dispose()
        {
            metrics.FetchEnded();
            lease?.Dispose();
        }
    }
}

using System.Collections.Concurrent;
using Image2Ipfs.Gateway.Settings;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Hedging;
using Polly.Retry;
using Polly.Timeout;

namespace Image2Ipfs.Gateway.Upstreams;

/// <summary>
/// Asks the upstreams for a small thing until one of them gives it: the best first, a second one too when the first is slow,
/// the next one when it fails, all again after a pause, for as long as the Gateway is patient.
/// </summary>
internal sealed class Asking(UpstreamPool pool, IOptions<GatewaySettings> settings, TimeProvider clock)
{
    /// <summary>Old gateways answer 500 for what is not there, or something else lies there. It is asked again, but not for as long as the patience lasts.</summary>
    private const int MaxDoubtful = 4;

    private readonly UpstreamSettings _settings = settings.Value.Upstreams;

    /// <param name="what">For the error.</param>
    /// <param name="ask">Asks one upstream; throws <see cref="UpstreamFault"/>.</param>
    /// <param name="suits">Which upstreams may be asked at all.</param>
    /// <exception cref="UpstreamsFailedException">None gave it.</exception>
    public async Task<T> AskAsync<T>(string what, Func<Upstream, CancellationToken, Task<T>> ask, Func<Upstream, bool> suits, CancellationToken cancel)
    {
        var attempts = new ConcurrentQueue<Attempt>();
        var round = new ConcurrentQueue<Upstream>();
        var asked = new ConcurrentDictionary<Upstream, bool>();
        var pipeline = new ResiliencePipelineBuilder<T> { TimeProvider = clock }
            .AddTimeout(_settings.Patience)
            .AddRetry(new RetryStrategyOptions<T>
            {
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Exception is UpstreamFault && IsWorthwhile()),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(100),
                MaxDelay = TimeSpan.FromSeconds(1),
                DelayGenerator = args => ValueTask.FromResult((args.Outcome.Exception as UpstreamFault)?.RetryAfter),
            })
            .AddHedging(new HedgingStrategyOptions<T>
            {
                ShouldHandle = new PredicateBuilder<T>().Handle<UpstreamFault>(),
                MaxHedgedAttempts = 10,
                Delay = _settings.HedgeAfter,
                ActionGenerator = args => round.IsEmpty ? null : () => args.Callback(args.ActionContext),
            })
            .Build();
        try
        {
            return await pipeline.ExecuteAsync(async token => await NextAsync(token).ConfigureAwait(false), cancel).ConfigureAwait(false);
        }
        catch (UpstreamFault)
        {
            throw new UpstreamsFailedException(what, [.. attempts]);
        }
        catch (TimeoutRejectedException)
        {
            var silent = asked.Keys.Select(u => new Attempt(u.Name, FaultKind.Timeout, "had not answered when the patience ended", null, 0));
            throw new UpstreamsFailedException(what, [.. attempts, .. silent], outOfPatience: true);
        }

        // What nobody has, and what nobody gives in a way that suits, does not come of waiting. One odd answer settles neither.
        bool IsWorthwhile() =>
            pool.Ranked().Any(suits) && attempts.Where(a => a.Kind != FaultKind.Absent).GroupBy(a => a.Upstream).Any(a => a.Count(x => x.IsDoubtful) < MaxDoubtful);

        async Task<T> NextAsync(CancellationToken token)
        {
            if (!round.TryDequeue(out var upstream))
            {
                // A new round: what the last one taught is in the new order.
                foreach (var next in pool.Ranked().Where(suits))
                    round.Enqueue(next);
                if (!round.TryDequeue(out upstream))
                {
                    foreach (var other in pool.Ranked())
                        attempts.Enqueue(new Attempt(other.Name, FaultKind.NotThisWay, "does not give it in a way that can be used", null, 0));
                    throw new UpstreamFault(FaultKind.NotThisWay, "there is no upstream that could be asked");
                }
            }
            try
            {
                // Others that were asked have not answered yet.
                if (!asked.IsEmpty)
                    upstream.CountHedge();
                asked.TryAdd(upstream, true);
                return await upstream.AskAsync(t => ask(upstream, t), token).ConfigureAwait(false);
            }
            catch (UpstreamFault fault)
            {
                asked.TryRemove(upstream, out _);
                attempts.Enqueue(new Attempt(upstream.Name, fault.Kind, fault.Message, fault.RetryAfter, fault.Status));
                throw;
            }
        }
    }
}

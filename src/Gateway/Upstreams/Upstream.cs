using Image2Ipfs.Gateway.Observe;
using Polly;
using Polly.CircuitBreaker;

namespace Image2Ipfs.Gateway.Upstreams;

/// <summary>One IPFS gateway: a destination of the YARP cluster, and what is remembered of it.</summary>
internal sealed class Upstream
{
    private readonly TimeProvider _clock;
    private readonly UpstreamHttp _http;
    private readonly Metrics _metrics;
    private readonly ResiliencePipeline _breaker;
    private readonly CircuitBreakerStateProvider _state = new();
    private int _running;
    private long _notBefore;
    private long _latency = TimeSpan.FromMilliseconds(50).Ticks;

    public Upstream(string name, Uri address, UpstreamHttp http, Metrics metrics, TimeProvider clock)
    {
        (Name, Address, _http, _metrics, _clock) = (name, address, http, metrics, clock);
        IsLocal = PrivateAddress.IsPrivate(address.Host);
        Ways = new Ways(clock);
        metrics.Knows(name);
        _breaker = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = 0.8,
                MinimumThroughput = 8,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = TimeSpan.FromSeconds(1),
                StateProvider = _state,
                ShouldHandle = new PredicateBuilder().Handle<UpstreamFault>(f => f.IsIllness),
            })
            .Build();
    }

    public string Name { get; }

    public Uri Address { get; }

    /// <summary>Whether it is a node of one's own: on a loopback or private address.</summary>
    public bool IsLocal { get; }

    public Ways Ways { get; }

    /// <summary>How many requests run.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>How long its answers took to begin, lately.</summary>
    public TimeSpan Latency => TimeSpan.FromTicks(Volatile.Read(ref _latency));

    /// <summary>closed, open or half-open.</summary>
    public string Circuit => _state.CircuitState switch
    {
        CircuitState.Closed => "closed",
        CircuitState.HalfOpen => "half-open",
        _ => "open",
    };

    /// <summary>Not while its circuit is open, nor before the time that its Retry-After named.</summary>
    public bool IsReady => _state.CircuitState is not (CircuitState.Open or CircuitState.Isolated) && _clock.GetTimestamp() >= Volatile.Read(ref _notBefore);

    /// <summary>Runs one piece of work against it: what goes wrong counts for its circuit.</summary>
    /// <exception cref="UpstreamFault">It did not give what was asked.</exception>
    public async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancel)
    {
        Interlocked.Increment(ref _running);
        using var span = Spans.Step("ask")?.SetTag(Spans.Upstream, Name);
        try
        {
            var answer = await _breaker.ExecuteAsync(async token => await ask(token).ConfigureAwait(false), cancel).ConfigureAwait(false);
            _metrics.Asked(Name, null);
            return answer;
        }
        catch (BrokenCircuitException e)
        {
            span.Fail(nameof(FaultKind.Failed), "rests");
            throw new UpstreamFault(FaultKind.Failed, "has failed too often, and rests", e);
        }
        catch (UpstreamFault fault)
        {
            _metrics.Asked(Name, fault.Kind);
            span.Fail(fault.Kind.ToString(), fault.Message);
            if (fault.RetryAfter is { } pause)
                Volatile.Write(ref _notBefore, _clock.GetTimestamp() + (long)(pause.TotalSeconds * _clock.TimestampFrequency));
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>A GET of it. The answer's status is 200 or 206.</summary>
    /// <param name="target">Path and query.</param>
    /// <param name="range">First and last byte of a Range header, or null.</param>
    /// <param name="cancel">Ends the answer's body too.</param>
    /// <param name="accept">The only media type that is wanted, or null.</param>
    /// <exception cref="UpstreamFault">Any other answer, or none.</exception>
    public Task<UpstreamBody> GetAsync(string target, (long First, long? Last)? range, CancellationToken cancel, string? accept = null) =>
        SendAsync(HttpMethod.Get, target, range, accept, cancel);

    /// <summary>A HEAD of it: an answer without a body.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public Task<UpstreamBody> HeadAsync(string target, CancellationToken cancel) => SendAsync(HttpMethod.Head, target, null, null, cancel);

    /// <summary>Its bytes came.</summary>
    public void CountReceived(int bytes) => _metrics.Received(Name, bytes);

    /// <summary>It broke off what it had begun to give: somebody goes on from there.</summary>
    public void CountBreak() => _metrics.Resumed(Name);

    /// <summary>It is asked for what a slower one does not get on with.</summary>
    public void CountHedge() => _metrics.Hedged(Name);

    /// <summary>Bytes of it were in a blob that is not what its digest says.</summary>
    public void CountLie() => _metrics.Wrong(Name);

    private async Task<UpstreamBody> SendAsync(HttpMethod method, string target, (long First, long? Last)? range, string? accept, CancellationToken cancel)
    {
        var started = _clock.GetTimestamp();
        using var span = Spans.Request(method.Method, Address, target, Name);
        try
        {
            var body = await _http.SendAsync(this, method, target, range, accept, cancel).ConfigureAwait(false);
            // A moving average over some eight answers.
            var taken = _clock.GetElapsedTime(started);
            Volatile.Write(ref _latency, ((Volatile.Read(ref _latency) * 7) + taken.Ticks) / 8);
            _metrics.UpstreamAnswered(Name, taken);
            PullCost.Current?.From(Name);
            span?.SetTag("http.response.status_code", body.Status);
            return body;
        }
        catch (UpstreamFault fault)
        {
            span.Fail(fault.Status > 0 ? $"{fault.Status}" : fault.Kind.ToString(), fault.Message);
            throw;
        }
    }
}

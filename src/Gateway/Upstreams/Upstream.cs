using Polly;
using Polly.CircuitBreaker;

namespace Image2Ipfs.Gateway.Upstreams;

/// <summary>One IPFS gateway: a destination of the YARP cluster, and what is remembered of it.</summary>
internal sealed class Upstream
{
    private readonly TimeProvider _clock;
    private readonly UpstreamHttp _http;
    private readonly ResiliencePipeline _breaker;
    private readonly CircuitBreakerStateProvider _state = new();
    private int _running;
    private long _notBefore;
    private long _latency = TimeSpan.FromMilliseconds(50).Ticks;

    public Upstream(string name, Uri address, UpstreamHttp http, TimeProvider clock)
    {
        (Name, Address, _http, _clock) = (name, address, http, clock);
        IsLocal = PrivateAddress.IsPrivate(address.Host);
        Ways = new Ways(clock);
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
        try
        {
            return await _breaker.ExecuteAsync(async token => await ask(token).ConfigureAwait(false), cancel).ConfigureAwait(false);
        }
        catch (BrokenCircuitException e)
        {
            throw new UpstreamFault(FaultKind.Failed, "has failed too often, and rests", e);
        }
        catch (UpstreamFault fault) when (fault.RetryAfter is { } pause)
        {
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

    private async Task<UpstreamBody> SendAsync(HttpMethod method, string target, (long First, long? Last)? range, string? accept, CancellationToken cancel)
    {
        var started = _clock.GetTimestamp();
        var body = await _http.SendAsync(this, method, target, range, accept, cancel).ConfigureAwait(false);
        // A moving average over some eight answers.
        var taken = _clock.GetElapsedTime(started).Ticks;
        Volatile.Write(ref _latency, ((Volatile.Read(ref _latency) * 7) + taken) / 8);
        return body;
    }
}

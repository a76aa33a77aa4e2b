using System.Diagnostics.Metrics;
using System.Text.Json;
using Image2Ipfs.Gateway.Access;
using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Cache;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Store;

namespace Image2Ipfs.Gateway.Observe;

/// <summary>
/// Everything that is measured here; what ASP.NET measures (http.server.*, kestrel.*) and the runtime (dotnet.*) comes beside
/// it. No label is ever a name, a tag or a digest: kinds, statuses, sources, and the upstreams of the configuration.
/// Source of names and units: OpenTelemetry's semantic conventions, general/metrics and general/naming.
/// </summary>
internal sealed class Metrics
{
    public const string MeterName = "Image2Ipfs.Gateway";

    private const string Kind = "image2ipfs.kind";
    private const string Source = "image2ipfs.source";
    private const string Upstream = "image2ipfs.upstream";
    private const string List = "image2ipfs.list";
    private const string Outcome = "image2ipfs.outcome";
    private const string Reason = "image2ipfs.reason";
    private const string Status = "http.response.status_code";

    private static readonly InstrumentAdvice<double> Seconds = new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] };
    private static readonly string[] Origins = NamesOf<Origin>();
    private static readonly string[] Lists = NamesOf<ListKind>();
    private static readonly string[] Kinds = NamesOf<RequestKind>();
    private static readonly string[] Outcomes = NamesOf<FaultKind>();
    private static readonly string[] Reasons = NamesOf<RefusalReason>();
    private static readonly object[] Statuses = [.. Enumerable.Range(0, 600).Select(object (status) => status)];

    private readonly Meter _meter;
    // Counted for every request, and so by hand: an instrument looks its labels up each time, which is felt in a manifest's time.
    private readonly long[] _answered = new long[Kinds.Length * Statuses.Length];
    private readonly long[] _sent = new long[Origins.Length];
    private readonly Counter<long> _brokenOff;
    private readonly Counter<long> _denied;
    private readonly Histogram<double> _firstByte;
    private readonly Counter<long> _asked;
    private readonly Histogram<double> _upstreamAnswered;
    private readonly Counter<long> _received;
    private readonly Counter<long> _wrong;
    private readonly Counter<long> _resumes;
    private readonly Counter<long> _hedges;
    private readonly Counter<long> _joins;
    private readonly UpDownCounter<long> _fetches;
    private readonly UpDownCounter<long> _waiting;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _filled;
    private readonly Counter<long> _evicted;
    private readonly Counter<long> _evictedBytes;

    public Metrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _meter.CreateObservableCounter("image2ipfs.requests", Requests, "{request}", "Requests that were answered, by kind and status");
        _meter.CreateObservableCounter("image2ipfs.sent", Bytes, "By", "Bytes of bodies sent to clients, by the place where they lay");
        _brokenOff = _meter.CreateCounter<long>("image2ipfs.broken_off", "{request}", "Answers that the Gateway broke off after their beginning");
        _denied = _meter.CreateCounter<long>("image2ipfs.denied", "{request}", "Requests for what may not be had, by the kind of list that says so");
        _firstByte = _meter.CreateHistogram("image2ipfs.blob.time_to_first_byte", "s", "From a blob's request to its first byte", advice: Seconds);
        _asked = _meter.CreateCounter<long>("image2ipfs.upstream.requests", "{request}", "Pieces of work that upstreams were asked for, by outcome");
        _upstreamAnswered = _meter.CreateHistogram("image2ipfs.upstream.time_to_first_byte", "s", "From a request of an upstream to the beginning of its answer", advice: Seconds);
        _received = _meter.CreateCounter<long>("image2ipfs.upstream.received", "By", "Bytes of bodies received from upstreams");
        _wrong = _meter.CreateCounter<long>("image2ipfs.verification.failures", "{failure}", "Answers of upstreams that were not what their CID or digest says");
        _resumes = _meter.CreateCounter<long>("image2ipfs.resumes", "{resume}", "Blobs that went on where an upstream had broken off");
        _hedges = _meter.CreateCounter<long>("image2ipfs.hedges", "{request}", "Requests of one more upstream while another one was slow");
        _joins = _meter.CreateCounter<long>("image2ipfs.joins", "{request}", "Requests that joined a fetch which ran already");
        _fetches = _meter.CreateUpDownCounter<long>("image2ipfs.fetch.active", "{fetch}", "Blobs that are being fetched");
        _waiting = _meter.CreateUpDownCounter<long>("image2ipfs.fetch.waiting", "{fetch}", "Blobs that wait for their turn to be fetched");
        _refused = _meter.CreateCounter<long>("image2ipfs.refused", "{request}", "Requests that were refused before anybody looked at what they ask for");
        _filled = _meter.CreateCounter<long>("image2ipfs.cache.filled", "By", "Bytes taken into the cache on disk");
        _evicted = _meter.CreateCounter<long>("image2ipfs.cache.evictions", "{file}", "Files that went from the cache to make room");
        _evictedBytes = _meter.CreateCounter<long>("image2ipfs.cache.evicted", "By", "Bytes that went from the cache to make room");
    }

    /// <summary>What is looked at when somebody asks, and what has not happened yet: a rate needs a first value.</summary>
    public void Watch(LocalStore store, DiskCache cache, UpstreamPool pool)
    {
        foreach (var counter in (Counter<long>[])[_filled, _evicted, _evictedBytes])
            counter.Add(0);
        _fetches.Add(0);
        _waiting.Add(0);
        foreach (var reason in Reasons)
            _refused.Add(0, new KeyValuePair<string, object?>(Reason, reason));
        foreach (var kind in (string[])["blob", "node"])
            _joins.Add(0, new KeyValuePair<string, object?>(Kind, kind));
        foreach (var list in Lists)
            _denied.Add(0, new KeyValuePair<string, object?>(List, list));
        _brokenOff.Add(0, new KeyValuePair<string, object?>(Kind, "blob"));
        _meter.CreateObservableGauge("image2ipfs.store.roots", () => Roots(store), "{root}", "Roots in the store");
        _meter.CreateObservableGauge("image2ipfs.cache.size", () => cache.Bytes, "By", "Bytes in the cache on disk");
        _meter.CreateObservableGauge("image2ipfs.cache.limit", () => cache.MaxBytes, "By", "Bytes that the cache on disk may have");
        _meter.CreateObservableGauge("image2ipfs.upstream.usable", () => pool.All().Select(Usable), "1", "Whether an upstream is well, and its circuit not open");
    }

    public void Answered(RequestKind kind, int status) => Interlocked.Increment(ref _answered[((int)kind * Statuses.Length) + Math.Clamp(status, 0, Statuses.Length - 1)]);

    public void Sent(Origin origin, long bytes) => Interlocked.Add(ref _sent[(int)origin], bytes);

    public void BrokenOff(RequestKind kind) => _brokenOff.Add(1, new KeyValuePair<string, object?>(Kind, NameOf(kind)));

    public void Denied(ListKind list) => _denied.Add(1, new KeyValuePair<string, object?>(List, Lists[(int)list]));

    public void FirstByte(Origin origin, TimeSpan after) => _firstByte.Record(after.TotalSeconds, new KeyValuePair<string, object?>(Source, NameOf(origin)));

    public static string NameOf(Origin origin) => Origins[(int)origin];

    public static string NameOf(RequestKind kind) => Kinds[(int)kind];

    /// <summary>It is there, and nothing has happened with it yet.</summary>
    public void Knows(string upstream)
    {
        foreach (var counter in (Counter<long>[])[_received, _wrong, _resumes, _hedges])
            counter.Add(0, new KeyValuePair<string, object?>(Upstream, upstream));
    }

    public void Asked(string upstream, FaultKind? fault)
    {
        _asked.Add(1, new(Upstream, upstream), new(Outcome, fault is { } kind ? Outcomes[(int)kind] : "ok"));
        if (fault == FaultKind.Wrong)
            Wrong(upstream);
    }

    public void Wrong(string upstream) => _wrong.Add(1, new KeyValuePair<string, object?>(Upstream, upstream));

    public void UpstreamAnswered(string upstream, TimeSpan after) => _upstreamAnswered.Record(after.TotalSeconds, new KeyValuePair<string, object?>(Upstream, upstream));

    public void Received(string upstream, int bytes) => _received.Add(bytes, new KeyValuePair<string, object?>(Upstream, upstream));

    public void Resumed(string upstream) => _resumes.Add(1, new KeyValuePair<string, object?>(Upstream, upstream));

    public void Hedged(string upstream) => _hedges.Add(1, new KeyValuePair<string, object?>(Upstream, upstream));

    /// <param name="kind">blob, or node: a directory, a manifest, a small file.</param>
    public void Joined(string kind) => _joins.Add(1, new KeyValuePair<string, object?>(Kind, kind));

    public void FetchBegan() => _fetches.Add(1);

    public void FetchEnded() => _fetches.Add(-1);

    public void FetchWaits() => _waiting.Add(1);

    public void FetchWaitsNoMore() => _waiting.Add(-1);

    public void Refused(RefusalReason reason) => _refused.Add(1, new KeyValuePair<string, object?>(Reason, Reasons[(int)reason]));

    public void Filled(long bytes) => _filled.Add(bytes);

    public void Evicted(int files, long bytes)
    {
        if (files == 0)
            return;
        _evicted.Add(files);
        _evictedBytes.Add(bytes);
    }

    /// <summary>As labels are written: not_this_way.</summary>
    private static string[] NamesOf<T>() where T : struct, Enum => [.. Enum.GetNames<T>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    private IEnumerable<Measurement<long>> Requests() =>
        from kind in Enumerable.Range(0, Kinds.Length)
        from status in Enumerable.Range(0, Statuses.Length)
        let count = Volatile.Read(ref _answered[(kind * Statuses.Length) + status])
        where count > 0
        select new Measurement<long>(count, new(Kind, Kinds[kind]), new(Status, Statuses[status]));

    private IEnumerable<Measurement<long>> Bytes() =>
        Origins.Select((origin, i) => new Measurement<long>(Volatile.Read(ref _sent[i]), new KeyValuePair<string, object?>(Source, origin)));

    private static Measurement<int> Usable(SeenUpstream seen) =>
        new(UpstreamState.Of(seen).IsUsable ? 1 : 0, new KeyValuePair<string, object?>(Upstream, seen.Upstream.Name));

    private static IEnumerable<Measurement<int>> Roots(LocalStore store)
    {
        try
        {
            return [new(store.Roots().Count)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // readiness says it
        }
    }
}

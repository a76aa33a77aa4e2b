using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Ipns;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Names;

/// <summary>
/// IPNS records from the upstreams. No upstream can make one up, but each may give an old one: all are asked at the same time,
/// and the newest record counts.
/// </summary>
internal sealed partial class IpnsRecords(UpstreamPool pool, Asking asking, IOptions<GatewaySettings> settings, TimeProvider clock, ILogger<IpnsRecords> logger)
{
    private const int MaxAsked = 8;

    /// <param name="name">Whose record.</param>
    /// <param name="known">The newest seen so far that is still valid, or null. It is not given up for an older one.</param>
    /// <exception cref="UpstreamsFailedException">Nobody gives a valid one.</exception>
    public async Task<IpnsRecord> AskAsync(IpnsName name, IpnsRecord? known)
    {
        if (pool.IsEmpty)
            throw new UpstreamsFailedException($"/ipns/{name}", [new Attempt("upstreams", FaultKind.Absent, "there are none", null, 0)]);
        var (newest, attempts) = await AskAllAsync(name).ConfigureAwait(false);
        // What is known is served on at once rather than tried for again.
        if (newest is null && (known is not null || !attempts.Any(a => a.Status != 500 && a.Kind is FaultKind.Busy or FaultKind.Failed or FaultKind.Timeout)))
            throw new UpstreamsFailedException($"/ipns/{name}", attempts);
        newest ??= await asking.AskAsync($"/ipns/{name}", async (u, c) => Verify(await FetchAsync(u, name, c).ConfigureAwait(false), name), _ => true, CancellationToken.None).ConfigureAwait(false);
        if (known?.IsNewerThan(newest) != true)
            return newest;
        LogOld(name.ToString(), newest.Sequence, known.Sequence);
        return known;
    }

    /// <summary>Everybody once. When one has answered, the others get as long as a second upstream is waited with.</summary>
    private async Task<(IpnsRecord? Newest, IReadOnlyList<Attempt> Attempts)> AskAllAsync(IpnsName name)
    {
        using var enough = new CancellationTokenSource();
        IpnsRecord? newest = null;
        var attempts = new List<Attempt>();
        await foreach (var asked in Task.WhenEach(pool.Ranked().Take(MaxAsked).Select(u => AskOneAsync(u, name, enough.Token))).ConfigureAwait(false))
        {
            var (record, attempt) = await asked.ConfigureAwait(false);
            if (attempt is not null)
                attempts.Add(attempt);
            if (record is null)
                continue;
            if (newest is null)
                enough.CancelAfter(settings.Value.Upstreams.HedgeAfter);
            if (newest is null || record.IsNewerThan(newest))
                newest = record;
        }
        return (newest, attempts);
    }

    private async Task<(IpnsRecord? Record, Attempt? Attempt)> AskOneAsync(Upstream upstream, IpnsName name, CancellationToken enough)
    {
        try
        {
            // A wrong record is often its owner's doing, who let it end: it does not count for the upstream's circuit.
            var record = await upstream.AskAsync(c => FetchAsync(upstream, name, c), enough).ConfigureAwait(false);
            return (Verify(record, name), null);
        }
        catch (UpstreamFault fault)
        {
            return (null, new Attempt(upstream.Name, fault.Kind, fault.Message, fault.RetryAfter, fault.Status));
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            return default;
        }
    }

    private static async Task<byte[]> FetchAsync(Upstream upstream, IpnsName name, CancellationToken cancel)
    {
        using var body = await upstream.GetAsync($"/ipns/{name}?format=ipns-record", null, cancel, IpnsRecord.MediaType).ConfigureAwait(false);
        // Old gateways overlook the format, and answer what the name points to.
        return body.MediaType == IpnsRecord.MediaType
            ? await body.ReadAllAsync(IpnsRecord.MaxBytes).ConfigureAwait(false)
            : throw new UpstreamFault(FaultKind.NotThisWay, $"answered {body.MediaType ?? "something"} instead of {IpnsRecord.MediaType}");
    }

    private IpnsRecord Verify(byte[] record, IpnsName name)
    {
        try
        {
            return IpnsRecord.Verify(record, name, clock.GetUtcNow());
        }
        catch (InvalidDataException e)
        {
            throw new UpstreamFault(FaultKind.Wrong, $"gave {e.Message}", e);
        }
    }

    [LoggerMessage(EventId = 51, Level = LogLevel.Warning, Message = "The upstreams give record {Old} of /ipns/{Name}, which is older than {Known}, seen before and still valid: it is not taken")]
    private partial void LogOld(string name, ulong old, ulong known);
}

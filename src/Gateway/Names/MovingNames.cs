using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Gateway.Upstreams;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Names;

/// <summary>
/// From names that may point elsewhere tomorrow to the place where they point now, name by name. A pointer is remembered for
/// as long as its record says, within bounds, and asked for by one at a time. Where nobody answers then, it serves on until
/// it ends.
/// </summary>
internal sealed partial class MovingNames(IpnsRecords records, DnsLinks links, PlainRoots plain, ContentRules rules, IMemoryCache cache, IOptions<GatewaySettings> settings, TimeProvider clock, ILogger<MovingNames> logger)
{
    /// <summary>How many names may stand between a name and its place.</summary>
    private const int MaxSteps = 8;

    /// <summary>Where a record does not say how long it may be kept.</summary>
    private static readonly TimeSpan DefaultTtl = TimeSpan.FromMinutes(1);

    /// <summary>After how long it is asked again where nobody answered.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    private readonly NameSettings _settings = settings.Value.Names;
    private readonly SingleFlight<Pointer> _asked = new();

    /// <param name="start">The name, and what lies below it.</param>
    /// <param name="mayAsk">Whether anybody else may be asked.</param>
    /// <param name="cancel">The client's.</param>
    /// <returns>The place, and until when the name is taken to point there; null where it is known to point nowhere, or not known and nobody may be asked.</returns>
    /// <exception cref="UpstreamsFailedException">Nobody says, or what is said leads nowhere.</exception>
    /// <exception cref="DeniedException">One of the names may not be had.</exception>
    public async ValueTask<(Place Place, DateTimeOffset Until)?> ResolveAsync(RootName.Moving start, bool mayAsk, CancellationToken cancel)
    {
        var (name, path) = start;
        var until = DateTimeOffset.MaxValue;
        var seen = new HashSet<MovingName> { name };
        for (var next = name; ;)
        {
            rules.Check(next, path);
            if (await PointerAsync(next, mayAsk, cancel).ConfigureAwait(false) is not { } pointer)
                return null;
            until = pointer.FreshUntil < until ? pointer.FreshUntil : until;
            if (pointer.Target is RootName.Fixed(var place))
                return (place.Below(path), until);
            (next, var below) = (RootName.Moving)pointer.Target;
            path = Place.Join(below, path);
            if (!seen.Add(next))
                throw Wrong(name, $"leads to {next} again, without end");
            if (seen.Count > MaxSteps)
                throw Wrong(name, $"leads over more than {MaxSteps} names");
        }
    }

    private async ValueTask<Pointer?> PointerAsync(MovingName name, bool mayAsk, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var known = cache.TryGetValue(name, out Pointer? pointer) && now < pointer!.UsableUntil ? pointer : null;
        if (known is not null && (now < known.FreshUntil || !mayAsk))
            return known;
        return mayAsk ? await _asked.RunAsync(name.ToString(), () => AskAsync(name, known), cancel).ConfigureAwait(false) : null;
    }

    private async Task<Pointer> AskAsync(MovingName name, Pointer? known)
    {
        Pointer pointer;
        try
        {
            pointer = name switch
            {
                MovingName.Key key => await AskIpnsAsync(key, known).ConfigureAwait(false),
                MovingName.Link link => await AskDnsLinkAsync(link).ConfigureAwait(false),
                _ => throw new ArgumentOutOfRangeException(nameof(name), name, "this name has no way to be resolved"),
            };
        }
        // That nobody has a record any more does not end it. A DNSLink that is gone is gone.
        catch (UpstreamsFailedException e) when (known is not null && (known.Record is not null || !e.IsKnownAbsent))
        {
            LogStale(name.ToString(), e.Message, known.UsableUntil);
            pointer = known with { FreshUntil = Earlier(clock.GetUtcNow() + RetryAfter, known.UsableUntil) };
        }
        return cache.Set(name, pointer, new MemoryCacheEntryOptions { Size = 1024, AbsoluteExpiration = pointer.UsableUntil, Priority = CacheItemPriority.High });
    }

    private async Task<Pointer> AskIpnsAsync(MovingName.Key key, Pointer? known)
    {
        try
        {
            var record = await records.AskAsync(key.Name, known?.Record).ConfigureAwait(false);
            var target = Target(key, record.Value);
            return new Pointer(target, Earlier(clock.GetUtcNow() + _settings.Bound(record.TimeToLive ?? DefaultTtl), record.Validity), record.Validity, record);
        }
        // What was proven is not given up for what is only said.
        catch (UpstreamsFailedException e) when (known?.Record is null && e.Attempts.Any(IsWithoutRecords))
        {
            var withoutRecords = e.Attempts.Where(IsWithoutRecords).Select(a => a.Upstream).ToHashSet();
            try
            {
                // The older a gateway is, the surer it reads the key in base58, as all did once.
                return await AskPlainAsync($"/ipns/{key.Name.ToBase58()}", u => withoutRecords.Contains(u.Name)).ConfigureAwait(false);
            }
            catch (UpstreamsFailedException plainly)
            {
                throw new UpstreamsFailedException(e.What, [.. e.Attempts, .. plainly.Attempts.Where(a => withoutRecords.Contains(a.Upstream))], plainly.OutOfPatience);
            }
        }
    }

    /// <summary>Whether it may be a gateway that gives no records at all. Old ones answer 500, 404 or 400 for what they do not know.</summary>
    private static bool IsWithoutRecords(Attempt attempt) => attempt.Kind is FaultKind.NotThisWay or FaultKind.Absent || attempt.Status == 500;

    private async Task<Pointer> AskDnsLinkAsync(MovingName.Link link)
    {
        switch (_settings.DnsLinks)
        {
            case DnsLinkWay.Dns:
                var (path, ttl) = await links.AskAsync(link.Domain).ConfigureAwait(false);
                return Unproven(Target(link, path), ttl);
            case DnsLinkWay.Upstream:
                return await AskPlainAsync(link.ToString(), _ => true).ConfigureAwait(false);
            default:
                throw new UpstreamsFailedException(link.ToString(), [new Attempt("DNS", FaultKind.Absent, "is not asked here", null, 0)]);
        }
    }

    private async Task<Pointer> AskPlainAsync(string path, Func<Upstream, bool> suits)
    {
        var (target, ttl) = await plain.AskAsync(path, suits).ConfigureAwait(false);
        return Unproven(target, ttl ?? DefaultTtl);
    }

    private Pointer Unproven(RootName target, TimeSpan ttl)
    {
        var now = clock.GetUtcNow();
        var fresh = now + _settings.Bound(ttl);
        return new Pointer(target, fresh, fresh + _settings.StaleFor, null);
    }

    private static RootName Target(MovingName name, string value) =>
        RootName.ParsePath(value) ?? throw Wrong(name, $"points to '{Echo(value)}', which is no path that leads to a tree");

    /// <summary>Whoever was asked did what he could: what the name's owner wrote is wrong.</summary>
    private static UpstreamsFailedException Wrong(MovingName name, string problem) =>
        new(name.ToString(), [new Attempt("the name", FaultKind.Wrong, problem, null, 0)]);

    private static string Echo(string value) => string.Concat((value.Length <= 120 ? value : $"{value[..120]}…").Select(c => char.IsControl(c) ? '?' : c));

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    [LoggerMessage(EventId = 50, Level = LogLevel.Warning, Message = "{Name} is served as it was known, until {Until} at the latest: {Failure}")]
    private partial void LogStale(string name, string failure, DateTimeOffset until);
}

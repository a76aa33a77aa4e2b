using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Request;
using Image2Ipfs.Gateway.Settings;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Observe;

/// <summary>The end of each request: its numbers, and its line in the log.</summary>
internal sealed partial class Reports(Metrics metrics, RecentPulls recent, IOptions<GatewaySettings> settings, ILogger<Reports> logger)
{
    private const int MaxName = 160;
    private const int MaxAgent = 80;

    private readonly LineLimit _limit = new(settings.Value.Observe.LinesPerSecond);

    /// <summary>Begins what this request costs.</summary>
    public static PullCost Begin() => PullCost.Current = new PullCost();

    /// <summary>An answer whose body went to the connection in one piece.</summary>
    public void EndSmall(HttpContext context, RegistryPath asked, PullCost cost)
    {
        var response = context.Response;
        if (HttpMethods.IsGet(context.Request.Method) && response.ContentLength is > 0 and var length)
            cost.SentAtOnce(length);
        End(context, asked, cost, isBrokenOff: false);
    }

    /// <param name="context">The request, whose answer has ended.</param>
    /// <param name="asked">What for.</param>
    /// <param name="cost">What it cost.</param>
    /// <param name="isBrokenOff">Whether the Gateway itself ended it in the middle.</param>
    public void End(HttpContext context, RegistryPath asked, PullCost cost, bool isBrokenOff)
    {
        var (kind, status) = (KindOf(asked), context.Response.StatusCode);
        metrics.Answered(kind, status);
        metrics.Sent(cost.Origin, cost.Bytes);
        if (isBrokenOff)
            metrics.BrokenOff(kind);
        if (asked is RegistryPath.Blob && cost.UntilFirstByte is { } firstByte)
            metrics.FirstByte(cost.Origin, firstByte);

        recent.Add(asked, context.Request.Headers.UserAgent, status, isBrokenOff, cost);
        if (Spans.AreCollected)
            Spans.Finish(Metrics.NameOf(kind), NamesOf(asked), cost);

        // What a pull consists of. Everything else is only asked for beside it.
        var level = asked is RegistryPath.Blob or RegistryPath.TaggedManifest ? LogLevel.Information : LogLevel.Debug;
        if (!logger.IsEnabled(level))
            return;
        var may = _limit.May(out var leftOut);
        if (leftOut > 0)
            LogLeftOut(leftOut);
        if (!may)
            return;
        var (name, reference) = NamesOf(asked);
        var outcome = isBrokenOff ? "broken off" : HasLeft(context, cost) ? "left by the client" : context.Response.Headers.ContainsKey(AccelRedirect.Header) ? "left to the proxy" : "whole";
        LogPull(level, context.Request.Method, Metrics.NameOf(kind), Line.Of(name, MaxName), Line.Of(reference, MaxName), status, outcome, cost.Bytes, Metrics.NameOf(cost.Origin), string.Join(',', cost.Upstreams),
            Milliseconds(cost.UntilFirstByte), Math.Round(cost.Elapsed.TotalMilliseconds, 1), Line.Of(context.Request.Headers.UserAgent, MaxAgent));
    }

    /// <summary>The middleware around what is asked for below /ipfs/ and /ipns/, answered here or passed on.</summary>
    public RequestDelegate Content(RequestDelegate next) => context => context.Request.Path switch
    {
        var path when path.StartsWithSegments("/ipfs") => ContentAsync(context, next, RequestKind.Ipfs),
        var path when path.StartsWithSegments("/ipns") => ContentAsync(context, next, RequestKind.Ipns),
        _ => next(context),
    };

    private async Task ContentAsync(HttpContext context, RequestDelegate next, RequestKind kind)
    {
        var cost = Begin();
        try
        {
            await next(context);
        }
        finally
        {
            metrics.Answered(kind, context.Response.StatusCode);
            // Of what is passed on nobody here knows the length.
            if (cost.Origin != Origin.Upstream && HttpMethods.IsGet(context.Request.Method) && !context.RequestAborted.IsCancellationRequested)
                metrics.Sent(cost.Origin, context.Response.ContentLength ?? 0);
        }
    }

    private static RequestKind KindOf(RegistryPath asked) => asked switch
    {
        RegistryPath.TaggedManifest or RegistryPath.DigestedManifest => RequestKind.Manifest,
        RegistryPath.Blob => RequestKind.Blob,
        RegistryPath.Tags => RequestKind.Tags,
        RegistryPath.Referrers => RequestKind.Referrers,
        RegistryPath.Catalog => RequestKind.Catalog,
        RegistryPath.Ping => RequestKind.Ping,
        _ => RequestKind.Wrong,
    };

    private static (string? Name, string? Reference) NamesOf(RegistryPath asked) => asked switch
    {
        RegistryPath.TaggedManifest(var name, var tag) => (name.ToString(), tag.ToString()),
        RegistryPath.DigestedManifest(var name, var digest) => (name.ToString(), digest.ToString()),
        RegistryPath.Blob(var name, var digest) => (name.ToString(), digest.ToString()),
        RegistryPath.Referrers(var name, var subject) => (name.ToString(), subject.ToString()),
        RegistryPath.OfRepository of => (of.Name.ToString(), null),
        _ => default,
    };

    /// <summary>A client that closes its connection is noticed by what it did not take before the server says so.</summary>
    private static bool HasLeft(HttpContext context, PullCost cost) =>
        context.RequestAborted.IsCancellationRequested
        || (context.Response is { StatusCode: StatusCodes.Status200OK, ContentLength: { } length } && cost.Bytes < length && HttpMethods.IsGet(context.Request.Method));

    private static double? Milliseconds(TimeSpan? time) => time is { } known ? Math.Round(known.TotalMilliseconds, 1) : null;

    [LoggerMessage(EventId = 22, Level = LogLevel.Information, Message = "{LeftOut} more requests have no line: Observe:LinesPerSecond")]
    private partial void LogLeftOut(int leftOut);

    [LoggerMessage(EventId = 21, Message = "{Method} {Kind} {Name} {Reference}: {Status} {Outcome}, {Bytes} bytes from {Source} ({Upstreams}), first byte after {FirstByteMs} ms, all after {Ms} ms, for {UserAgent}")]
    private partial void LogPull(
        LogLevel level, string method, string kind, string name, string reference, int status, string outcome, long bytes, string source, string upstreams, double? firstByteMs, double ms, string userAgent);
}

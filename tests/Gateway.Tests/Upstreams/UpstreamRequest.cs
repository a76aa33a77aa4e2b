using System.Diagnostics;
using System.Globalization;
using Image2Ipfs.Ipfs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>A request as an upstream got it, and what became of it.</summary>
internal sealed class UpstreamRequest
{
    private const string Subdomain = ".ipfs.localhost";
    private long _bytesSent;

    public required string Method { get; init; }

    /// <summary>The path of the request line, or of the CID in the host name.</summary>
    public required string Path { get; init; }

    public required IReadOnlyDictionary<string, string> Query { get; init; }

    /// <summary>Every header, several lines of one joined.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The request target as it came.</summary>
    public required string Target { get; init; }

    public long Started { get; } = Stopwatch.GetTimestamp();

    /// <summary>When the first byte went out, or null while nothing did.</summary>
    public long? Answered { get; set; }

    public int Status { get; set; }

    /// <summary>The fault that its answer had.</summary>
    public string? Fault { get; set; }

    public long BytesSent => Interlocked.Read(ref _bytesSent);

    public void Sent(int bytes) => Interlocked.Add(ref _bytesSent, bytes);

    public string? this[string header] => Headers.GetValueOrDefault(header);

    /// <summary>What an upstream is asked to find out how it is: the empty block, whose CID holds it.</summary>
    public bool IsProbe => Path.StartsWith("/ipfs/bafkqaaa", StringComparison.Ordinal);

    /// <summary>car, raw or null. The query goes before Accept.</summary>
    public string? Format => Query.GetValueOrDefault("format") ??
        (this["Accept"] is not { } accept ? null
        : accept.Contains("application/vnd.ipld.car", StringComparison.OrdinalIgnoreCase) ? "car"
        : accept.Contains("application/vnd.ipld.raw", StringComparison.OrdinalIgnoreCase) ? "raw"
        : null);

    public string Scope => Query.GetValueOrDefault("dag-scope") ?? "all";

    /// <summary>The path's CID, or null where there is none.</summary>
    public Cid? Root => Components is ["ipfs", var cid, ..] && Cid.TryParse(cid, out var root) ? root : null;

    /// <summary>The names below the CID.</summary>
    public IReadOnlyList<string> Below => [.. Components.Skip(2)];

    private string[] Components => Path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The bytes of the file that are asked for, of a file of this length; null for no or no satisfiable range.</summary>
    public (long First, long Last)? Range(long length)
    {
        if (this["Range"] is not { } range || !range.StartsWith("bytes=", StringComparison.Ordinal) || range.Contains(',', StringComparison.Ordinal))
            return null;
        var ends = range["bytes=".Length..].Split('-');
        return ends is ["", var suffix]
            ? Within(Math.Max(length - Number(suffix), 0), length - 1, length)
            : Within(Number(ends[0]), ends[1].Length == 0 ? length - 1 : Number(ends[1]), length);
    }

    /// <summary>The same of <c>entity-bytes=from:to</c>, where a negative number counts from the end and * is the end.</summary>
    public (long First, long Last)? EntityBytes(long length)
    {
        if (!Query.TryGetValue("entity-bytes", out var text))
            return null;
        var ends = text.Split(':');
        return (Position(ends[0]), ends[1] == "*" ? length - 1 : Math.Min(Position(ends[1]), length - 1));

        long Position(string number) => Number(number) is var n && n < 0 ? Math.Max(length + n, 0) : n;
    }

    public static UpstreamRequest Of(HttpContext context)
    {
        var host = context.Request.Host.Host;
        var path = Uri.UnescapeDataString(context.Request.Path.ToUriComponent());
        return new UpstreamRequest
        {
            Method = context.Request.Method,
            Target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            Path = host.EndsWith(Subdomain, StringComparison.Ordinal) ? $"/ipfs/{host[..^Subdomain.Length]}{path}" : path,
            Query = context.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString()),
            Headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
        };
    }

    /// <summary>The same without the part that is asked for.</summary>
    public UpstreamRequest Whole() => new()
    {
        Method = Method,
        Target = Target,
        Path = Path,
        Query = Query.Where(q => q.Key != "entity-bytes").ToDictionary(),
        Headers = Headers.Where(h => !h.Key.Equals("Range", StringComparison.OrdinalIgnoreCase)).ToDictionary(StringComparer.OrdinalIgnoreCase),
    };

    public override string ToString() => $"{Method} {Target} → {Status}{(Fault is null ? "" : $", {Fault}")}, {BytesSent} bytes";

    private static (long, long)? Within(long first, long last, long length) =>
        first >= length || first > last ? null : (first, Math.Min(last, length - 1));

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>Every fault.</summary>
internal static class Faults
{
    /// <summary>Longer than a Gateway of the tests waits for a first byte.</summary>
    public static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    private static readonly int[] RedirectStatuses = [301, 302, 307, 308];

    private const string Page = "<!DOCTYPE html><html><head><title>Welcome</title></head><body>Please log in.</body></html>";

    public static IReadOnlyList<Fault> All { get; } = [.. Broken(), .. Lies(), .. Statuses(), .. Ranges(), .. Encodings(), .. Redirects(), .. CarFaults.All];

    public static Fault Named(string name) => All.Single(f => f.Name == name);

    private static Fault[] Broken() =>
    [
        new("connection reset in the body", Reset) { AlwaysAt = 0 },
        new("chunked body cut off cleanly", c => c.Answer with { Ending = Ending.Clean, EndsAt = c.At }) { AlwaysAt = 0 },
        new("empty 200", c => c.Answer.WithBody() with { Status = 200, Headers = c.Answer.Headers.Remove("Content-Range") }),
        new("stall in the body", c => c.Answer with { Ending = Ending.Stall, EndsAt = c.At }) { AlwaysAt = 0 },
        new("slow first byte", c => c.Answer with { Delay = Slow }),
        new("connection refused", c => c.Answer) { Refuses = true },
        new("endless body", c => c.Answer with { Ending = Ending.Endless }) { Varies = true },
        new("ten bytes too many", c => c.Answer.WithBody([.. c.Answer.Body, new byte[10]]) with { HasLength = false }) { Varies = true },
    ];

    private static Fault[] Lies() =>
    [
        new("flipped bit", c => c.Answer.WithBody(Flipped(c.Answer.Body, c.At))) { Varies = true, Lies = true },
        new("another block's bytes", WrongBlock) { Varies = true, Lies = true },
        new("HTML page with 200", _ => UpstreamAnswer.Text(200, Page, "text/html; charset=utf-8")),
    ];

    private static Fault[] Statuses() =>
    [
        new("404", _ => UpstreamAnswer.Text(404, "not found\n")) { SaysAbsent = true },
        new("410", _ => UpstreamAnswer.Text(410, "gone\n")) { SaysAbsent = true },
        new("429, Retry-After in seconds", _ => UpstreamAnswer.Text(429, "slow down\n").With("Retry-After", "1")),
        new("429, Retry-After as a date", _ => UpstreamAnswer.Text(429, "slow down\n").With("Retry-After", DateTimeOffset.UtcNow.AddSeconds(1).ToString("R", CultureInfo.InvariantCulture))),
        new("500", _ => UpstreamAnswer.Text(500, "{\"message\":\"internal\"}", "application/json")),
        new("502", _ => UpstreamAnswer.Text(502, Page, "text/html")),
        new("503, Retry-After in seconds", _ => UpstreamAnswer.Text(503, Page, "text/html").With("Retry-After", "1")),
        new("504", _ => UpstreamAnswer.Text(504, Page, "text/html")),
    ];

    private static Fault[] Ranges() =>
    [
        new("200 with everything to a part", Everything) { Ways = Ways.Car, Harmless = true },
        new("reset, then 200 with everything to the rest", c => Everything(c) is var all && ReferenceEquals(all, c.Answer) ? Reset(c) : all) { Ways = Ways.Path, Answers = 2, Varies = true },
        new("reset, then a wrong Content-Range", c => c.Answer.Status == 206 ? c.Answer.With("Content-Range", Shifted(c.Answer.Headers["Content-Range"])) : Reset(c)) { Ways = Ways.Path, Answers = 2, Varies = true },
    ];

    private static Fault[] Encodings() =>
    [
        new("Content-Encoding: gzip", c => (c.Answer.WithBody(Compress.Gzip(c.Answer.Bytes())) with { HasLength = false }).With("Content-Encoding", "gzip")),
        new("no Content-Type", c => c.Answer.With("Content-Type", null)),
        new("Set-Cookie and odd headers", c => OddHeaders.Aggregate(c.Answer, (answer, header) => answer.With(header.Name, header.Value))) { Harmless = true },
    ];

    private static IEnumerable<Fault> Redirects() =>
    [
        .. RedirectStatuses.Select(status => new Fault($"{status} to itself", c => To(c.Upstream.Address, c, status))),
        new("302 to another upstream", c => To(c.Upstream.Elsewhere ?? c.Upstream.Trap!, c, 302)),
        new("301 to a subdomain", ToSubdomain),
        new("302 to an address that is not configured", c => To(c.Upstream.Trap!, c, 302)) { LeadsToTrap = true },
    ];

    /// <summary>None of these is a client's business.</summary>
    public static readonly IReadOnlyList<(string Name, string Value)> OddHeaders =
    [
        ("Set-Cookie", "session=upstream; Path=/"),
        ("Server", "upstream"),
        ("X-Powered-By", "upstream"),
        ("X-Odd", "upstream"),
        ("Docker-Content-Digest", "sha256:" + new string('0', 64)),
        ("Docker-Distribution-Api-Version", "registry/1.0"),
        ("WWW-Authenticate", "Basic realm=\"upstream\""),
        ("Strict-Transport-Security", "max-age=31536000"),
        ("Alt-Svc", "h3=\":1\""),
        ("Access-Control-Allow-Origin", "*"),
        ("Refresh", "0; url=http://upstream.example/"),
    ];

    private static UpstreamAnswer Reset(FaultContext context) => context.Answer with { Ending = Ending.Reset, EndsAt = context.At };

    private static UpstreamAnswer To(Uri other, FaultContext context, int status) =>
        UpstreamAnswer.Text(status, "elsewhere\n").With("Location", other.GetLeftPart(UriPartial.Authority) + context.Request.Target);

    /// <summary>As Kubo does for the host name localhost: a label of its own for each root.</summary>
    private static UpstreamAnswer ToSubdomain(FaultContext context)
    {
        var root = context.Request.Target.Split('/', '?')[2];
        var host = $"http://{context.Request.Root!.ToBase32()}.ipfs.localhost:{context.Upstream.Address.Port}";
        return context.Request["Host"]?.Contains(".ipfs.", StringComparison.Ordinal) == true
            ? context.Answer
            : UpstreamAnswer.Text(301, "elsewhere\n").With("Location", host + (context.Request.Target[$"/ipfs/{root}".Length..] is ['/', ..] path ? path : "/" + context.Request.Target[$"/ipfs/{root}".Length..]));
    }

    private static UpstreamAnswer WrongBlock(FaultContext context)
    {
        if (context.Answer.Car is var (root, blocks))
        {
            var (at, all) = (blocks.Count / 2, blocks.ToArray());
            all[at] = all[at] with { Bytes = context.Upstream.Blocks.Other(all[at].Cid, all[at].Bytes.Length).Bytes };
            return context.Answer.WithCar(root, all);
        }
        // As long as the right answer, so that only its bytes can tell.
        var length = (int)context.Answer.Length;
        var other = context.Upstream.Blocks.Other(context.Request.Root!, length).Bytes.ToArray();
        return context.Answer.WithBody(Enumerable.Range(0, length).Select(i => other[i % other.Length]).ToArray());
    }

    private static UpstreamAnswer Everything(FaultContext context)
    {
        if (context.Request["Range"] is null && !context.Request.Query.ContainsKey("entity-bytes"))
            return context.Answer;
        return context.Upstream.AnswerWithoutRange(context.Request);
    }

    public static IReadOnlyList<ReadOnlyMemory<byte>> Flipped(IReadOnlyList<ReadOnlyMemory<byte>> body, long at)
    {
        var parts = body.ToArray();
        for (var i = 0; i < parts.Length; at -= parts[i++].Length)
        {
            if (at >= parts[i].Length)
                continue;
            var changed = parts[i].ToArray();
            changed[at] ^= 0x10;
            parts[i] = changed;
            break;
        }
        return parts;
    }

    /// <summary><c>bytes 5-9/20</c> is said to be <c>bytes 6-10/20</c>.</summary>
    private static string Shifted(string range)
    {
        var numbers = range["bytes ".Length..].Split('-', '/').Select(n => long.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"bytes {numbers[0] + 1}-{numbers[1] + 1}/{numbers[2] + 1}");
    }
}

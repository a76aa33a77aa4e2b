using System.Collections.Concurrent;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>What an upstream says of names: records, which prove themselves, or only where they point.</summary>
internal sealed class UpstreamNames
{
    /// <summary>By name, as it is asked for.</summary>
    public ConcurrentDictionary<string, byte[]> Records { get; } = [];

    /// <summary>What it has resolved by itself; it knows no records then.</summary>
    public ConcurrentDictionary<string, Cid> Roots { get; } = [];

    /// <summary>What it answers to a record's format where it has none: 404, or 500, 400, 406; 200 for one that overlooks it.</summary>
    public int WithoutRecord { get; set; } = 404;

    /// <summary>Where it says a root: in X-Ipfs-Roots, as old gateways in the entity tag, or as js-ipfs in the page's title alone.</summary>
    public string SaysIn { get; set; } = "X-Ipfs-Roots";

    /// <summary>What it answers for every name that it has not resolved.</summary>
    public string? Page { get; set; }

    /// <summary>Before the first byte of an answer about a name.</summary>
    public TimeSpan Delay { get; set; }

    /// <returns>Null where it is not asked about a name.</returns>
    public UpstreamAnswer? Answer(UpstreamRequest request)
    {
        if (request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries) is not ["ipns", var name])
            return null;
        var answer = request.Format switch
        {
            "ipns-record" when Records.TryGetValue(name, out var record) => new UpstreamAnswer(200, UpstreamAnswer.NoHeaders.Add("Content-Type", "application/vnd.ipfs.ipns-record"), [record]),
            "ipns-record" when WithoutRecord != 200 => UpstreamAnswer.Text(WithoutRecord, "no record\n"),
            _ => Resolved(name),
        };
        return answer with { Delay = Delay };
    }

    private UpstreamAnswer Resolved(string name)
    {
        if (!Roots.TryGetValue(name, out var root))
            return Page is null ? UpstreamAnswer.Text(404, "no such name\n") : UpstreamAnswer.Text(200, Page, "text/html");
        var answer = UpstreamAnswer.Text(200, "<!DOCTYPE html>", "text/html");
        return SaysIn switch
        {
            "ETag" => answer.With("Etag", $"\"{root}\""),
            "title" => UpstreamAnswer.Text(200, $"<!DOCTYPE html>\n<html>\n<head>\n  <title>/ipfs/{root}/</title>\n</head>{new string(' ', 10_000)}</html>", "text/html; charset=utf-8"),
            _ => answer.With("X-Ipfs-Roots", root.ToString()).With("Etag", $"\"DirIndex-x_CID-{root}\"").With("Cache-Control", "public, max-age=60"),
        };
    }
}

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

    /// <summary>Whether it says a root in X-Ipfs-Roots, or as old gateways in the entity tag.</summary>
    public bool IsOld { get; set; }

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
            _ => Page(name),
        };
        return answer with { Delay = Delay };
    }

    private UpstreamAnswer Page(string name)
    {
        if (!Roots.TryGetValue(name, out var root))
            return UpstreamAnswer.Text(404, "no such name\n");
        var answer = UpstreamAnswer.Text(200, "<!DOCTYPE html>", "text/html");
        return IsOld ? answer.With("Etag", $"\"{root}\"") : answer.With("X-Ipfs-Roots", root.ToString()).With("Etag", $"\"DirIndex-x_CID-{root}\"").With("Cache-Control", "public, max-age=60");
    }
}

using System.Globalization;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>
/// What an IPFS gateway without faults answers, with the headers of boxo (Vectors/ipfs/boxo-gateway-headers.txt).
/// Sources: ipfs/specs, path-gateway.md and trustless-gateway.md.
/// </summary>
internal sealed class UpstreamSite(UpstreamBlocks blocks)
{
    private const int ChunkedFrom = 64 * 1024;
    private const string Immutable = "public, max-age=29030400, immutable";

    private readonly UpstreamDag _dag = new(blocks);

    /// <summary>What it answers for a path that is not there; js-ipfs: 500.</summary>
    public int Absent { get; set; } = 404;

    public UpstreamAnswer Answer(UpstreamRequest request, Ways ways, UnknownFormat unknown)
    {
        if (request.Root is not { } root)
            return UpstreamAnswer.Text(request.Path.StartsWith("/ipfs/", StringComparison.Ordinal) ? 400 : 404, "no CID\n");
        try
        {
            if (_dag.Resolve(root, request.Below) is not { } resolved)
                return UpstreamAnswer.Text(Absent, $"no link named in {request.Path}\n");
            var answer = request.Format switch
            {
                "car" when ways.HasFlag(Ways.Car) => Car(request, resolved),
                "raw" when ways.HasFlag(Ways.Raw) => Raw(request, resolved),
                not null when unknown == UnknownFormat.NotAcceptable => NotAcceptable,
                _ => ways.HasFlag(Ways.Path) ? File(request, resolved) : NotAcceptable,
            };
            return answer.With("X-Ipfs-Path", request.Path).With("X-Ipfs-Roots", string.Join(',', resolved.Roots));
        }
        catch (KeyNotFoundException e)
        {
            return UpstreamAnswer.Text(Absent, e.Message + "\n");
        }
    }

    private static UpstreamAnswer NotAcceptable => UpstreamAnswer.Text(406, "this gateway gives no such format\n");

    private UpstreamAnswer Car(UpstreamRequest request, UpstreamDag.Resolved resolved)
    {
        IEnumerable<Block>? scope = request.Scope switch
        {
            "block" => [blocks.Get(resolved.Target)],
            "entity" when _dag.IsDirectory(resolved.Target) => _dag.DirectoryBlocks(resolved.Target),
            "entity" => Entity(request, resolved.Target),
            "all" => _dag.All(resolved.Target),
            _ => null,
        };
        if (scope is null)
            return UpstreamAnswer.Text(400, "unsupported dag-scope\n");
        var answer = new UpstreamAnswer(200, UpstreamAnswer.NoHeaders, [])
            .With("Content-Type", "application/vnd.ipld.car; version=1; order=dfs; dups=n")
            .With("Accept-Ranges", "none")
            .With("Cache-Control", Immutable)
            .With("Content-Disposition", $"attachment; filename=\"{resolved.Roots[0]}.car\"")
            .With("Etag", $"W/\"{resolved.Roots[0]}.car.{request.Target.Length}\"")
            .WithCar(resolved.Target, [.. resolved.Proof.Concat(scope).DistinctBy(b => b.Cid)]);
        return answer with { HasLength = answer.Length < ChunkedFrom };
    }

    private IEnumerable<Block> Entity(UpstreamRequest request, Cid file)
    {
        var (first, last) = request.EntityBytes(_dag.Length(file)) ?? (0, long.MaxValue - 1);
        return _dag.Pieces(file, first, last).Select(p => p.Block);
    }

    private UpstreamAnswer Raw(UpstreamRequest request, UpstreamDag.Resolved resolved)
    {
        if (request.Below.Count > 0)
            return NotAcceptable;
        var block = blocks.Get(resolved.Target).Bytes;
        return Ranged(request, block.Length, (first, last) => [block[(int)first..(int)(last + 1)]])
            .With("Content-Type", "application/vnd.ipld.raw")
            .With("Content-Disposition", $"attachment; filename=\"{resolved.Target}.bin\"")
            .With("Etag", $"\"{resolved.Target}.raw\"");
    }

    private UpstreamAnswer File(UpstreamRequest request, UpstreamDag.Resolved resolved)
    {
        if (_dag.IsDirectory(resolved.Target))
            return Directory(request, resolved.Target);
        var etag = $"\"{resolved.Target}\"";
        var type = request.Path.EndsWith(".json", StringComparison.Ordinal) ? "application/json" : "application/octet-stream";
        if (request["If-None-Match"] == etag)
            return UpstreamAnswer.Text(304, "").With("Etag", etag);
        return Ranged(request, _dag.Length(resolved.Target), (first, last) => [.. _dag.Pieces(resolved.Target, first, last).Select(p => p.Content)])
            .With("Content-Type", type)
            .With("Etag", etag);
    }

    private UpstreamAnswer Directory(UpstreamRequest request, Cid directory)
    {
        if (!request.Path.EndsWith('/'))
        {
            var query = request.Target.IndexOf('?', StringComparison.Ordinal) is var at && at < 0 ? "" : request.Target[at..];
            return UpstreamAnswer.Text(301, "Moved Permanently", "text/html; charset=utf-8").With("Location", $"{request.Path}/{query}");
        }
        return UpstreamAnswer.Text(200, $"<!DOCTYPE html><title>{request.Path}</title>{string.Concat(_dag.Names(directory).Select(n => $"<a href=\"{n}\">{n}</a>"))}", "text/html")
            .With("Etag", $"\"DirIndex-ck924ob197ble_CID-{directory}\"")
            .With("Cache-Control", "public, max-age=604800, stale-while-revalidate=2678400");
    }

    private static UpstreamAnswer Ranged(UpstreamRequest request, long length, Func<long, long, IReadOnlyList<ReadOnlyMemory<byte>>> content)
    {
        var answer = new UpstreamAnswer(200, UpstreamAnswer.NoHeaders, []).With("Accept-Ranges", "bytes").With("Cache-Control", Immutable);
        if (request["Range"] is not { } header || header.Contains(',', StringComparison.Ordinal))
            return answer.WithBody(content(0, length - 1));
        if (request.Range(length) is not var (first, last))
            return UpstreamAnswer.Text(416, "invalid range\n").With("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes */{length}"));
        return (answer with { Status = 206 })
            .With("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes {first}-{last}/{length}"))
            .WithBody(content(first, last));
    }
}

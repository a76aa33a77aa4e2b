using System.Collections.Concurrent;
using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Cache;
using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>
/// Blobs that lie with upstreams: from the cache on disk, from a fetch that runs already, or from a new one, which everybody who
/// wants the blob later joins.
/// </summary>
internal sealed class Fetches(DiskCache cache, BlockCache blocks, Dag dag, UpstreamPool pool, Asking asking, IOptions<GatewaySettings> settings, Metrics metrics, TimeProvider clock) : IDisposable
{
    private readonly ConcurrentDictionary<string, BlobFetch> _running = [];
    private readonly Turns _turns = new(settings.Value.Upstreams, metrics, clock);
    private readonly Lock _lock = new();

    /// <param name="cid">The root of the blob's DAG, or null where the upstreams give plain paths only.</param>
    /// <param name="digest">What it is, or null: nobody knows, and the CID alone counts.</param>
    /// <param name="path">Where the blob lies: /ipfs/…</param>
    /// <param name="part">How much of it is wanted.</param>
    /// <param name="cancel">The client's.</param>
    /// <param name="known">The blob's length, where manifests say it.</param>
    /// <returns>The blob and its length. The body is the caller's to dispose.</returns>
    /// <exception cref="UpstreamsFailedException">Nobody gives it.</exception>
    /// <exception cref="InvalidDataException">What lies there is no file.</exception>
    public async Task<(IBody Body, long Size)> OpenAsync(Cid? cid, Digest? digest, string path, Wanted part, CancellationToken cancel, long? known = null)
    {
        if (Cached(cid, digest) is { } cached)
            return cached;
        if (cid is null)
            return await PlainAsync(digest!.Value, path, known, part, cancel).ConfigureAwait(false);
        try
        {
            return await FromDagAsync(cid, part, cancel).ConfigureAwait(false);
        }
        catch (UpstreamsFailedException) when (digest is not null && pool.Ranked().Any(u => u.Ways.Best == Way.Path))
        {
            // One that gives no blocks has not been asked.
            return await PlainAsync(digest.Value, path, known, part, cancel).ConfigureAwait(false);
        }
    }

    public void Dispose() => _turns.Dispose();

    /// <returns>A blob that lies in the cache under its digest, or null.</returns>
    public (IBody Body, long Size)? TryOpenCached(Digest digest) => Cached(null, digest);

    private (IBody, long)? Cached(Cid? cid, Digest? digest)
    {
        var (size, path) = (0L, "");
        var file = (cid is null ? null : cache.OpenBlob(cid, out size, out path)) ?? (digest is { } d ? cache.OpenBlob(d, out size, out path) : null);
        return file is null ? null : (new FileBody(file, Origin.Cache, path), size);
    }

    private async Task<(IBody, long)> FromDagAsync(Cid cid, Wanted part, CancellationToken cancel)
    {
        // Which bytes a range means, and how many there are, the first block says.
        if (part != Wanted.Whole)
        {
            var size = FileNode.Of(await dag.BlockAsync(cid, cancel).ConfigureAwait(false)).Size;
            if (part == Wanted.Size)
                return (new MemoryBody(default), size);
        }
        return await JoinAsync(cid.ToString(), () => Cached(cid, null), spool => NewDagFetch(cid, spool), (fetch, file, size) => file.Keep(cid, size, ((DagFetch)fetch).HasPlainLeaves), part, cancel).ConfigureAwait(false);
    }

    private DagFetch NewDagFetch(Cid cid, Spool spool) =>
        new(cid, spool, blocks, pool, settings.Value.Upstreams, settings.Value.Cache.FinishAbandoned, clock);

    private async Task<(IBody, long)> PlainAsync(Digest digest, string path, long? known, Wanted part, CancellationToken cancel)
    {
        if (part == Wanted.Size && (known ?? await PlainSizeAsync(path, cancel).ConfigureAwait(false)) is { } said)
            return (new MemoryBody(default), said);
        return await JoinAsync(
            digest.ToString(),
            () => Cached(null, digest),
            spool => new PlainFetch(digest, path, known, spool, pool, settings.Value.Upstreams, settings.Value.Cache.FinishAbandoned, clock),
            (_, file, size) => file.Keep(digest, size),
            Wanted.Whole, // by a digest all of it is checked, or nothing
            cancel).ConfigureAwait(false);
    }

    private Task<long?> PlainSizeAsync(string path, CancellationToken cancel) =>
        asking.AskAsync(path, async (upstream, c) =>
        {
            using var body = await upstream.GetAsync(path, null, c).ConfigureAwait(false);
            return body.Length;
        }, _ => true, cancel);

    private async Task<(IBody, long)> JoinAsync(string key, Func<(IBody, long)?> cached, Func<Spool, BlobFetch> make, Action<BlobFetch, PartialFile, long> keep, Wanted part, CancellationToken cancel)
    {
        BlobReader reader;
        lock (_lock)
        {
            if (TryJoin(key, part) is { } joined)
            {
                reader = joined;
                metrics.Joined("blob");
            }
            else if (cached() is { } finished)
            {
                return finished; // just now
            }
            else
            {
                reader = Begin(key, make, keep, part);
            }
        }
        try
        {
            return (reader, await reader.Size.WaitAsync(cancel).ConfigureAwait(false));
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>Kept in memory, a blob goes by: readers of different parts of it would wait for one another.</summary>
    private BlobReader? TryJoin(string key, Wanted part) =>
        _running.TryGetValue(key, out var running) && (part == Wanted.Whole || running.Spool.IsInFile) ? running.TryJoin(0, End(part)) : null;

    private BlobReader Begin(string key, Func<Spool, BlobFetch> make, Action<BlobFetch, PartialFile, long> keep, Wanted part)
    {
        var file = cache.Begin();
        var fetch = make(new Spool(file?.File));
        var reader = fetch.TryJoin(0, End(part))!;
        _running[key] = fetch;
        _ = Task.Run(() => RunAsync(key, fetch, file, keep));
        return reader;
    }

    /// <summary>A part's bytes are not known here: the reader says them when it sends.</summary>
    private static long? End(Wanted part) => part == Wanted.Whole ? null : 0;

    private async Task RunAsync(string key, BlobFetch fetch, PartialFile? file, Action<BlobFetch, PartialFile, long> keep)
    {
        var kept = false;
        await fetch.RunAsync(_turns, () =>
        {
            if (file is null || !fetch.Spool.IsInFile)
                return;
            keep(fetch, file, fetch.Spool.Written);
            kept = true;
        }).ConfigureAwait(false);
        _running.TryRemove(new KeyValuePair<string, BlobFetch>(key, fetch));
        if (!kept)
            file?.Drop();
    }
}

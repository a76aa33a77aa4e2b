using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>
/// A blob from upstreams that give plain bytes only. Its digest is the one check there is, and it comes at the end: until then
/// readers get nothing, or of a large blob all but the end:
/// <list type="number">
/// <item>a large blob comes in parts from several upstreams at once;</item>
/// <item>what is small, or is left, comes from one after the other: where one breaks off another one goes on;</item>
/// <item>when the digest is not right, each is tried by itself.</item>
/// </list>
/// </summary>
internal sealed class PlainFetch(Digest digest, string path, long? expected, Spool spool, UpstreamPool pool, UpstreamSettings settings, bool finishAbandoned, TimeProvider clock)
    : BlobFetch(spool, finishAbandoned)
{
    private readonly PlainSources _sources = new(digest, pool, settings, clock);
    private bool _mayShare = true;

    protected override string What => $"blob {digest}";

    protected override async Task FetchAsync()
    {
        _sources.Begin();
        for (var alone = false; ; alone = true)
        {
            using var copy = new PlainCopy(Spool, settings.HoldUnverifiedBytes, Know);
            var givers = await FillAsync(copy, alone).ConfigureAwait(false);
            if (copy.Matches(digest))
            {
                Know(copy.Length);
                copy.ShowAll();
                return;
            }
            _sources.Contradicted(givers);
            if (copy.IsShown)
                throw _sources.Failure(outOfPatience: false); // readers have bytes that may be wrong
            _mayShare = false; // of several, nobody knows whose bytes are wrong
        }
    }

    /// <returns>Whose bytes they are.</returns>
    private async Task<HashSet<Upstream>> FillAsync(PlainCopy copy, bool alone)
    {
        var givers = new HashSet<Upstream>();
        if (expected is { } known && MayShare(known) && await ShareAsync(copy, known, givers).ConfigureAwait(false))
            return givers;
        for (var pauses = 0; ; pauses++)
        {
            var candidates = _sources.Candidates;
            foreach (var upstream in candidates)
            {
                // What readers have is not taken back: the digest will say whether the rest fits.
                if (alone && !copy.IsShown && givers.Count > 0 && !givers.Contains(upstream))
                {
                    givers.Clear();
                    copy.Restart();
                }
                var before = copy.Length;
                try
                {
                    if (await ReadAsync(upstream, copy, givers).ConfigureAwait(false) is not { } large || await ShareAsync(copy, large, givers).ConfigureAwait(false))
                        return givers;
                }
                catch (UpstreamFault fault)
                {
                    if (copy.Length > before)
                        upstream.CountBreak();
                    _sources.Failed(upstream, fault);
                }
                _ = StillWanted();
            }
            if (candidates.Count == 0 || _sources.IsOutOfPatience)
                throw _sources.Failure(candidates.Count > 0);
            await Task.Delay(Pause.After(pauses), clock, Over.Token).ConfigureAwait(false);
        }
    }

    private bool MayShare(long size) =>
        _mayShare && Spool.IsInFile && size >= 2 * settings.PartBytes && settings.ParallelParts > 1 && _sources.Candidates.Count > 1;

    /// <returns>Whether all of it is there.</returns>
    private async Task<bool> ShareAsync(PlainCopy copy, long size, HashSet<Upstream> givers)
    {
        _mayShare = false;
        givers.UnionWith(await new PlainParts(path, size, Spool, copy, _sources, settings, clock).RunAsync(StillWanted, Over.Token).ConfigureAwait(false));
        return copy.Length == size;
    }

    /// <summary>Reads what the copy has not yet to its end.</summary>
    /// <returns>Null, or the size of a blob that is better shared: where no manifest says it, the first answer does.</returns>
    private Task<long?> ReadAsync(Upstream upstream, PlainCopy copy, HashSet<Upstream> givers) =>
        upstream.AskAsync<long?>(async cancel =>
        {
            using var body = await upstream.GetAsync(path, copy.Length > 0 ? (copy.Length, null) : null, cancel).ConfigureAwait(false);
            if (expected is null && copy.Length == 0 && body is { Status: 200, Length: { } size } && MayShare(size))
                return size;
            await ReadAsync(body, copy, () => givers.Add(upstream)).ConfigureAwait(false);
            givers.Add(upstream);
            return null;
        }, Over.Token);

    private async Task ReadAsync(UpstreamBody body, PlainCopy copy, Action onBytes)
    {
        // A server may know no ranges, and send everything: the beginning is not needed again.
        var skip = body.Status == 206 ? 0 : copy.Length;
        if (body.Status == 206 && body.ContentRange?.From != copy.Length)
            throw new UpstreamFault(FaultKind.Wrong, "sent another range than it was asked for");
        if (body.MediaType == "text/html")
            throw new UpstreamFault(FaultKind.Wrong, "sent a page");
        var size = (body.Status == 206 ? body.ContentRange?.Whole : body.Length) ?? expected;
        if (expected is { } known && size != known)
            throw new UpstreamFault(FaultKind.Wrong, $"has {size} bytes instead of {known}");
        var buffer = new byte[128 * 1024];
        while (await body.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var read)
        {
            var part = buffer.AsMemory(0, read);
            if (skip > 0)
            {
                var skipped = (int)Math.Min(skip, read);
                (part, skip) = (part[skipped..], skip - skipped);
            }
            if (part.Length == 0)
                continue;
            onBytes();
            // What comes after the last byte is not looked at: the digest says whether the rest is right.
            if (size is { } end && end - copy.Length < part.Length)
                part = part[..(int)(end - copy.Length)];
            _sources.Came(part.Length);
            await RoomAsync(copy).ConfigureAwait(false);
            copy.Append(part, size);
            if (copy.Length == size)
                return;
        }
        if (skip > 0 || (size is { } all && copy.Length != all))
            throw new UpstreamFault(FaultKind.Failed, "ended its answer too early");
    }

    /// <summary>Waits until there is room for the next bytes.</summary>
    private async Task RoomAsync(PlainCopy copy)
    {
        while (true)
        {
            var news = StillWanted();
            lock (Lock)
            {
                // Where the disk becomes full readers have nothing yet, and what they get next makes room.
                if (Spool.IsInFile || !copy.IsShown || Spool.HasRoom(copy.Length, Slowest))
                    return;
            }
            await news.WaitAsync(Over.Token).ConfigureAwait(false);
        }
    }

    /// <returns>Completes when readers have come, moved or gone.</returns>
    private Task StillWanted()
    {
        lock (Lock)
            return Readers.Count > 0 || Finishes ? News : throw Abandoned();
    }
}

using System.Buffers;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Gateway.Upstreams;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>
/// A large blob from several upstreams at once that give plain bytes only:
/// <list type="number">
/// <item>what is missing is given to upstreams that have nothing to do, the first bytes first;</item>
/// <item>it is written where it belongs, hidden; the copy, which hashes it, follows from the first byte on;</item>
/// <item>what an upstream breaks off is missing again, and so is what a silent one has not brought yet;</item>
/// <item>where nothing is missing, who has nothing to do takes half of what another one still has to bring.</item>
/// </list>
/// It does not fail: where nobody brings parts any more, the copy has come as far as it has.
/// </summary>
internal sealed class PlainParts(string path, long size, Spool spool, PlainCopy copy, PlainSources sources, UpstreamSettings settings, TimeProvider clock)
{
    /// <summary>What is worth a request of its own.</summary>
    private const long Least = 512 * 1024;
    private const int BufferSize = 128 * 1024;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly HiddenBytes _hidden = new(spool);
    private readonly List<PlainPart> _parts = [];
    private readonly HashSet<Upstream> _givers = [];
    private readonly HashSet<Upstream> _unsuited = [];
    private readonly Dictionary<Upstream, (int Failures, long NotBefore)> _resting = [];

    /// <param name="wanted">Completes when readers have come or gone; throws where nobody wants the blob any more.</param>
    /// <param name="cancel">The fetch is over.</param>
    /// <returns>Whose bytes the copy has.</returns>
    public async Task<HashSet<Upstream>> RunAsync(Func<Task> wanted, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        long came = 0;
        try
        {
            while (true)
            {
                sources.Came(_hidden.Total - came);
                came = _hidden.Total;
                foreach (var ended in _parts.Where(p => p.Task.IsCompleted).ToList())
                    End(ended);
                copy.Follow(_hidden.EndFrom(copy.Length), size);
                if (copy.Length == size || !spool.IsInFile || sources.IsOutOfPatience)
                    return _givers;
                var news = wanted();
                if (!TryStart(over.Token))
                    return _givers;
                foreach (var part in _parts.Where(p => p.Left > 0 && _hidden.EndFrom(p.Position) >= p.To))
                    part.Overtake();
                await Task.WhenAny([.. _parts.Select(p => p.Task), news, Task.Delay(Tick, clock, over.Token)]).ConfigureAwait(false);
            }
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(_parts.Select(p => p.Task)).ConfigureAwait(false);
            _parts.ToList().ForEach(End);
        }
    }

    /// <summary>Gives what is missing to upstreams that have nothing to do.</summary>
    /// <returns>Whether it is worth waiting for parts.</returns>
    private bool TryStart(CancellationToken over)
    {
        var resting = false;
        var all = sources.Candidates;
        var suited = all.Where(u => !_unsuited.Contains(u)).ToList();
        foreach (var upstream in suited.Where(u => !_parts.Exists(p => p.Upstream == u)))
        {
            // Where all are silent, one more is asked.
            if (_parts.Count >= settings.ParallelParts && !_parts.TrueForAll(IsSilent))
                break;
            if (clock.GetTimestamp() < _resting.GetValueOrDefault(upstream).NotBefore)
            {
                resting = true;
                continue;
            }
            if ((NextMissing(suited.Count) ?? Steal()) is not var (from, to))
                break;
            var part = new PlainPart(upstream, from, to, clock, over);
            if (_parts.Exists(p => p.Position < to && from < p.To))
                upstream.CountHedge();
            _parts.Add(part);
            part.Task = Task.Run(() => FetchAsync(part), CancellationToken.None);
        }
        // One that gives no parts may give all of it meanwhile.
        return _parts.Count > 0 || (resting && suited.Count == all.Count);
    }

    /// <summary>
    /// The first bytes that nobody brings, never far ahead of what is hashed: readers of a blob that is sent while it arrives
    /// would wait for a slow upstream while everything behind its part is there.
    /// </summary>
    private (long From, long To)? NextMissing(int upstreams)
    {
        var brings = _parts.FindAll(p => !IsSilent(p));
        for (var at = copy.Length; at < Math.Min(size, copy.Length + (2 * settings.ParallelParts * settings.PartBytes));)
        {
            if (_hidden.EndFrom(at) is var there && there > at)
                at = there;
            else if (brings.Find(p => p.Position <= at && at < p.To) is { } other)
                at = other.To;
            else
                return (at, Math.Min(at + Length(at, upstreams), brings.Where(p => p.Position > at).Select(p => p.Position).Append(_hidden.NextStart(at) ?? size).Min()));
        }
        return null;
    }

    /// <summary>An upstream alone gets all of the rest, of several each gets its share of it: towards the end ever less, so that all end together.</summary>
    private long Length(long at, int upstreams) =>
        upstreams == 1 ? size - at : Math.Clamp((size - at) / Math.Min(upstreams, settings.ParallelParts), Math.Min(Least, settings.PartBytes), settings.PartBytes);

    /// <summary>The second half of what a slow one, or the one with most, has left; all of what is too little for two.</summary>
    private (long From, long To)? Steal()
    {
        var moving = _parts.FindAll(p => !IsSilent(p) && !_parts.Exists(other => other != p && other.From <= p.Position && p.Position < other.To));
        var part = moving.Where(p => p.IsSlow(settings.HedgeAfter)).MinBy(p => p.Position) ?? moving.MaxBy(p => p.Left);
        if (part is null)
            return null;
        var (position, end) = (part.Position, part.To);
        if (end - position < 2 * Least)
            return part.IsSlow(settings.HedgeAfter) ? (position, end) : null;
        return (part.To = position + ((end - position) / 2), end);
    }

    private bool IsSilent(PlainPart part) => part.IsSilent(settings.HedgeAfter);

    private async Task FetchAsync(PlainPart part)
    {
        try
        {
            await part.Upstream.AskAsync(async cancel =>
            {
                await FetchAsync(part, cancel).ConfigureAwait(false);
                return true;
            }, part.Cancelled).ConfigureAwait(false);
        }
        catch (UpstreamFault fault)
        {
            part.Fault = fault;
        }
        catch (OperationCanceledException)
        {
            // It was overtaken, or the fetch is over.
        }
    }

    private async Task FetchAsync(PlainPart part, CancellationToken cancel)
    {
        using var body = await part.Upstream.GetAsync(path, (part.From, part.To - 1), cancel).ConfigureAwait(false);
        if (body.MediaType == "text/html")
            throw new UpstreamFault(FaultKind.Wrong, "sent a page");
        // A server that knows no ranges sends everything.
        part.Suits = body.Status == 206 && (body.ContentRange?.Whole ?? size) == size;
        if (body.Status != 206)
            return;
        if (!part.Suits)
            throw new UpstreamFault(FaultKind.Wrong, $"has {body.ContentRange?.Whole} bytes instead of {size}");
        if (body.ContentRange?.From != part.From)
            throw new UpstreamFault(FaultKind.Wrong, "sent another range than it was asked for");
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (part.Left is > 0 and var left && spool.IsInFile)
            {
                var read = await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left))).ConfigureAwait(false);
                if (read == 0)
                    throw new UpstreamFault(FaultKind.Failed, "ended its answer too early");
                part.Move(read, _hidden.Write(part.Position, buffer.AsMemory(0, read)));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void End(PlainPart part)
    {
        _parts.Remove(part);
        part.Dispose();
        if (part.HasGiven)
            _givers.Add(part.Upstream);
        if (!part.Suits)
            _unsuited.Add(part.Upstream);
        if (part.Fault is not { } fault)
            return;
        if (part is { HasGiven: true, IsOvertaken: false })
            part.Upstream.CountBreak();
        sources.Failed(part.Upstream, fault);
        // Many that cut their answers off cut each one off: what it gave is progress.
        var failures = part.HasGiven ? 0 : _resting.GetValueOrDefault(part.Upstream).Failures;
        _resting[part.Upstream] = (failures + 1, Pause.EndsAt(fault, failures, clock));
    }
}

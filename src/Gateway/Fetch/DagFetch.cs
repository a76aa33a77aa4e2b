using Image2Ipfs.Gateway.Cache;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>
/// A blob that its CID is known of, fetched in a trustless way:
/// <list type="number">
/// <item>readers say which bytes they want;</item>
/// <item>the parts that are missing are given to upstreams, the best first, several at once;</item>
/// <item>what arrives is checked block by block and spooled; readers follow it;</item>
/// <item>what an upstream does not give goes to another one, from the byte on where it stopped.</item>
/// </list>
/// </summary>
internal sealed class DagFetch : BlobFetch
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(50);

    private readonly BlockCache _blocks;
    private readonly UpstreamPool _pool;
    private readonly UpstreamSettings _settings;
    private readonly TimeProvider _clock;
    private readonly FileMap _map;
    private readonly List<Part> _parts = [];
    private readonly List<Attempt> _attempts = [];
    private readonly Dictionary<Upstream, Failures> _failures = [];
    private long _progress;
    private int _withoutRoom;

    public DagFetch(Cid root, Spool spool, BlockCache blocks, UpstreamPool pool, UpstreamSettings settings, bool finishAbandoned, TimeProvider clock)
        : base(spool, finishAbandoned)
    {
        (_map, _blocks, _pool, _settings, _clock) = (new FileMap(root), blocks, pool, settings, clock);
    }

    /// <summary>Whether every leaf is bare, or wrapped as all writers wrap it today: then it can be made again from the content.</summary>
    public bool HasPlainLeaves { get; private set; } = true;

    protected override string What => $"file {_map.Root}";

    protected override async Task FetchAsync()
    {
        _progress = _clock.GetTimestamp();
        try
        {
            await RunPartsAsync().ConfigureAwait(false);
            // The ends of the answers are on their way; read, they leave connections that serve again.
            await Task.WhenAny(Task.WhenAll(_parts.ConvertAll(p => p.Task)), Task.Delay(Grace, _clock)).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            // The tree contradicts itself, whoever gives it.
            throw UpstreamsFailedException.WrongTree(What, e);
        }
        finally
        {
            await Over.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(_parts.ConvertAll(p => p.Task)).ConfigureAwait(false);
        }
    }

    private async Task RunPartsAsync()
    {
        while (true)
        {
            var wake = new List<Task>();
            lock (Lock)
            {
                if (_map.IsComplete)
                    return;
                if (Readers.Count == 0 && !Finishes)
                    throw Abandoned();
                foreach (var ended in _parts.Where(p => p.Task.IsCompleted).ToList())
                    End(ended);
                TakeKnown();
                if (_map.IsComplete)
                    return;
                // A slow reader is no slow upstream.
                if (_withoutRoom > 0)
                    _progress = _clock.GetTimestamp();
                // Asked before: readers move on meanwhile, and what they want only then, the next round sees.
                var missing = NextMissing() is not null;
                var waiting = StartParts();
                var idle = _parts.Count == 0 && !waiting;
                // Readers may take their time over what is there already.
                if (!missing && _parts.Count == 0)
                    _progress = _clock.GetTimestamp();
                if ((idle && missing) || _clock.GetElapsedTime(_progress) > _settings.Patience)
                    throw new UpstreamsFailedException(What, [.. _attempts, .. _parts.Select(p => new Attempt(p.Upstream.Name, FaultKind.Timeout, "had not answered when the patience ended", null, 0))], outOfPatience: !idle);
                wake.AddRange(_parts.Select(p => p.Task));
                wake.Add(News);
            }
            wake.Add(Task.Delay(Tick, _clock, Over.Token));
            await Task.WhenAny(wake).ConfigureAwait(false);
        }
    }

    /// <summary>What came for parts of the blob before: whoever reads it in parts reads on where it stopped.</summary>
    private void TakeKnown()
    {
        foreach (var reader in Readers)
        {
            while (_map.Wanted(reader.Position, EndFor(reader)).Select(w => w.Cid).FirstOrDefault() is { } next && _blocks.GetContent(next) is { } known)
                Take(new Block(next, known));
        }
    }

    /// <summary>Gives what is missing to upstreams that have nothing to do.</summary>
    /// <returns>Whether an upstream that could give it rests for a moment.</returns>
    private bool StartParts()
    {
        var waiting = false;
        foreach (var upstream in _pool.Ranked())
        {
            if (_parts.Count >= _settings.ParallelParts)
                break;
            if (_parts.Exists(p => p.Upstream == upstream) || !upstream.Ways.IsUsable(Way.Car) && !upstream.Ways.IsUsable(Way.Raw))
                continue;
            if (_failures.TryGetValue(upstream, out var failures))
            {
                if (failures.IsFinal)
                    continue;
                if (_clock.GetTimestamp() < failures.NotBefore)
                {
                    waiting = true;
                    continue;
                }
            }
            if ((NextMissing() ?? Steal()) is not var (from, to))
                break;
            var part = new Part(upstream, from, to);
            if (_parts.Exists(p => p.IsHedged && p.Position == from))
                upstream.CountHedge();
            _parts.Add(part);
            part.Task = Task.Run(() => FetchPartAsync(part));
        }
        return waiting;
    }

    /// <summary>The next bytes that somebody wants and nobody fetches.</summary>
    private (long From, long To)? NextMissing()
    {
        foreach (var reader in Readers)
        {
            if (NextMissing(reader.Position, EndFor(reader)) is { } missing)
                return missing;
        }
        return Finishes ? NextMissing(0, long.MaxValue) : null;
    }

    /// <summary>Before the first block nobody knows how many bytes there are: it is wanted in any case.</summary>
    private long EndFor(BlobReader reader) =>
        _map.Size is null ? Math.Max(reader.End ?? long.MaxValue, reader.Position + 1) : reader.End ?? long.MaxValue;

    private (long From, long To)? NextMissing(long from, long to)
    {
        foreach (var (_, offset, end) in _map.Wanted(from, to))
        {
            // A node that is not known yet may lie under several parts.
            for (var start = Math.Max(offset, from); start < Math.Min(end, to);)
            {
                if (_parts.Find(p => p.From <= start && start < p.To && !p.Task.IsCompleted) is { } other)
                {
                    start = other.To;
                    continue;
                }
                if (!Spool.HasRoom(start, Slowest))
                    return null;
                var limit = _parts.Where(p => p.From > start && !p.Task.IsCompleted).Select(p => p.From).Append(to).Min();
                return (start, Math.Min(limit, AlignedEnd(start)));
            }
        }
        return null;
    }

    /// <summary>Where a part ends that begins here: an upstream alone gets all of it, several get so much each, in whole blocks.</summary>
    private long AlignedEnd(long start)
    {
        var size = Spool.IsInFile ? _settings.PartBytes : Spool.Window / 4;
        if (_pool.Ranked().Count(u => !_failures.TryGetValue(u, out var f) || !f.IsFinal) < 2)
            return long.MaxValue;
        var end = start + size;
        return _map.Wanted(end, end).Select(w => w.Offset).FirstOrDefault(offset => offset > start, end) is var aligned && end - aligned < size / 2 ? aligned : end;
    }

    /// <summary>
    /// Nothing is left, but an upstream is idle: the second half of the largest part is taken from the one that has it. What it
    /// does not get on with at all is asked twice.
    /// </summary>
    private (long From, long To)? Steal()
    {
        foreach (var part in _parts.OrderByDescending(p => p.Remaining(_map.Size)))
        {
            var remaining = part.Remaining(_map.Size);
            if (remaining > 4 * 1024 * 1024 && _map.Size is { } size)
            {
                var end = Math.Min(part.To, size);
                var middle = part.Position + (remaining / 2);
                if (_map.Wanted(middle, middle).Select(w => w.Offset).FirstOrDefault(middle) is var aligned && aligned > part.Position)
                    middle = aligned;
                part.To = middle;
                return (middle, end);
            }
            if (!part.IsHedged && _clock.GetElapsedTime(part.Moved) > _settings.HedgeAfter)
            {
                part.IsHedged = true;
                return (part.Position, part.To);
            }
        }
        return null;
    }

    private async Task FetchPartAsync(Part part)
    {
        try
        {
            await part.Upstream.AskAsync(async cancel =>
            {
                await FetchPartAsync(part, cancel).ConfigureAwait(false);
                return true;
            }, Over.Token).ConfigureAwait(false);
        }
        catch (UpstreamFault fault)
        {
            part.Fault = fault;
        }
        catch (OperationCanceledException)
        {
            // The fetch is over.
        }
        catch (Exception e) when (e is InvalidDataException or IOException or ObjectDisposedException)
        {
            // The tree contradicts itself, whoever gives it; or the spool has gone.
            part.Failure = e;
        }
    }

    private async Task FetchPartAsync(Part part, CancellationToken cancel)
    {
        foreach (var way in part.Upstream.Ways.Usable.Where(w => w is not Way.Path).ToList())
        {
            try
            {
                if (way == Way.Car)
                    await FetchCarAsync(part, cancel).ConfigureAwait(false);
                else
                    await FetchBlocksAsync(part, cancel).ConfigureAwait(false);
                return;
            }
            catch (UpstreamFault fault) when (fault.Kind == FaultKind.NotThisWay)
            {
                part.Upstream.Ways.DidNotWork(way);
            }
        }
        throw new UpstreamFault(FaultKind.NotThisWay, "gives neither archives nor blocks");
    }

    private async Task FetchCarAsync(Part part, CancellationToken cancel)
    {
        var range = part is { From: 0, To: long.MaxValue } ? "" : $"&entity-bytes={part.From}:{(part.To == long.MaxValue ? "*" : part.To - 1)}";
        using var body = await Trustless.GetCarAsync(part.Upstream, $"/ipfs/{_map.Root}", $"&dag-scope=entity{range}", cancel).ConfigureAwait(false);
        using var car = new CarReader(body);
        long useless = 0;
        while (await car.NextAsync().ConfigureAwait(false) is { } block)
        {
            await RoomAsync(block.Cid, cancel).ConfigureAwait(false);
            if (TakeAndKeep(block))
                part.Move(EndOfProgress(part), _clock.GetTimestamp());
            // One that knows no entity-bytes begins at the beginning.
            else if ((useless += block.Bytes.Length) > part.From + (2 * _settings.PartBytes) + (4 * 1024 * 1024))
                throw new UpstreamFault(FaultKind.Wrong, "sends blocks that were not asked for");
            if (IsDone(part))
            {
                await DrainAsync(body).ConfigureAwait(false);
                return;
            }
        }
        if (!IsDone(part))
            throw new UpstreamFault(FaultKind.Wrong, "left blocks out of its archive");
    }

    private async Task FetchBlocksAsync(Part part, CancellationToken cancel)
    {
        const int AtOnce = 8;
        while (!IsDone(part))
        {
            List<Cid> next;
            lock (Lock)
                next = [.. _map.Wanted(part.From, part.To).Select(w => w.Cid).Distinct().Take(AtOnce)];
            await Task.WhenAll(next.Select(async cid =>
            {
                await RoomAsync(cid, cancel).ConfigureAwait(false);
                TakeAndKeep(await Trustless.GetBlockAsync(part.Upstream, cid, cancel).ConfigureAwait(false));
                part.Move(EndOfProgress(part), _clock.GetTimestamp());
            })).ConfigureAwait(false);
        }
    }

    /// <summary>The connection is used again if the answer is read to its end.</summary>
    private static async Task DrainAsync(UpstreamBody body)
    {
        try
        {
            await body.ReadAsync(new byte[1024]).ConfigureAwait(false);
        }
        catch (UpstreamFault)
        {
            // All that was wanted is there.
        }
    }

    private long EndOfProgress(Part part)
    {
        lock (Lock)
            return _map.Wanted(part.From, part.To).Select(w => Math.Max(w.Offset, part.From)).FirstOrDefault(part.To);
    }

    private bool IsDone(Part part)
    {
        lock (Lock)
            return !_map.Wanted(part.From, part.To).Any();
    }

    /// <summary>Where bytes are kept in memory, they do not run away from the slowest reader.</summary>
    private async Task RoomAsync(Cid cid, CancellationToken cancel)
    {
        while (!Spool.IsInFile)
        {
            Task news;
            lock (Lock)
            {
                if (_map.OffsetOf(cid) is not { } offset || Spool.HasRoom(offset, Slowest))
                    return;
                news = News;
                _withoutRoom++;
            }
            try
            {
                await news.WaitAsync(cancel).ConfigureAwait(false);
            }
            finally
            {
                lock (Lock)
                    _withoutRoom--;
            }
        }
    }

    /// <summary>A blob of which only parts are asked for is kept in blocks.</summary>
    /// <inheritdoc cref="Take"/>
    private bool TakeAndKeep(Block block)
    {
        bool isKept;
        lock (Lock)
            isKept = !WholeIsWanted && _map.OffsetOf(block.Cid) is not null;
        // Before anybody sees it: whoever has read it may ask for the rest at once.
        if (isKept)
            _blocks.PutContent(block);
        return Take(block);
    }

    /// <returns>Whether it was wanted.</returns>
    private bool Take(Block block)
    {
        lock (Lock)
        {
            if (_map.OffsetOf(block.Cid) is null)
                return false;
            HasPlainLeaves &= IsPlain(block);
            var (pieces, repeats) = _map.Take(block, Spool.IsInFile);
            foreach (var piece in pieces)
                Spool.Write(piece);
            foreach (var repeat in repeats)
                Spool.Copy(repeat);
            if (_map.Size is { } size)
                Know(size);
            _progress = _clock.GetTimestamp();
            return true;
        }
    }

    private static bool IsPlain(Block block)
    {
        if (block.Cid.Codec != Cid.DagPb)
            return true;
        var node = DagPbNode.Decode(block.Bytes);
        if (node.Links.Count > 0)
            return true;
        var content = UnixFsData.Decode(node.Data).Data;
        var (head, tail) = FileDag.LeafEnvelope(content.Length);
        return block.Bytes.Length == head.Length + content.Length + tail.Length && block.Bytes.Span.StartsWith(head) && block.Bytes.Span.EndsWith(tail);
    }

    private void End(Part part)
    {
        _parts.Remove(part);
        if (part.Failure is { } failure)
            throw failure;
        if (part.Fault is not { } fault)
            return;
        if (part.Position > part.From)
            part.Upstream.CountBreak();
        _attempts.Add(new Attempt(part.Upstream.Name, fault.Kind, fault.Message, fault.RetryAfter, fault.Status));
        var failures = _failures.GetValueOrDefault(part.Upstream);
        _failures[part.Upstream] = new Failures(failures.Count + 1, Pause.EndsAt(fault, failures.Count, _clock), failures.Lies + (fault.Kind == FaultKind.Wrong ? 1 : 0),
            fault.Kind is FaultKind.Absent);
    }

    private readonly record struct Failures(int Count, long NotBefore, int Lies, bool IsGone)
    {
        /// <summary>One wrong answer may be an accident on the way; three are a habit.</summary>
        public bool IsFinal => IsGone || Lies >= 3;
    }

    /// <summary>Bytes of the file that one upstream is asked for.</summary>
    private sealed class Part(Upstream upstream, long from, long to)
    {
        private long _position = from;
        private long _moved = TimeProvider.System.GetTimestamp();

        public Upstream Upstream { get; } = upstream;

        public long From { get; } = from;

        public long To { get; set; } = to;

        public long Position => Volatile.Read(ref _position);

        public long Moved => Volatile.Read(ref _moved);

        public bool IsHedged { get; set; }

        public Task Task { get; set; } = Task.CompletedTask;

        public UpstreamFault? Fault { get; set; }

        public Exception? Failure { get; set; }

        public long Remaining(long? size) => Math.Max(0, Math.Min(To, size ?? From) - Position);

        public void Move(long position, long now)
        {
            Volatile.Write(ref _position, position);
            Volatile.Write(ref _moved, now);
        }
    }
}

using System.Security.Cryptography;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>
/// A blob from upstreams that give plain bytes only. Its digest is the one check there is, and it comes at the end: until then
/// readers get nothing, or of a large blob all but the end. Where one upstream breaks off another one goes on; when the digest
/// is not right, each is tried by itself.
/// </summary>
internal sealed class PlainFetch(Digest digest, string path, long? expected, Spool spool, UpstreamPool pool, UpstreamSettings settings, TimeProvider clock) : BlobFetch(spool)
{
    /// <summary>What is kept back of a blob that is sent while it arrives: without it, no client takes the blob for whole.</summary>
    private const int Tail = 256 * 1024;

    private readonly List<Attempt> _attempts = [];
    private readonly Dictionary<Upstream, int> _lies = [];
    private readonly HashSet<Upstream> _without = [];
    private long _started;

    protected override async Task FetchAsync()
    {
        _started = clock.GetTimestamp();
        for (var alone = false; ; alone = true)
        {
            using var copy = new Copy(Spool, settings.HoldUnverifiedBytes);
            var givers = await FillAsync(copy, alone).ConfigureAwait(false);
            if (copy.Matches(digest))
            {
                Know(copy.Length);
                copy.Reveal();
                return;
            }
            foreach (var giver in givers)
            {
                // Of several, nobody knows which one it was.
                if (givers.Count == 1)
                    Lied(giver);
                _attempts.Add(new Attempt(giver.Name, FaultKind.Wrong, $"sent other bytes than {digest}", null, 0));
            }
            if (copy.IsShown)
                throw Failure(outOfPatience: false); // readers have bytes that may be wrong
        }
    }

    /// <summary>Reads the file to its end, from one upstream after the other.</summary>
    private async Task<HashSet<Upstream>> FillAsync(Copy copy, bool alone)
    {
        var givers = new HashSet<Upstream>();
        var pauses = 0;
        while (true)
        {
            var candidates = pool.Ranked().Where(u => !_without.Contains(u)).OrderBy(u => _lies.GetValueOrDefault(u)).ToList();
            foreach (var upstream in candidates)
            {
                if (alone && givers.Count > 0 && !givers.Contains(upstream))
                    copy.Restart(givers);
                try
                {
                    await upstream.AskAsync(async cancel =>
                    {
                        using var body = await upstream.GetAsync(path, copy.Length > 0 ? (copy.Length, null) : null, cancel).ConfigureAwait(false);
                        await ReadAsync(body, copy, () => givers.Add(upstream)).ConfigureAwait(false);
                        return true;
                    }, Over.Token).ConfigureAwait(false);
                    givers.Add(upstream);
                    return givers;
                }
                catch (UpstreamFault fault)
                {
                    _attempts.Add(new Attempt(upstream.Name, fault.Kind, fault.Message, fault.RetryAfter, fault.Status));
                    if (fault.Kind is FaultKind.Absent or FaultKind.NotThisWay)
                        _without.Add(upstream);
                    if (fault.Kind == FaultKind.Wrong)
                        Lied(upstream);
                }
                lock (Lock)
                {
                    if (Readers.Count == 0)
                        throw Abandoned();
                }
            }
            if (candidates.Count == 0 || clock.GetElapsedTime(_started) > settings.Patience)
                throw Failure(candidates.Count > 0);
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(3000, 100 << Math.Min(pauses++, 5)) * (0.5 + Random.Shared.NextDouble())), clock, Over.Token).ConfigureAwait(false);
        }
    }

    /// <summary>One wrong answer may be an accident on the way; three are a habit.</summary>
    private void Lied(Upstream upstream)
    {
        if ((_lies[upstream] = _lies.GetValueOrDefault(upstream) + 1) >= 3)
            _without.Add(upstream);
    }

    private async Task ReadAsync(UpstreamBody body, Copy copy, Action onBytes)
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
        var fresh = 0;
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
            // Drop by drop is no progress.
            if ((fresh += part.Length) > Tail)
                (_started, fresh) = (clock.GetTimestamp(), 0);
            await RoomAsync(copy).ConfigureAwait(false);
            copy.Append(part, size);
            // Held back, it is answered when it is right; until then an error is still an answer.
            if (copy.IsShown && size is { } whole)
                Know(whole);
            if (copy.Length == size)
                return;
        }
        if (skip > 0 || (size is { } all && copy.Length != all))
            throw new UpstreamFault(FaultKind.Failed, "ended its answer too early");
    }

    private async Task RoomAsync(Copy copy)
    {
        while (true)
        {
            Task news;
            lock (Lock)
            {
                if (Spool.IsInFile || Spool.HasRoom(copy.Length, Slowest))
                    return;
                news = News;
            }
            await news.WaitAsync(Over.Token).ConfigureAwait(false);
        }
    }

    private UpstreamsFailedException Failure(bool outOfPatience) => new($"blob {digest}", [.. _attempts], outOfPatience);

    /// <summary>The bytes as they came, not yet known to be right.</summary>
    private sealed class Copy(Spool spool, long hold) : IDisposable
    {
        private IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly Queue<Piece> _kept = new();
        private byte[]? _hash;

        public long Length { get; private set; }

        /// <summary>Whether readers have had any of it.</summary>
        public bool IsShown { get; private set; }

        public void Append(ReadOnlyMemory<byte> part, long? size)
        {
            _sha256.AppendData(part.Span);
            var piece = new Piece(Length, part);
            Length += part.Length;
            if (spool.IsInFile && (size ?? long.MaxValue) <= hold && spool.TryHide(piece))
                return;
            if (spool.IsInFile && size is null && Length <= hold && spool.TryHide(piece))
                return;
            _kept.Enqueue(piece with { Content = part.ToArray() });
            while (_kept.Count > 1 && Length - _kept.Peek().Offset > Tail)
            {
                if (!IsShown)
                    spool.Reveal(0, _kept.Peek().Offset);
                IsShown = true;
                spool.Write(_kept.Dequeue());
            }
        }

        public bool Matches(Digest digest) => Digest.FromSha256Hash(_hash ??= _sha256.GetHashAndReset()) == digest;

        public void Reveal()
        {
            var hidden = _kept.TryPeek(out var first) ? first.Offset : Length;
            if (!IsShown)
                spool.Reveal(0, hidden);
            while (_kept.TryDequeue(out var piece))
                spool.Write(piece);
        }

        public void Restart(HashSet<Upstream> givers)
        {
            givers.Clear();
            _kept.Clear();
            _sha256.Dispose();
            _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Length = 0;
        }

        public void Dispose() => _sha256.Dispose();
    }
}

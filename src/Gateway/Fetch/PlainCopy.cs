using System.Buffers;
using System.Security.Cryptography;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>
/// The bytes of a blob as they came, not yet known to be right. Of a blob of at most <paramref name="hold"/> bytes readers see
/// nothing until the digest is right, of a larger one all but the end.
/// </summary>
/// <param name="onShown">Takes the size when readers see any of it. Until then an error is still an answer.</param>
internal sealed class PlainCopy(Spool spool, long hold, Action<long> onShown) : IDisposable
{
    /// <summary>What is kept back of a blob that is sent while it arrives: without it, no client takes the blob for whole.</summary>
    private const int Tail = 256 * 1024;

    /// <summary>Where the file has no room, what is kept back lies here.</summary>
    private readonly Queue<Piece> _kept = new();
    private IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[]? _hash;
    private long _shown;

    public long Length { get; private set; }

    /// <summary>Whether readers have had any of it.</summary>
    public bool IsShown => _shown > 0;

    /// <param name="part">The bytes that come next.</param>
    /// <param name="size">Of the blob, where it is known.</param>
    public void Append(ReadOnlyMemory<byte> part, long? size)
    {
        _sha256.AppendData(part.Span);
        var piece = new Piece(Length, part);
        Length += part.Length;
        if (_kept.Count == 0 && spool.TryHide(piece))
        {
            ShowHidden(size);
            return;
        }
        _kept.Enqueue(piece with { Content = part.ToArray() });
        while (_kept.Count > 1 && Length - _kept.Peek().Offset > Tail)
        {
            Show(_kept.Peek().Offset, size);
            Show(_kept.Dequeue(), size);
        }
    }

    /// <summary>Takes what lies hidden in the file up to here.</summary>
    public void Follow(long end, long size)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        while (Length < end)
        {
            var read = spool.Read(Length, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - Length)));
            if (read == 0)
                throw new IOException("the cache lost bytes of a blob");
            _sha256.AppendData(buffer, 0, read);
            Length += read;
            ShowHidden(size);
        }
        ArrayPool<byte>.Shared.Return(buffer);
    }

    public bool Matches(Digest digest) => Digest.FromSha256Hash(_hash ??= _sha256.GetHashAndReset()) == digest;

    /// <summary>It is right.</summary>
    public void ShowAll()
    {
        Show(_kept.TryPeek(out var first) ? first.Offset : Length, Length);
        while (_kept.TryDequeue(out var piece))
            Show(piece, Length);
    }

    /// <summary>Nothing has come yet.</summary>
    public void Restart()
    {
        _kept.Clear();
        _sha256.Dispose();
        _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Length = 0;
    }

    public void Dispose() => _sha256.Dispose();

    private void ShowHidden(long? size)
    {
        if ((size ?? Length) > hold)
            Show(Length - Tail, size);
    }

    private void Show(long end, long? size)
    {
        if (end <= _shown)
            return;
        spool.Reveal(_shown, end);
        Shown(end, size);
    }

    private void Show(Piece piece, long? size)
    {
        spool.Write(piece);
        Shown(piece.Offset + piece.Content.Length, size);
    }

    private void Shown(long end, long? size)
    {
        _shown = end;
        if (size is { } known)
            onShown(known);
    }
}

using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>
/// Where a blob lies while it arrives: pieces come in any order, readers follow, each at its own speed. The bytes lie in a
/// file of the cache. Where there is none, or its disk is full, they lie in memory, and then no piece may come far ahead of
/// the slowest reader.
/// </summary>
internal sealed class Spool(SafeFileHandle? file) : IDisposable
{
    /// <summary>How far ahead of the slowest reader pieces are kept in memory.</summary>
    public const long Window = 4 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Intervals _there = new();
    private readonly SortedDictionary<long, ArraySegment<byte>> _inMemory = [];
    private TaskCompletionSource _changed = New();
    private long _forgotten;
    private Exception? _failure;
    private bool _fileIsFull;
    private bool _disposed;
    private int _reading;

    /// <summary>Whether all bytes written so far lie in the file.</summary>
    public bool IsInFile => file is not null && !_fileIsFull;

    public long Written
    {
        get
        {
            lock (_lock)
                return _there.Total;
        }
    }

    /// <summary>Adds a piece, whose bytes are verified.</summary>
    public void Write(Piece piece)
    {
        if (!TryHide(piece))
            Remember(piece);
        Reveal(piece.Offset, piece.Offset + piece.Content.Length);
    }

    /// <summary>Writes bytes into the file that no reader may see yet.</summary>
    /// <returns>False where there is no room in it: the bytes must go elsewhere.</returns>
    public bool TryHide(Piece piece)
    {
        if (!IsInFile)
            return false;
        try
        {
            RandomAccess.Write(file!, piece.Content.Span, piece.Offset);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _fileIsFull = true;
            return false;
        }
    }

    /// <summary>Shows readers what was hidden.</summary>
    public void Reveal(long start, long end)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _there.Add(start, end);
            (changed, _changed) = (_changed, New());
        }
        changed.SetResult();
    }

    /// <summary>Adds bytes that have come before, for another place.</summary>
    public void Copy(Repeat repeat)
    {
        var bytes = new byte[repeat.Length];
        for (var filled = 0; filled < bytes.Length;)
        {
            var read = Read(repeat.From + filled, bytes.AsSpan(filled));
            if (read == 0)
                throw new IOException("the cache lost bytes of a blob");
            filled += read;
        }
        Write(new Piece(repeat.To, bytes));
    }

    /// <summary>Whether there is room for the bytes at this offset, when readers have come as far as <paramref name="slowest"/>.</summary>
    public bool HasRoom(long offset, long slowest) => IsInFile || offset < slowest + Window;

    /// <summary>Where the bytes end that are there without a gap from the offset on.</summary>
    public long EndFrom(long offset)
    {
        lock (_lock)
            return _there.EndFrom(offset);
    }

    /// <summary>Whether a reader may begin here: memory forgets what all readers have had.</summary>
    public bool CanBeginAt(long offset)
    {
        lock (_lock)
            return _failure is null && !_disposed && offset >= _forgotten;
    }

    /// <summary>Waits for bytes at the offset.</summary>
    /// <returns>Where they end.</returns>
    public async ValueTask<long> WaitAsync(long offset, CancellationToken cancel)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_there.EndFrom(offset) is var end && end > offset)
                    return end;
                if (_failure is not null)
                    throw new IOException(_failure.Message, _failure);
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Copies bytes that are there.</summary>
    public int Read(long offset, Span<byte> to)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            // Under the lock, for what is forgotten is used for other bytes.
            if (CopyFromMemory(offset, ref to) is > 0 and var copied)
                return copied;
            _reading++;
        }
        try
        {
            return RandomAccess.Read(file!, to, offset);
        }
        finally
        {
            lock (_lock)
            {
                if (--_reading == 0 && _disposed)
                    file?.Dispose();
            }
        }
    }

    /// <summary>Forgets what lies in memory before the slowest reader.</summary>
    public void Forget(long before)
    {
        lock (_lock)
        {
            if (_inMemory.Count == 0)
                return;
            foreach (var (at, bytes) in _inMemory.TakeWhile(p => p.Key < before).ToList())
            {
                if (at + bytes.Count > before)
                    continue;
                _inMemory.Remove(at);
                ArrayPool<byte>.Shared.Return(bytes.Array!);
                _forgotten = Math.Max(_forgotten, at + bytes.Count);
            }
        }
    }

    /// <summary>No more pieces will come.</summary>
    public void Fail(Exception failure)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _failure ??= failure;
            (changed, _changed) = (_changed, New());
        }
        changed.SetResult();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            foreach (var bytes in _inMemory.Values)
                ArrayPool<byte>.Shared.Return(bytes.Array!);
            _inMemory.Clear();
            if (_reading == 0)
                file?.Dispose();
        }
    }

    private void Remember(Piece piece)
    {
        var bytes = new ArraySegment<byte>(ArrayPool<byte>.Shared.Rent(piece.Content.Length), 0, piece.Content.Length);
        piece.Content.CopyTo(bytes);
        lock (_lock)
        {
            if (_inMemory.Remove(piece.Offset, out var before))
                ArrayPool<byte>.Shared.Return(before.Array!);
            if (_disposed)
                ArrayPool<byte>.Shared.Return(bytes.Array!);
            else
                _inMemory.Add(piece.Offset, bytes);
        }
    }

    /// <param name="to">Is cut off before the next piece where the offset lies in none.</param>
    private int CopyFromMemory(long offset, ref Span<byte> to)
    {
        // There are few.
        foreach (var (at, bytes) in _inMemory)
        {
            if (at > offset)
            {
                to = to[..(int)Math.Min(to.Length, at - offset)];
                break;
            }
            if (offset >= at + bytes.Count)
                continue;
            var part = bytes.AsSpan((int)(offset - at));
            part = part[..Math.Min(part.Length, to.Length)];
            part.CopyTo(to);
            return part.Length;
        }
        return 0;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

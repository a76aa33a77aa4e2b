using System.Buffers;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>
/// The blocks of a CAR while it arrives, each checked against its CID. A block lies in the reader's own memory until the next
/// one is asked for. The header's roots are not looked at: what was asked for says which blocks are wanted.
/// </summary>
internal sealed class CarReader(UpstreamBody body) : IDisposable
{
    /// <summary>Blocks have at most 2 MiB; a CID and two numbers lie beside one.</summary>
    private const int MaxSection = (2 * 1024 * 1024) + 512;
    private const int BufferSize = 512 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _start;
    private int _end;
    private bool _hasHeader;

    /// <summary>Bytes read so far.</summary>
    public long Read { get; private set; }

    /// <returns>The next block, or null at the end.</returns>
    /// <exception cref="UpstreamFault">The archive is broken off, no archive, or a block is not what its CID says.</exception>
    public async ValueTask<Block?> NextAsync()
    {
        try
        {
            if (!_hasHeader)
            {
                if (await SectionAsync().ConfigureAwait(false) is null)
                    throw new UpstreamFault(FaultKind.Wrong, "sent an empty archive");
                _hasHeader = true;
            }
            return await SectionAsync().ConfigureAwait(false) is { } section ? Check(section) : null;
        }
        catch (InvalidDataException e)
        {
            throw new UpstreamFault(FaultKind.Wrong, $"sent a broken archive: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private static Block Check(ReadOnlyMemory<byte> section)
    {
        var rest = section.Span;
        var cid = Cid.Read(ref rest);
        return cid.Matches(rest) ? new Block(cid, section[^rest.Length..]) : throw new UpstreamFault(FaultKind.Wrong, $"sent wrong bytes for the block {cid}");
    }

    private async ValueTask<ReadOnlyMemory<byte>?> SectionAsync()
    {
        int head, length;
        while (!TryReadLength(out head, out length))
        {
            if (await FillAsync(Varint.MaxBytes).ConfigureAwait(false))
                continue;
            return _start == _end ? null : throw new InvalidDataException("it is cut off");
        }
        while (_end - _start < head + length)
        {
            if (!await FillAsync(head + length).ConfigureAwait(false))
                throw new UpstreamFault(FaultKind.Failed, "ended its answer in the middle of a block");
        }
        var section = _buffer.AsMemory(_start + head, length);
        _start += head + length;
        return section;
    }

    private bool TryReadLength(out int head, out int length)
    {
        ReadOnlySpan<byte> there = _buffer.AsSpan(_start, _end - _start);
        length = 0;
        if (!Varint.TryRead(there, out var value, out head))
            return there.Length < Varint.MaxBytes ? false : throw new InvalidDataException("a length has no end");
        if (value is 0 or > MaxSection)
            throw new InvalidDataException($"a section has {value} bytes");
        length = (int)value;
        return true;
    }

    /// <summary>Reads more, with room for a section of this many bytes.</summary>
    private async ValueTask<bool> FillAsync(int needed)
    {
        if (_start == _end)
            _start = _end = 0;
        if (_buffer.Length - _start < needed || _end == _buffer.Length)
        {
            var to = needed > _buffer.Length ? ArrayPool<byte>.Shared.Rent(needed + BufferSize) : _buffer;
            Buffer.BlockCopy(_buffer, _start, to, 0, _end - _start);
            if (to != _buffer)
                ArrayPool<byte>.Shared.Return(_buffer);
            (_buffer, _start, _end) = (to, 0, _end - _start);
        }
        var read = await body.ReadAsync(_buffer.AsMemory(_end)).ConfigureAwait(false);
        _end += read;
        Read += read;
        return read > 0;
    }
}

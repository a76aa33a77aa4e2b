namespace Image2Ipfs.Publisher.Archive;

/// <summary>
/// An input that can be looked at before it is read. Large reads go straight through. A read is short at the end only:
/// SharpCompress takes a short one for the end, and it asks for the position.
/// </summary>
internal sealed class BufferedInput(Stream input) : InputStream
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private long _position;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    /// <summary>The next bytes, fewer at the end. They stay where they are.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        if (_end - _start < count)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            _end += ReadInput(_buffer.AsSpan(_end), count - _end);
        }
        return _buffer.AsSpan(_start, Math.Min(count, _end - _start));
    }

    public override int Read(Span<byte> buffer)
    {
        var read = Math.Min(buffer.Length, _end - _start);
        Take(buffer[..read]);
        var rest = buffer[read..];
        var more = rest.Length >= _buffer.Length ? ReadInput(rest, rest.Length) : Peek(rest.Length).Length;
        if (rest.Length < _buffer.Length)
            Take(rest[..more]);
        else
            _position += more;
        return read + more;
    }

    /// <summary>The decompressors ask byte by byte.</summary>
    public override int ReadByte()
    {
        if (Peek(1).IsEmpty)
            return -1;
        _position++;
        return _buffer[_start++];
    }

    private int ReadInput(Span<byte> buffer, int atLeast)
    {
        try
        {
            return input.ReadAtLeast(buffer, atLeast, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PublisherException($"the input cannot be read: {e.Message}", "is it a file or a pipe, on a disk that works?", e);
        }
    }

    private void Take(Span<byte> buffer)
    {
        _buffer.AsSpan(_start, buffer.Length).CopyTo(buffer);
        _start += buffer.Length;
        _position += buffer.Length;
    }
}

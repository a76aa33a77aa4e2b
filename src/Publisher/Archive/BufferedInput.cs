namespace Image2Ipfs.Publisher.Archive;

/// <summary>An input that can be looked at before it is read. Large reads go straight through.</summary>
internal sealed class BufferedInput(Stream input) : Stream
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>The next bytes, fewer at the end. They stay where they are.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        if (_end - _start < count)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            _end += input.ReadAtLeast(_buffer.AsSpan(_end), count - _end, throwOnEndOfStream: false);
        }
        return _buffer.AsSpan(_start, Math.Min(count, _end - _start));
    }

    public override int Read(Span<byte> buffer)
    {
        if (_start == _end && buffer.Length >= _buffer.Length)
            return input.Read(buffer);
        var available = Peek(Math.Min(buffer.Length, 1)).Length == 0 ? 0 : Math.Min(buffer.Length, _end - _start);
        _buffer.AsSpan(_start, available).CopyTo(buffer);
        _start += available;
        return available;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

namespace Image2Ipfs.Publisher.Archive;

/// <summary>A member's content that must have its full length: an end before it is an archive cut off, not a shorter layer.</summary>
internal sealed class Exactly(Stream content, long length) : Stream
{
    private long _left = length;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var read = content.Read(buffer);
        _left -= read;
        return read > 0 || _left == 0 || buffer.IsEmpty ? read : throw new EndOfStreamException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

namespace Image2Ipfs.Publisher.Archive;

/// <summary>A member's content that must have its full length: an end before it is an archive cut off, not a shorter layer.</summary>
internal sealed class Exactly(Stream content, long length) : InputStream
{
    private long _left = length;

    public override int Read(Span<byte> buffer)
    {
        var read = content.Read(buffer);
        _left -= read;
        return read > 0 || _left == 0 || buffer.IsEmpty ? read : throw new EndOfStreamException();
    }
}

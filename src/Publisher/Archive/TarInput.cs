namespace Image2Ipfs.Publisher.Archive;

/// <summary>
/// What the tar reader reads from. It takes a PAX header or a long name into memory in one piece, of up to 2 GiB;
/// a piece as large as that is no name.
/// </summary>
internal sealed class TarInput(Stream archive, int maxRead) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Nothing has come out of it so far.</summary>
    public bool IsEmpty { get; private set; } = true;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.Length > maxRead)
            throw new InvalidDataException($"it has a header of {buffer.Length} bytes");
        try
        {
            var read = archive.Read(buffer);
            IsEmpty &= read == 0;
            return read;
        }
        catch (SystemException e) when (ArchiveStream.IsOverrun(e))
        {
            throw new InvalidDataException("its compression is damaged", e);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

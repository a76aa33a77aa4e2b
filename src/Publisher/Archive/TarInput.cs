namespace Image2Ipfs.Publisher.Archive;

/// <summary>
/// What the tar reader reads from. It takes a PAX header or a long name into memory in one piece, of up to 2 GiB;
/// a piece as large as that is no name.
/// </summary>
internal sealed class TarInput(Stream archive, int maxRead) : InputStream
{
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
}

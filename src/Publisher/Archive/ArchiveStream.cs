using System.IO.Compression;
using SharpCompress.Common;
using SharpCompress.Compressors.BZip2;
using SharpCompress.Providers;

namespace Image2Ipfs.Publisher.Archive;

/// <summary>
/// Takes the compression off a whole archive, if there is one: <c>docker save | gzip</c>, zstd, bzip2 or xz.
/// </summary>
internal static class ArchiveStream
{
    /// <summary>bzip2's magic is the longest.</summary>
    private const int MagicBytes = 10;

    public static Stream Open(Stream input)
    {
        var peekable = new BufferedInput(input);
        try
        {
            return Decompress(peekable);
        }
        catch (SystemException e) when (IsOverrun(e))
        {
            throw new InvalidDataException("its compression is damaged", e);
        }
    }

    /// <summary>A decompressor runs over the bounds of its tables where the input is damaged; some read when they are made.</summary>
    public static bool IsOverrun(SystemException e) =>
        e is not (IOException or InvalidDataException or OperationCanceledException or OutOfMemoryException);

    private static Stream Decompress(BufferedInput peekable) =>
        Compression(peekable.Peek(MagicBytes)) switch
        {
            // The platform's gzip is several times as fast as a managed one.
            CompressionType.GZip => new GZipStream(peekable, CompressionMode.Decompress),
            CompressionType.None => peekable,
            // pbzip2 writes a stream for every block.
            CompressionType.BZip2 => BZip2Stream.Create(peekable, SharpCompress.Compressors.CompressionMode.Decompress, decompressConcatenated: true),
            var type => CompressionProviderRegistry.Default.CreateDecompressStream(type, peekable),
        };

    /// <summary>
    /// What the first bytes say that follows. A tar begins with a name, which is none of these; as it could begin with
    /// BZh, bzip2 is asked for the digits of pi that begin its first block, or of its root that end an empty stream.
    /// </summary>
    public static CompressionType Compression(ReadOnlySpan<byte> magic) => magic switch
    {
        [0x1F, 0x8B, ..] => CompressionType.GZip,
        [0x28, 0xB5, 0x2F, 0xFD, ..] => CompressionType.ZStandard,
        [(byte)'B', (byte)'Z', (byte)'h', _, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => CompressionType.BZip2,
        [(byte)'B', (byte)'Z', (byte)'h', _, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => CompressionType.BZip2,
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => CompressionType.Xz,
        _ => CompressionType.None,
    };
}

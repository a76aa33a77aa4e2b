using System.IO.Compression;
using SharpCompress.Common;
using SharpCompress.Providers;

namespace Image2Ipfs.Publisher.Archive;

/// <summary>
/// Takes the compression off a whole archive, if there is one: <c>docker save | gzip</c>, zstd, bzip2 or xz.
/// </summary>
internal static class ArchiveStream
{
    /// <summary>xz's magic is the longest.</summary>
    private const int MagicBytes = 6;

    public static Stream Open(Stream input)
    {
        var peekable = new BufferedInput(input);
        return Compression(peekable.Peek(MagicBytes)) switch
        {
            // The platform's gzip is several times as fast as a managed one.
            CompressionType.GZip => new GZipStream(peekable, CompressionMode.Decompress),
            CompressionType.None => peekable,
            var type => CompressionProviderRegistry.Default.CreateDecompressStream(type, peekable),
        };
    }

    /// <summary>What the first bytes say that follows. A tar begins with a name, which is none of these.</summary>
    public static CompressionType Compression(ReadOnlySpan<byte> magic) => magic switch
    {
        [0x1F, 0x8B, ..] => CompressionType.GZip,
        [0x28, 0xB5, 0x2F, 0xFD, ..] => CompressionType.ZStandard,
        [(byte)'B', (byte)'Z', (byte)'h', ..] => CompressionType.BZip2,
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => CompressionType.Xz,
        _ => CompressionType.None,
    };
}

using System.IO.Compression;

namespace Image2Ipfs.Publisher.Layers;

/// <summary>
/// A piece of a layer, compressed on its own, so that all cores work on one layer and the bytes do not depend on how
/// many there are.
/// <code>
/// gzip := header piece* end crc32 length
/// piece := deflate blocks of 1 MiB of the layer, flushed to a byte boundary       end := an empty last block
/// </code>
/// The pieces make one gzip member, as ordinary as any other. It has no name and no time; the bytes depend on the
/// layer, the level and the runtime's zlib alone.
/// Sources: RFC 1951, RFC 1952; a flushed deflate stream ends in an empty stored block (zlib's Z_SYNC_FLUSH).
/// </summary>
#pragma warning disable CA1001 // Types that own disposable fields should be disposable: the MemoryStream is an array, with nothing to dispose.
internal sealed class GzipBlock
#pragma warning restore CA1001
{
    public const int Size = 1024 * 1024;

    /// <summary>1f 8b, deflate, no flags, no time, no extra flags, unknown system.</summary>
    public static readonly byte[] Header = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF];

    /// <summary>A last deflate block with nothing in it.</summary>
    public static readonly byte[] End = [0x03, 0x00];

    private readonly MemoryStream _compressed = new(Size / 2);
    private int _compressedLength;

    public byte[] Content { get; } = new byte[Size];

    /// <summary>How much of <see cref="Content"/> is filled.</summary>
    public int Length { get; set; }

    public ReadOnlySpan<byte> Compressed => _compressed.GetBuffer().AsSpan(0, _compressedLength);

    /// <param name="level">zlib's, 1 to 9.</param>
    public void Compress(int level)
    {
        _compressed.SetLength(0);
        using var deflate = new DeflateStream(_compressed, new ZLibCompressionOptions { CompressionLevel = level }, leaveOpen: true);
        deflate.Write(Content, 0, Length);
        deflate.Flush();
        // Disposing it adds an end of its own, which is not ours: the piece ends here.
        _compressedLength = (int)_compressed.Position;
    }
}

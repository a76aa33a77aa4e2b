using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Image2Ipfs.Publisher.Layers;

/// <summary>
/// One gzip member, as ordinary as any other. It has no name and no time; the bytes depend on the layer, the level and
/// the runtime's zlib alone.
/// <code>
/// gzip := header piece* end crc32 length
/// piece := deflate blocks of a block of the layer, flushed to a byte boundary       end := an empty last deflate block
/// </code>
/// Sources: RFC 1951, RFC 1952; a flushed deflate stream ends in an empty stored block (zlib's Z_SYNC_FLUSH).
/// </summary>
/// <param name="level">zlib's, 1 to 9.</param>
internal sealed class GzipCompression(int level) : ILayerCompression
{
    /// <summary>1f 8b, deflate, no flags, no time, no extra flags, unknown system.</summary>
    private static readonly byte[] Start = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF];

    /// <summary>A last deflate block with nothing in it.</summary>
    private static readonly byte[] LastBlock = [0x03, 0x00];

    private readonly Crc32 _crc = new();

    /// <summary>Modulo 2^32, as gzip has it.</summary>
    private uint _length;

    public ReadOnlyMemory<byte> Header => Start;

    public void Pass(ReadOnlySpan<byte> content)
    {
        _crc.Append(content);
        _length += (uint)content.Length;
    }

    public ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> content, MemoryStream room)
    {
        room.SetLength(0);
        room.Capacity = Math.Max(room.Capacity, LayerBlock.Size / 2);
        using var deflate = new DeflateStream(room, new ZLibCompressionOptions { CompressionLevel = level }, leaveOpen: true);
        deflate.Write(content.Span);
        deflate.Flush();
        // Disposing it adds an end of its own, which is not ours: the piece ends here.
        return room.GetBuffer().AsMemory(0, (int)room.Position);
    }

    public ReadOnlyMemory<byte> End()
    {
        var end = new byte[LastBlock.Length + 8];
        LastBlock.CopyTo(end, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(LastBlock.Length), _crc.GetCurrentHashAsUInt32());
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(LastBlock.Length + 4), _length);
        return end;
    }
}

using System.Buffers.Binary;
using System.IO.Compression;

namespace Image2Ipfs.Testing;

/// <summary>Compressions: the platform's gzip, and a zstd that compresses nothing.</summary>
public static class Compress
{
    /// <summary>zstd's blocks are no larger.</summary>
    private const int ZstdBlock = 128 * 1024;

    public static byte[] Gzip(ReadOnlySpan<byte> content)
    {
        using var gzip = new MemoryStream();
        using (var stream = new GZipStream(gzip, CompressionLevel.Fastest))
        {
            stream.Write(content);
            // Or nothing would be written for nothing.
            if (content.IsEmpty)
                gzip.Write([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        }
        return gzip.ToArray();
    }

    /// <summary>A gzip file of stored blocks: the same bytes on every runtime. Sources: RFC 1951, 3.2.4; RFC 1952, 2.3.</summary>
    public static byte[] StoredGzip(ReadOnlySpan<byte> content)
    {
        using var gzip = new MemoryStream();
        gzip.Write([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]);
        var left = content;
        do
        {
            var part = left[..Math.Min(left.Length, ushort.MaxValue)];
            left = left[part.Length..];
            Span<byte> head = [left.IsEmpty ? (byte)1 : (byte)0, 0, 0, 0, 0];
            BinaryPrimitives.WriteUInt16LittleEndian(head[1..], (ushort)part.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(head[3..], (ushort)~part.Length);
            gzip.Write(head);
            gzip.Write(part);
        }
        while (!left.IsEmpty);
        Span<byte> trailer = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, System.IO.Hashing.Crc32.HashToUInt32(content));
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], (uint)content.Length);
        gzip.Write(trailer);
        return gzip.ToArray();
    }

    /// <summary>A zstd frame of raw blocks. Source: RFC 8878, 3.1.1.</summary>
    public static byte[] Zstd(ReadOnlySpan<byte> content)
    {
        using var zstd = new MemoryStream();
        zstd.Write(ZstdHeader);
        do
        {
            var block = content[..Math.Min(ZstdBlock, content.Length)];
            content = content[block.Length..];
            zstd.Write(BlockHeader(block.Length, type: 0, last: content.IsEmpty));
            zstd.Write(block);
        }
        while (!content.IsEmpty);
        return zstd.ToArray();
    }

    /// <summary>A zstd frame of zeros, 128 KiB in four bytes.</summary>
    public static byte[] ZstdOfZeros(int blocks)
    {
        using var zstd = new MemoryStream();
        zstd.Write(ZstdHeader);
        for (var i = 1; i <= blocks; i++)
        {
            zstd.Write(BlockHeader(ZstdBlock, type: 1, last: i == blocks));
            zstd.WriteByte(0);
        }
        return zstd.ToArray();
    }

    /// <summary>A frame that readers pass over: zstd:chunked keeps its table of contents in one.</summary>
    public static byte[] ZstdSkippable(ReadOnlySpan<byte> content)
    {
        var frame = new byte[8 + content.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, 0x184D2A50);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(4), content.Length);
        content.CopyTo(frame.AsSpan(8));
        return frame;
    }

    /// <summary>The magic; no size, no checksum; a window of 128 KiB.</summary>
    private static ReadOnlySpan<byte> ZstdHeader => [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x38];

    private static byte[] BlockHeader(int length, int type, bool last)
    {
        var header = length << 3 | type << 1 | (last ? 1 : 0);
        return [(byte)header, (byte)(header >> 8), (byte)(header >> 16)];
    }
}

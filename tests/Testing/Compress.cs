using System.IO.Compression;

namespace Image2Ipfs.Testing;

/// <summary>Compressions that the platform writes.</summary>
public static class Compress
{
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
}

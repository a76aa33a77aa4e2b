using SharpCompress.Compressors.ZStandard;

namespace Image2Ipfs.Publisher.Layers;

/// <summary>
/// A frame for each block, which says how long its content is; a reader takes them for one stream. The bytes depend on the
/// layer, the level and SharpCompress's zstd alone.
/// Source: RFC 8878, 3.1: one frame or more, each independent of the others.
/// </summary>
/// <param name="level">zstd's, 1 to 19.</param>
internal sealed class ZstdCompression(int level) : ILayerCompression
{
    /// <summary>There has to be one frame: magic, a content size of 0, and a last raw block of 0 bytes.</summary>
    private static readonly byte[] EmptyFrame = [0x28, 0xB5, 0x2F, 0xFD, 0x20, 0, 1, 0, 0];

    private bool _isEmpty = true;

    public ReadOnlyMemory<byte> Header => default;

    public void Pass(ReadOnlySpan<byte> content) => _isEmpty &= content.IsEmpty;

    public ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> content, MemoryStream room)
    {
        room.Capacity = Math.Max(room.Capacity, Compressor.GetCompressBound(LayerBlock.Size));
        // A new one for each frame: nothing that it did before can show in the bytes.
        using var compressor = new Compressor(level);
        return room.GetBuffer().AsMemory(0, compressor.Wrap(content.Span, room.GetBuffer()));
    }

    public ReadOnlyMemory<byte> End() => _isEmpty ? EmptyFrame : default;
}

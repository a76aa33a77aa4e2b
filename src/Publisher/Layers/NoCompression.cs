namespace Image2Ipfs.Publisher.Layers;

/// <summary>The layer as it is: its digest is its diffID.</summary>
internal sealed class NoCompression : ILayerCompression
{
    public ReadOnlyMemory<byte> Header => default;

    public void Pass(ReadOnlySpan<byte> content)
    {
    }

    public ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> content, MemoryStream room) => content;

    public ReadOnlyMemory<byte> End() => default;
}

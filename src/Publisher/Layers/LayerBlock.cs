namespace Image2Ipfs.Publisher.Layers;

/// <summary>A piece of a layer, and room for what it becomes. Both go round: memory does not grow with the image.</summary>
#pragma warning disable CA1001 // Types that own disposable fields should be disposable: the MemoryStream is an array, with nothing to dispose.
internal sealed class LayerBlock
#pragma warning restore CA1001
{
    public const int Size = 1024 * 1024;

    private readonly MemoryStream _room = new();

    public byte[] Content { get; } = new byte[Size];

    /// <summary>How much of <see cref="Content"/> is filled.</summary>
    public int Length { get; set; }

    public ReadOnlyMemory<byte> Compressed { get; private set; }

    public void Compress(ILayerCompression compression) => Compressed = compression.Compress(Content.AsMemory(0, Length), _room);
}

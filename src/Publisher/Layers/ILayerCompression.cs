namespace Image2Ipfs.Publisher.Layers;

/// <summary>
/// What a layer goes through on its way into a blob. Each block is compressed on its own, so that all cores work on one
/// layer and the bytes do not depend on how many there are.
/// <code>
/// blob := header compressed-block* end
/// </code>
/// </summary>
internal interface ILayerCompression
{
    /// <summary>What stands before the first block.</summary>
    ReadOnlyMemory<byte> Header { get; }

    /// <summary>Sees the layer go by, block after block, before <see cref="End"/> is asked for.</summary>
    void Pass(ReadOnlySpan<byte> content);

    /// <summary>Compresses a block, on any thread, whatever else is compressed meanwhile.</summary>
    /// <param name="content">The block.</param>
    /// <param name="room">Where the result may lie; what was there is not needed any more.</param>
    /// <returns>The result, which is good until either parameter changes.</returns>
    ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> content, MemoryStream room);

    /// <summary>What stands behind the last block, or alone behind the header of a layer that is empty.</summary>
    ReadOnlyMemory<byte> End();
}

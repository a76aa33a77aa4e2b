using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using SharpCompress.Common;

namespace Image2Ipfs.Publisher.Layers;

/// <summary>Something compressed, which stays byte for byte what it is.</summary>
/// <param name="Blob">Its bytes, in the staging folder.</param>
/// <param name="Compression">What its first bytes say.</param>
/// <param name="DiffId">The digest of what is in it; fails with <see cref="InvalidDataException"/> where nothing readable is.</param>
internal sealed record KeptBlob(StagedBlob Blob, CompressionType Compression, Task<Digest> DiffId)
{
    /// <summary>What a manifest calls it, or null: no manifest has a name for bzip2 and xz.</summary>
    public LayerType? Type => Compression switch
    {
        CompressionType.GZip => LayerType.Gzip,
        CompressionType.ZStandard => LayerType.Zstd,
        _ => null,
    };
}

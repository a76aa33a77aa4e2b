using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Layers;

/// <summary>A layer that lies in the staging folder.</summary>
/// <param name="DiffId">The digest of the uncompressed layer.</param>
/// <param name="Blob">The layer as it is published.</param>
/// <param name="Type">How that is compressed.</param>
internal sealed record StagedLayer(Digest DiffId, StagedBlob Blob, LayerType Type);

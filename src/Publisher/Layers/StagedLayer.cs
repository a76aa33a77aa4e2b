using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Layers;

/// <summary>A layer that lies compressed in the staging folder.</summary>
/// <param name="DiffId">The digest of the uncompressed layer.</param>
/// <param name="Blob">The compressed layer.</param>
internal sealed record StagedLayer(Digest DiffId, StagedBlob Blob);

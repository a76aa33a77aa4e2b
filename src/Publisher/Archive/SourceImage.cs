using Image2Ipfs.Publisher.Layers;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Publisher.Archive;

/// <summary>One image of an archive.</summary>
/// <param name="References">The names that the archive gives it, as it writes them; none for an image saved by its ID.</param>
/// <param name="Config">Its configuration.</param>
/// <param name="Layers">Its layers, base first.</param>
internal sealed record SourceImage(IReadOnlyList<string> References, ImageConfig Config, IReadOnlyList<StagedLayer> Layers)
{
    /// <summary>The digest of the configuration: what Docker calls the image's ID.</summary>
    public Digest Id { get; } = Digest.Sha256(Config.Bytes.Span);
}

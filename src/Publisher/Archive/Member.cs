using Image2Ipfs.Publisher.Layers;
using SharpCompress.Common;

namespace Image2Ipfs.Publisher.Archive;

/// <summary>What a member of the archive turned out to be when it went by.</summary>
internal abstract record Member
{
    /// <summary>JSON, or another small text: kept in memory until the end says what it is for.</summary>
    internal sealed record Document(ReadOnlyMemory<byte> Content) : Member
    {
        /// <summary>What it became when it turned out to be a layer.</summary>
        public Task<StagedLayer>? Staged { get; set; }
    }

    /// <summary>Anything else is taken for a layer and compressed at once, since what names the layers comes last.</summary>
    internal sealed record Layer(Task<StagedLayer> Staged) : Member;

    /// <summary>A layer that is compressed already. It went by.</summary>
    internal sealed record CompressedLayer(CompressionType Compression) : Member;

    /// <summary>Docker 1.12 to 24 writes a layer once and links to it for each image more.</summary>
    internal sealed record Link(string Target) : Member;
}

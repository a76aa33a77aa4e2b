using Image2Ipfs.Publisher.Layers;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Archive;

/// <summary>What a member of the archive turned out to be when it went by.</summary>
internal abstract record Member
{
    /// <summary>JSON, or another small text: kept in memory until the end says what it is for.</summary>
    internal sealed record Document(ReadOnlyMemory<byte> Content) : Member
    {
        /// <summary>What it became when it turned out to be a layer.</summary>
        public Task<StagedLayer>? Staged { get; set; }

        /// <summary>What it became when it turned out to be a blob.</summary>
        public StagedBlob? Blob { get; set; }
    }

    /// <summary>Anything else is taken for a layer and compressed at once, since what names the layers comes last.</summary>
    internal sealed record Layer(Task<StagedLayer> Staged) : Member
    {
        /// <summary>What it became when it turned out that it is wanted as it was.</summary>
        public StagedBlob? Restored { get; set; }
    }

    /// <summary>What is compressed already.</summary>
    internal sealed record Kept(KeptBlob Blob) : Member
    {
        /// <summary>What it became when it turned out to be a layer in a compression that registries do not have.</summary>
        public Task<StagedLayer>? Staged { get; set; }
    }

    /// <summary>Docker 1.12 to 24 writes a layer once and links to it for each image more.</summary>
    internal sealed record Link(string Target) : Member;
}

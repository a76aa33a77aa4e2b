using Image2Ipfs.Ipfs;
using Image2Ipfs.Publisher.Layers;
using Image2Ipfs.Publisher.Targets;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Publisher;

/// <summary>What a publish is told, with the defaults.</summary>
internal sealed record PublishOptions
{
    /// <summary>Every core, up to 16: one thread reads and hashes, at the speed of some 16 that compress, and each takes 3 MiB.</summary>
    public static readonly int DefaultThreads = Math.Min(Environment.ProcessorCount, 16);

    public CidProfile Profile { get; init; } = CidProfile.UnixFsV0;

    /// <summary>How layers are stored that come uncompressed.</summary>
    public Compression Compression { get; init; } = Compression.Default;

    /// <summary>How many blocks are compressed at once. The result does not depend on it.</summary>
    public int Threads { get; init; } = DefaultThreads;

    /// <summary>Computes everything and keeps nothing.</summary>
    public bool NoAdd { get; init; }

    /// <summary>Replaces the name of the archive's images, if they have one.</summary>
    public RepositoryName? Name { get; init; }

    /// <summary>Replaces the tag of the archive's only image.</summary>
    public Tag? Tag { get; init; }

    /// <summary>The platforms that are wanted of an image of several; none: all.</summary>
    public IReadOnlyList<Platform> Platforms { get; init; } = [];

    /// <summary>Where the tree goes beside the store.</summary>
    public IReadOnlyList<ITarget> Targets { get; init; } = [];
}

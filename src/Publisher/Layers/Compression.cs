using Image2Ipfs.Registry;

namespace Image2Ipfs.Publisher.Layers;

/// <summary>How layers are stored that come uncompressed: the grammar of <c>--compression</c> and <c>--level</c>.</summary>
/// <param name="Type">What a manifest calls such a layer.</param>
/// <param name="Begin">Begins with a layer.</param>
internal sealed record Compression(LayerType Type, Func<ILayerCompression> Begin)
{
    /// <summary>
    /// For gzip and zstd. zlib's 3 makes layers 3.5 % larger than 6, in two thirds of the time; 1 makes them a quarter
    /// larger. 3 is zstd's own default.
    /// </summary>
    public const int DefaultLevel = 3;

    public const int MaxGzipLevel = 9;

    /// <summary>What the program zstd takes without <c>--ultra</c>: the levels above widen the window, which is as wide as a block already.</summary>
    public const int MaxZstdLevel = 19;

    public static readonly IReadOnlyList<string> Names = ["gzip", "zstd", "none"];

    /// <summary>What is understood by every client that there ever was.</summary>
    public static readonly Compression Default = Gzip(DefaultLevel);

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="level">Its level, or null for the default.</param>
    /// <exception cref="FormatException">There is no such compression, or it has no such level.</exception>
    public static Compression Parse(string name, int? level) => name switch
    {
        "gzip" => Gzip(Level(name, level, MaxGzipLevel)),
        "zstd" => Zstd(Level(name, level, MaxZstdLevel)),
        "none" => level is null ? None : throw new FormatException("--level is for a compression, and --compression is none"),
        _ => throw new FormatException($"--compression is one of {string.Join(", ", Names)}"),
    };

    private static Compression Gzip(int level) => new(LayerType.Gzip, () => new GzipCompression(level));

    private static Compression Zstd(int level) => new(LayerType.Zstd, () => new ZstdCompression(level));

    private static Compression None { get; } = new(LayerType.Plain, () => new NoCompression());

    private static int Level(string name, int? level, int max) => (level ?? DefaultLevel) is var number && number >= 1 && number <= max
        ? number
        : throw new FormatException($"--level of {name} is 1 to {max}, not {number}");
}

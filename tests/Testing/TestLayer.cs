using Image2Ipfs.Registry;

namespace Image2Ipfs.Testing;

/// <summary>A layer as an OCI layout holds it.</summary>
/// <param name="Content">What it is without its compression.</param>
/// <param name="Bytes">What lies in the layout.</param>
/// <param name="MediaType">What its manifest calls it.</param>
public sealed record TestLayer(byte[] Content, byte[] Bytes, string MediaType)
{
    public IReadOnlyList<string> Urls { get; init; } = [];

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Only its manifest names it.</summary>
    public bool IsElsewhere { get; init; }

    public static TestLayer Gzip(byte[] content) => new(content, Compress.Gzip(content), LayerType.Gzip.Oci.Value);

    public static TestLayer Zstd(byte[] content) => new(content, Compress.Zstd(content), LayerType.Zstd.Oci.Value);

    public static TestLayer Plain(byte[] content) => new(content, content, LayerType.Plain.Oci.Value);

    /// <summary>A base layer of Windows', which nobody but its owner passes on.</summary>
    public static TestLayer Foreign(byte[] content) => Gzip(content) with
    {
        MediaType = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
        Urls = ["https://mcr.example/layer"],
        IsElsewhere = true,
    };

    /// <summary>The same under Docker's name for its type.</summary>
    public TestLayer OfDocker() => this with { MediaType = LayerType.Of(new MediaType(MediaType))!.Docker!.Value.Value };
}

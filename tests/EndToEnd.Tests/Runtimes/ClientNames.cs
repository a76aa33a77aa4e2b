namespace Image2Ipfs.EndToEnd.Tests.Runtimes;

/// <summary>The clients by name, as rows of theories.</summary>
public static class ClientNames
{
    private static readonly string[] DockerGraph = ["docker 20.10 graph", "docker 26.1 graph", "docker 28.5 graph"];
    private static readonly string[] DockerStore = ["docker 26.1 store", "docker 28.5 store"];
    private static readonly string[] Containerd = ["containerd 1.6", "containerd 1.7", "containerd 2.1"];
    private static readonly string[] SkopeoOnly = ["skopeo 1.9", "skopeo 1.18", "skopeo 1.22"];
    private static readonly string[] OfEachKind = ["docker 20.10 graph", "docker 28.5 store", "containerd 2.1"];
    private static readonly string[] Others = ["podman 4.3", "podman 5.4", "podman 5.8", "buildah 1.28", "buildah 1.39", "buildah 1.43", "crane"];

    public static TheoryData<string> All => [.. DockerGraph, .. DockerStore, .. Containerd, .. SkopeoOnly, .. Others, "oras"];

    /// <summary>Those that run what they pulled. The others would need rights that few machines give.</summary>
    public static TheoryData<string> Running => [.. DockerGraph, .. DockerStore, .. Containerd, "apptainer"];

    /// <summary>One of each kind, for pulls through upstreams: what is behind the Gateway is nothing that they see.</summary>
    public static TheoryData<string> Through => [.. OfEachKind, "skopeo 1.22"];

    /// <summary>Those that know zstd, each with the compressions that are not the usual one.</summary>
    public static MatrixTheoryData<string, string> NewestByCompression => new(["docker 28.5 graph", "docker 28.5 store", "containerd 2.1", "skopeo 1.22"], ["zstd", "none"]);

    public static TheoryData<string> RunningThrough => [.. OfEachKind];

    /// <summary>ctr and oras take no name without a tag.</summary>
    public static TheoryData<string> AddingLatest => [.. DockerGraph, .. DockerStore, .. SkopeoOnly, .. Others];

    public static TheoryData<string> DockerWithGraphDriver => [.. DockerGraph];

    public static TheoryData<string> Skopeo => [.. SkopeoOnly];
}

namespace Image2Ipfs.Registry;

/// <summary>
/// A layer of an image's file system, as both families of manifests name it.
/// Sources: distribution, docs/spec/manifest-v2-2.md; opencontainers/image-spec, layer.md.
/// </summary>
/// <param name="Oci">Its media type in an OCI manifest.</param>
/// <param name="Docker">Its media type in schema 2, or null: Docker never had one for zstd.</param>
/// <param name="IsForeign">Its bytes may lie elsewhere: nobody but their owner may pass them on (Windows' base layers).</param>
public sealed record LayerType(MediaType Oci, MediaType? Docker, bool IsForeign = false)
{
    public static readonly LayerType Gzip = new(MediaType.OciLayerGzip, MediaType.DockerLayerGzip);
    public static readonly LayerType Zstd = new(new("application/vnd.oci.image.layer.v1.tar+zstd"), null);
    public static readonly LayerType Plain = new(new("application/vnd.oci.image.layer.v1.tar"), new("application/vnd.docker.image.rootfs.diff.tar"));

    private static readonly LayerType[] All =
    [
        Gzip,
        Zstd,
        Plain,
        new(new("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"), new("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"), IsForeign: true),
        new(new("application/vnd.oci.image.layer.nondistributable.v1.tar"), new("application/vnd.docker.image.rootfs.foreign.diff.tar"), IsForeign: true),
        new(new("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd"), null, IsForeign: true),
    ];

    /// <returns>The layer's type, or null: it is no part of a file system.</returns>
    public static LayerType? Of(MediaType mediaType) => Array.Find(All, t => t.Oci == mediaType || t.Docker == mediaType);

    /// <returns>What a manifest of this form calls it, or null where it cannot.</returns>
    public MediaType? In(MediaType form) => form == MediaType.Schema2 ? Docker : Oci;
}

namespace Image2Ipfs.Registry;

/// <summary>A media type without parameters, in lower case, with the ones that registries speak.</summary>
public readonly record struct MediaType(string Value)
{
    public static readonly MediaType Schema1 = new("application/vnd.docker.distribution.manifest.v1+json");
    public static readonly MediaType Schema1Signed = new("application/vnd.docker.distribution.manifest.v1+prettyjws");
    public static readonly MediaType Schema2 = new("application/vnd.docker.distribution.manifest.v2+json");
    public static readonly MediaType ManifestList = new("application/vnd.docker.distribution.manifest.list.v2+json");
    public static readonly MediaType OciManifest = new("application/vnd.oci.image.manifest.v1+json");
    public static readonly MediaType OciIndex = new("application/vnd.oci.image.index.v1+json");

    /// <summary>Every type that a registry serves under <c>/manifests/</c>.</summary>
    public static readonly IReadOnlyList<MediaType> ManifestTypes = [Schema1, Schema1Signed, Schema2, ManifestList, OciManifest, OciIndex];

    public static readonly MediaType DockerConfig = new("application/vnd.docker.container.image.v1+json");
    public static readonly MediaType DockerLayerGzip = new("application/vnd.docker.image.rootfs.diff.tar.gzip");
    public static readonly MediaType OciConfig = new("application/vnd.oci.image.config.v1+json");
    public static readonly MediaType OciLayerGzip = new("application/vnd.oci.image.layer.v1.tar+gzip");

    public bool IsSchema1 => this == Schema1 || this == Schema1Signed;

    /// <summary>A manifest list or an image index: it names the manifests of several platforms.</summary>
    public bool IsIndex => this == ManifestList || this == OciIndex;

    /// <summary>Whether Docker named it, before there was an OCI.</summary>
    public bool IsDocker => Value.StartsWith("application/vnd.docker.", StringComparison.Ordinal);

    public override string ToString() => Value;
}

namespace Image2Ipfs.Registry;

/// <summary>
/// What a manifest or an index says of a blob.
/// Source: opencontainers/image-spec, descriptor.md.
/// </summary>
/// <param name="MediaType">What the blob is.</param>
/// <param name="Digest">The digest of its bytes.</param>
/// <param name="Size">Its length in bytes.</param>
public sealed record Descriptor(MediaType MediaType, Digest Digest, long Size)
{
    /// <summary>The annotation that names a manifest in an OCI image layout's index.</summary>
    public const string RefName = "org.opencontainers.image.ref.name";

    /// <summary>The platform, in an index only.</summary>
    public Platform? Platform { get; init; }

    /// <summary>The value of <see cref="RefName"/>, in an OCI image layout's index only.</summary>
    public string? Name { get; init; }
}

/// <summary>An operating system and an architecture by Go's names: <c>linux</c>, <c>amd64</c>, <c>v8</c>.</summary>
public sealed record Platform(string Os, string Architecture, string? Variant = null)
{
    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";
}

namespace Image2Ipfs.Publisher.Images;

/// <summary>One entry of the input's list of images.</summary>
/// <param name="Names">What the input calls it; none for an image saved by its ID.</param>
/// <param name="Manifest">What lies under them.</param>
internal sealed record NamedManifest(IReadOnlyList<GivenName> Names, SourceManifest Manifest);

/// <summary>A name as the input writes it.</summary>
/// <param name="Text">Such as <c>docker.io/library/busybox:1.36</c>.</param>
/// <param name="IsTag">It is a tag alone: OCI layouts leave the repository to whoever reads them.</param>
internal readonly record struct GivenName(string Text, bool IsTag = false);

using System.Text.Json;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Testing;

/// <summary>What the publisher's <c>--json</c> says of a publish.</summary>
public sealed record Published(PublishedRoot Root, IReadOnlyList<PublishedImage> Images, IReadOnlyList<PublishedTarget> Targets)
{
    public static Published Parse(string json) => JsonSerializer.Deserialize<Published>(json, JsonSerializerOptions.Web)!;

    public PublishedImage Image(string tag) => Images.First(i => i.Tag == tag);
}

/// <summary>The root's CID in every text form.</summary>
public sealed record PublishedRoot(string Cid, string Component, string Base32, string Base36, string Base16);

/// <summary>One name and tag.</summary>
/// <param name="Id">The configuration's digest.</param>
/// <param name="Platforms">Of an image of several.</param>
public sealed record PublishedImage(string Name, string Tag, string Id, IReadOnlyList<PublishedBlob> Manifests, IReadOnlyList<PublishedBlob> Layers, string? Platform = null, IReadOnlyList<PublishedImage>? Platforms = null)
{
    /// <summary>What a client on this machine gets of it: the index is a manifest too.</summary>
    public PublishedImage Here => Platforms?.Single(p => p.Platform == "linux/amd64") is { } here ? here with { Name = Name, Tag = Tag, Manifests = [.. Manifests, .. here.Manifests] } : this;

    /// <summary>The manifest in one form.</summary>
    public PublishedBlob Manifest(MediaType form) => Manifests.Single(m => m.MediaType == form.Value);
}

public sealed record PublishedBlob(string Digest, long Size, string? MediaType, string? DiffId);

/// <summary>What came of a target of <c>--to</c>.</summary>
public sealed record PublishedTarget(string Target, bool WasThere, long Bytes, string? Mfs, string? Ipns);

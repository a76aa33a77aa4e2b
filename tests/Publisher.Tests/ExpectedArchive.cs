using System.Text.Json;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>What tests/Vectors/archives/expected.json says of an archive, found out by another reader.</summary>
internal sealed record ExpectedArchive(string File, bool IsHollow, bool HasManifests, IReadOnlyList<ExpectedArchive.Image> Images)
{
    public static IReadOnlyList<ExpectedArchive> All { get; } =
        [.. JsonElement.Parse(Vectors.Bytes("archives", "expected.json")).EnumerateObject().Select(a => From(a.Name, a.Value))];

    public string Path => Vectors.File("archives", File);

    /// <summary>Docker's graph driver compresses nothing and makes up the manifests that it saves: its index is not looked at.</summary>
    private static ExpectedArchive From(string file, JsonElement json)
    {
        var images = json.GetProperty("images").EnumerateArray().ToLookup(i => i.GetProperty("via").GetString() == "index.json");
        var hasManifests = images[true].Any() && !file.Contains("-graph", StringComparison.Ordinal);
        return new ExpectedArchive(file, !json.GetProperty("images").EnumerateArray().Any(), hasManifests, [.. images[hasManifests].Select(i => new Image(
            [.. Texts(i, "tags")], i.GetProperty("config_digest").GetString(), [.. Texts(i, "diff_ids")], i.GetProperty("platform").GetString()!)
        {
            Manifest = i.TryGetProperty("manifest_digest", out var manifest) ? manifest.GetString() : null,
            Layers = [.. Texts(i, "layer_digests")],
            Compression = [.. Texts(i, "layer_compression")],
            IsAttestation = i.TryGetProperty("attestation", out _),
        })]);
    }

    private static IEnumerable<string> Texts(JsonElement json, string name) => json.GetProperty(name).EnumerateArray().Select(e => e.GetString()!);

    /// <param name="Tags">As the archive writes them, with registry hosts.</param>
    /// <param name="Config">The configuration's digest, or null for Docker before 1.10.</param>
    /// <param name="DiffIds">Base first.</param>
    /// <param name="Platform">Such as linux/arm64/v8.</param>
    internal sealed record Image(string[] Tags, string? Config, string[] DiffIds, string Platform)
    {
        /// <summary>The digest of the manifest that the archive has of it, or null.</summary>
        public string? Manifest { get; init; }

        /// <summary>The digests of the layers as they lie in the archive.</summary>
        public required string[] Layers { get; init; }

        /// <summary>none, gzip or zstd.</summary>
        public required string[] Compression { get; init; }

        public bool IsAttestation { get; init; }

        /// <summary>The names and tags in the tree, of an image that is no part of another.</summary>
        public IEnumerable<(string Name, string Tag)> Names() => Tags.Length == 0
            ? [(Config!["sha256:".Length..][..12], "latest")]
            : Tags.Select(t => ImageReference.TryParse(t, out var reference) ? (reference.Name.ToString(), reference.Tag?.ToString() ?? "latest") : throw new FormatException(t));
    }
}

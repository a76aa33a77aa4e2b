using System.Text.Json;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>What tests/Vectors/archives/expected.json says of an archive, found out by another reader.</summary>
internal sealed record ExpectedArchive(string File, bool Readable, IReadOnlyList<ExpectedArchive.Image> Images)
{
    public static IReadOnlyList<ExpectedArchive> All { get; } =
        [.. JsonElement.Parse(Vectors.Bytes("archives", "expected.json")).EnumerateObject().Select(a => From(a.Name, a.Value))];

    public string Path => Vectors.File("archives", File);

    /// <summary>Docker's own formats with uncompressed layers are; OCI layouts and compressed layers are not yet.</summary>
    private static ExpectedArchive From(string file, JsonElement json)
    {
        var images = json.GetProperty("images").EnumerateArray().Where(i => i.GetProperty("via").GetString() != "index.json").ToList();
        var uncompressed = images.TrueForAll(i => Texts(i, "layer_compression").All(c => c == "none"));
        return new ExpectedArchive(file, images.Count > 0 && uncompressed && json.GetProperty("complete").GetBoolean(), images.ConvertAll(i => new Image(
            [.. Texts(i, "tags")], i.GetProperty("config_digest").GetString(), [.. Texts(i, "diff_ids")], i.GetProperty("platform").GetString()!)));
    }

    private static IEnumerable<string> Texts(JsonElement json, string name) => json.GetProperty(name).EnumerateArray().Select(e => e.GetString()!);

    /// <param name="Tags">As the archive writes them, with registry hosts.</param>
    /// <param name="Config">The configuration's digest, or null for Docker before 1.10.</param>
    /// <param name="DiffIds">Base first.</param>
    /// <param name="Platform">Such as linux/arm64/v8.</param>
    internal sealed record Image(string[] Tags, string? Config, string[] DiffIds, string Platform)
    {
        /// <summary>The names and tags in the tree.</summary>
        public IEnumerable<(string Name, string Tag)> Names() => Tags.Length == 0
            ? [(Config!["sha256:".Length..][..12], "latest")]
            : Tags.Select(t => ImageReference.TryParse(t, out var reference) ? (reference.Name.ToString(), reference.Tag?.ToString() ?? "latest") : throw new FormatException(t));
    }
}

using System.Text.Json;

namespace Image2Ipfs.Testing;

/// <summary>The folder "busybox" that tests/Vectors/ipfs/make-tree.sh makes: the root of vectors.json's tree, which a gateway was asked for.</summary>
public static class VectorTree
{
    private const string Root = "busybox/";

    /// <summary>What other implementations say about it.</summary>
    public static JsonElement Vector { get; } = Vectors.Json("ipfs", "vectors.json").GetProperty("tree");

    /// <summary>Its files by their path below the root.</summary>
    public static IEnumerable<(string Path, byte[] Content)> Files() =>
        from file in Vector.GetProperty("files").EnumerateObject()
        select (file.Name[Root.Length..], file.Value.TryGetProperty("label", out var label)
            ? Keystream.Bytes($"image2ipfs-vector:{label.GetString()}", file.Value.GetProperty("size").GetInt32())
            : """{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{},"layers":[]}"""u8.ToArray());

    public static JsonElement File(string path) => Vector.GetProperty("files").GetProperty(Root + path);

    public static JsonElement Directory(string path) => Vector.GetProperty("dirs").GetProperty(Root + path);
}

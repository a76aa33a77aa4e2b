using System.Text.Json.Nodes;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Conformance;

/// <summary>What the checks ask for: an image of each kind, an index of two platforms, artifacts, and what refers to them.</summary>
internal static class ConformanceContent
{
    public const string Name = "conformance/app";

    /// <summary>As the suite's ranges want it.</summary>
    private const int RangedBytes = 2048;

    private const string Empty = "application/vnd.oci.empty.v1+json";

    static ConformanceContent()
    {
        var image = Layout.Image(TestLayer.Gzip(TestImage.Layer("image")));
        var docker = Layout.DockerImage(TestLayer.Gzip(TestImage.Layer("docker")));
        JsonObject[] platforms = [.. new[] { "linux/amd64", "linux/arm64" }.Select(p => TestLayout.With(Layout.Image(p, TestLayer.Gzip(TestImage.Layer(p))), "platform", TestLayout.Platform(p)))];
        var index = Layout.Index(platforms);
        var artifact = Layout.Manifest(Layout.Blob(Empty, "{}"u8), [Layout.Blob("application/octet-stream", Ranged)], null, ("artifactType", "test/artifact"));
        var signature = Refers(image, "test/signature", [1]);
        var sbom = Refers(image, "test/sbom", [2]);
        var ofIndex = Layout.Index([], null, ("subject", index), ("artifactType", "test/list"), ("annotations", TestLayout.Texts(("test.conformance", "hello"))));

        Tagged = new Dictionary<string, JsonObject> { ["image"] = image, ["docker"] = docker, ["index"] = index, ["artifact"] = artifact };
        Manifests = new Dictionary<string, JsonObject>(Tagged) { ["platform of the index"] = platforms[1], ["signature"] = signature, ["SBOM"] = sbom, ["index that refers"] = ofIndex };
        Referrers = new Dictionary<string, JsonObject[]> { ["image"] = [signature, sbom], ["index"] = [ofIndex], ["artifact"] = [] };
        foreach (var (tag, manifest) in Tagged)
            Layout.List(manifest, $"{Name}:{tag}");
        foreach (var referrer in Referrers.Values.SelectMany(r => r))
            Layout.List(referrer);

        static JsonObject Refers(JsonObject subject, string type, byte[] blob) => Layout.Manifest(
            Layout.Blob(Empty, "{}"u8), [Layout.Blob("application/octet-stream", blob)], null,
            ("subject", subject), ("artifactType", type), ("annotations", TestLayout.Texts(("test.conformance", "hello"))));
    }

    public static TestLayout Layout { get; } = new();

    public static IReadOnlyDictionary<string, JsonObject> Tagged { get; }

    public static IReadOnlyDictionary<string, JsonObject> Manifests { get; }

    /// <summary>By their subjects.</summary>
    public static IReadOnlyDictionary<string, JsonObject[]> Referrers { get; }

    public static byte[] Ranged { get; } = TestImage.Content(1, RangedBytes);

    /// <summary>Configurations and layers of the manifests with tags.</summary>
    public static IEnumerable<(string Of, JsonObject Descriptor)> Blobs()
    {
        foreach (var (name, manifest) in Tagged.Where(t => t.Key != "index"))
        {
            var json = JsonNode.Parse(Layout[manifest])!;
            yield return ($"configuration of {name}", json["config"]!.AsObject());
            yield return ($"layer of {name}", json["layers"]![0]!.AsObject());
        }
    }
}

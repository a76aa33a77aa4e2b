using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Tests.Running;

/// <summary>The Accept headers that real clients send for a manifest, line by line, as they were observed.</summary>
internal static class Accepts
{
    private static readonly string V1 = MediaType.Schema1Signed.Value;
    private static readonly string V1Unsigned = MediaType.Schema1.Value;
    private static readonly string S2 = MediaType.Schema2.Value;
    private static readonly string List = MediaType.ManifestList.Value;
    private static readonly string OciManifest = MediaType.OciManifest.Value;
    private static readonly string OciIndex = MediaType.OciIndex.Value;

    /// <summary>Docker 20.10 to 28.5, graph driver: in any order.</summary>
    public static readonly string[] Docker = [OciManifest, OciIndex, S2, List, V1, "application/json"];

    /// <summary>Docker 1.10 to 17.03: in any order.</summary>
    public static readonly string[] OldDocker = [S2, List, V1, "application/json"];

    /// <summary>Docker's containerd store and ctr, asking what a tag means.</summary>
    public static readonly string[] Containerd = [$"{S2}, {List}, {OciManifest}, {OciIndex}, */*"];

    public static readonly string[] Skopeo = [OciManifest, S2, V1, V1Unsigned, List, OciIndex];

    public static readonly string[] Crane = [string.Join(',', V1Unsigned, V1, S2, OciManifest, List, OciIndex)];

    public static readonly string[] Oras = [$"{S2}, {List}, {OciManifest}, {OciIndex}, application/vnd.oci.artifact.manifest.v1+json"];

    public static readonly string[] Conformance = [$"{OciManifest}, {OciIndex}"];

    public static IEnumerable<string> Lines(IEnumerable<string> accept) => accept.Select(line => $"Accept: {line}");

    public static IEnumerable<string[]> Permutations(string[] lines)
    {
        if (lines.Length < 2)
            return [lines];
        return lines.SelectMany(first => Permutations([.. lines.Where(l => l != first)]).Select(rest => (string[])[first, .. rest]));
    }
}

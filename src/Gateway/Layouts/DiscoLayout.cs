using System.Text;
using System.Text.Json;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>
/// A repository of disco: the links of a registry's file system, and a list of where the blobs lie.
/// <code>
/// &lt;root&gt;/disco.json                             {"blobs": [{"digest": "&lt;hex&gt;", "cid": "&lt;cid&gt;"}]}
/// &lt;root&gt;/_manifests/tags/&lt;tag&gt;/current/link      sha256:&lt;hex&gt;
/// </code>
/// Source: forta-network/disco, proxy/services/disco.go and paths.go.
/// </summary>
internal sealed class DiscoLayout : ILayout
{
    public const string List = "disco.json";
    private const string TagFolder = "_manifests/tags";
    private const int MaxListBytes = 4 * 1024 * 1024;
    private const int MaxLinkBytes = 1024;
    private const int MaxTags = 64;

    public async ValueTask<Images?> TryOpenAsync(ISource source, Place place, CancellationToken cancel)
    {
        if (await source.ReadAsync(place.Below(List), MaxListBytes, b => TryParse(b) is not null, cancel).ConfigureAwait(false) is not { } bytes)
            return null;
        var places = TryParse(bytes) ?? throw new InvalidDataException($"{place}/{List} is no list of blobs");
        var names = source.IsProven ? await source.ListAsync(place.Below(TagFolder), cancel).ConfigureAwait(false) ?? [] : ["latest"];
        var tagged = new List<Descriptor>();
        foreach (var name in names.Take(MaxTags).Where(n => Tag.TryParse(n, out _)))
        {
            if (await source.ReadAsync(place.Below($"{TagFolder}/{name}/current/link"), MaxLinkBytes, b => Link(b) is not null, cancel).ConfigureAwait(false) is not { } link
                || Link(link) is not { } digest || !places.TryGetValue(digest, out var manifest)
                || await source.ReadAsync(manifest, ManifestFolder.MaxBytes, digest, cancel).ConfigureAwait(false) is not { } content
                || !ManifestFolder.IsManifest(content))
                continue;
            tagged.Add(new Descriptor(Find.Manifests.FormOf(content), digest, content.Length) { Name = name });
        }
        return new Images(tagged, Places.Listed(places));
    }

    private static Digest? Link(byte[] link) => Digest.TryParse(Encoding.ASCII.GetString(link).Trim(), out var digest) && digest.IsSha256 ? digest : null;

    private static Dictionary<Digest, Place>? TryParse(byte[] list)
    {
        try
        {
            using var json = JsonDocument.Parse(list);
            var places = new Dictionary<Digest, Place>();
            foreach (var blob in json.RootElement.GetProperty("blobs").EnumerateArray())
            {
                var text = blob.GetProperty("digest").GetString() ?? "";
                if (Digest.TryParse(text.Contains(':', StringComparison.Ordinal) ? text : $"sha256:{text}", out var digest) && Cid.TryParse(blob.GetProperty("cid").GetString(), out var cid))
                    places.TryAdd(digest, new Place(cid, ""));
            }
            return places;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }
}

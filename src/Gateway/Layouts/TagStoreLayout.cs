using System.Text;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>
/// The tag store of ipdr, which its users publish by DNSLink: each tag is a file with the CID of a root of its own.
/// <code>
/// &lt;path&gt;/&lt;tag&gt;       a CID
/// </code>
/// Source: miguelmota/ipdr, server/registry/resolv.go.
/// </summary>
/// <param name="open">Opens the root of a tag, whatever kind it is of.</param>
internal sealed class TagStoreLayout(Func<ISource, Place, CancellationToken, ValueTask<Images?>> open) : ILayout
{
    private const int MaxTags = 64;
    private const int MaxBytes = 256;

    /// <summary>Of all its roots together: what is known of one stays in memory.</summary>
    private const long MaxKnown = 4 * SmallFiles.MaxBytes;

    public async ValueTask<Images?> TryOpenAsync(ISource source, Place place, CancellationToken cancel)
    {
        if (place.Path.Length == 0)
            return null;
        var names = source.IsProven ? await source.ListAsync(place, cancel).ConfigureAwait(false) ?? [] : ["latest"];
        if (names.Count is 0 or > MaxTags || !names.All(n => Tag.TryParse(n, out _)))
            return null;
        var tags = new List<(string Tag, Images Images)>();
        var known = 0L;
        foreach (var name in names)
        {
            if (await source.ReadAsync(place.Below(name), MaxBytes, b => RootOf(b) is not null, cancel).ConfigureAwait(false) is not { } bytes || RootOf(bytes) is not { } root)
                return null;
            if (await open(source, new Place(root, ""), cancel).ConfigureAwait(false) is not { } images)
                continue;
            if ((known += images.Bytes) > MaxKnown)
                throw new InvalidDataException($"the roots of {place} have more tags, or longer manifests, than images have");
            tags.Add((name, images));
        }
        return tags.Count == 0 ? null : new Images(
            [.. tags.SelectMany(t => Named(t.Images.Index, t.Tag)), .. tags.SelectMany(t => t.Images.Index.Select(d => d with { Name = null }))],
            new Places(digest => tags.SelectMany(t => t.Images.Places.Manifest(digest)), digest => tags.SelectMany(t => t.Images.Places.Blob(digest))) { Bytes = known })
        {
            Given = tags.SelectMany(t => t.Images.Given).DistinctBy(g => g.Key).ToDictionary(),
            Packed = tags.SelectMany(t => t.Images.Packed).DistinctBy(p => p.Key).ToDictionary(),
        };
    }

    /// <summary>The images of a root that has this tag, or the one that it calls latest, or its only one.</summary>
    private static IEnumerable<Descriptor> Named(IReadOnlyList<Descriptor> index, string tag)
    {
        var tags = index.Where(d => d.Name is not null).ToLookup(d => d.Name);
        var its = tags.Contains(tag) ? tag : tags.Contains("latest") ? "latest" : tags.Count == 1 ? tags.First().Key : null;
        return its is null ? [] : tags[its].Select(d => d with { Name = tag });
    }

    private static Cid? RootOf(byte[] content) => Cid.TryParse(Encoding.UTF8.GetString(content).Trim(), out var cid) ? cid : null;
}

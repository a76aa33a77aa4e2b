using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Registry;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>A folder of manifests that are named by tags, and no index over them: the older layouts have one each.</summary>
/// <param name="source">Where it lies.</param>
/// <param name="folder">The folder above it.</param>
internal sealed class ManifestFolder(ISource source, Place folder)
{
    /// <summary>Tags come one by one. Nobody published more of them under one root.</summary>
    private const int MaxTags = 256;

    /// <summary>A longer file is no manifest of an image, whatever the layout.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private readonly Dictionary<Digest, byte[]> _manifests = [];

    /// <summary>The manifests that were read.</summary>
    public IReadOnlyDictionary<Digest, byte[]> Manifests => _manifests;

    /// <summary>The names of files in it. Of a source that lists nothing, the one that must be there if anything is.</summary>
    /// <param name="likeliest">That one.</param>
    public async ValueTask<IReadOnlyList<string>> NamesAsync(string likeliest, CancellationToken cancel) =>
        source.IsProven ? await source.ListAsync(folder.Below(TreePaths.Manifests), cancel).ConfigureAwait(false) ?? [] : [likeliest];

    /// <param name="names">Each tag, and the file that has its manifest.</param>
    /// <param name="cancel">The client's.</param>
    /// <returns>The manifests' descriptors, named by the tags.</returns>
    public async ValueTask<List<Descriptor>> ReadAsync(IEnumerable<(Tag Tag, string File)> names, CancellationToken cancel)
    {
        var found = await new SmallFiles(folder).ReadAsync(
            names.Take(MaxTags), n => source.ReadAsync(folder.Below($"{TreePaths.Manifests}/{n.File}"), MaxBytes, IsManifest, cancel)).ConfigureAwait(false);
        var entries = new List<Descriptor>();
        foreach (var (name, bytes) in found)
        {
            if (!IsManifest(bytes))
                continue;
            var digest = Digest.Sha256(bytes);
            _manifests[digest] = bytes;
            entries.Add(new Descriptor(Find.Manifests.FormOf(bytes), digest, bytes.Length) { Name = name.Tag.ToString() });
        }
        return entries;
    }

    public static bool IsManifest(byte[] bytes)
    {
        try
        {
            return Find.Manifests.IsServable(Find.Manifests.FormOf(bytes));
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}

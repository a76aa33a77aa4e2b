using Image2Ipfs.Gateway.Layouts;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Store;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Lists;

/// <summary>
/// Under which paths of a root repositories lie, as the names of its files tell, whatever the layout: what a list shows. What
/// really lies there is found out when it is pulled.
/// </summary>
internal static class RepositoryPaths
{
    /// <summary>Longer descriptors than this name nothing.</summary>
    private const int MaxDescriptor = 64 * 1024;

    /// <returns>Each path once; nothing for the root itself.</returns>
    public static IReadOnlyList<string> Of(StoredRoot root)
    {
        if (root.IsFile)
            return root.SizeOf(root.Files[0].Link) <= MaxDescriptor && root.TryReadFile("", MaxDescriptor, out var content) && DescriptorLayout.IsDescriptor(content) ? [""] : [];
        var files = root.Files.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        return [.. files.Select(path => FolderOf(path, files)).OfType<string>().Distinct()];
    }

    private static string? FolderOf(string path, HashSet<string> files)
    {
        if (Folder(path, TreePaths.Index) is { } index && files.Contains(Place.Join(index, TreePaths.OciLayout)))
            return index;
        if (path == DiscoLayout.List)
            return "";
        // …/manifests/<tag or digest>, of the layouts without an index.
        var slash = path.LastIndexOf('/');
        return slash > 0 && Folder(path[..slash], TreePaths.Manifests) is { } folder ? IpdrLayout.WithoutPrefix(folder) : null;
    }

    private static string? Folder(string path, string name) =>
        path == name ? "" : path.EndsWith($"/{name}", StringComparison.Ordinal) ? path[..^(name.Length + 1)] : null;
}

using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Tree;

/// <summary>Ties files into directories, and those into one root: the CID that <c>ipfs add -r</c> of the same folder prints.</summary>
public sealed class TreeBuilder(CidProfile profile)
{
    private readonly Folder _root = new();

    /// <param name="path">Where the file lies, components with slashes between them.</param>
    /// <param name="file">The file's CID and total size. The same file may be added twice.</param>
    /// <exception cref="FormatException">Another file, or a folder, lies there.</exception>
    public void Add(string path, DagLink file)
    {
        var folder = _root;
        var components = path.Split('/');
        foreach (var component in components[..^1])
        {
            if (!folder.Folders.TryGetValue(component, out var next))
                folder.Folders.Add(component, next = new Folder());
            if (folder.Files.ContainsKey(component))
                throw Collision(path);
            folder = next;
        }
        if (folder.Folders.ContainsKey(components[^1]) || (folder.Files.TryGetValue(components[^1], out var there) && !there.Cid.Equals(file.Cid)))
            throw Collision(path);
        folder.Files[components[^1]] = file;
    }

    /// <param name="onNode">Takes every directory's nodes, children before parents.</param>
    /// <returns>The root.</returns>
    public DagLink Build(Action<Block> onNode) => Build(_root, onNode);

    private DagLink Build(Folder folder, Action<Block> onNode) => DirectoryDag.Build(
        profile,
        [
            .. folder.Files.Select(f => f.Value with { Name = f.Key }),
            .. folder.Folders.Select(f => Build(f.Value, onNode) with { Name = f.Key }),
        ],
        onNode);

    private static FormatException Collision(string path) => new($"two things would lie at {path} in the tree");

    private sealed class Folder
    {
        public SortedDictionary<string, DagLink> Files { get; } = new(StringComparer.Ordinal);

        public SortedDictionary<string, Folder> Folders { get; } = new(StringComparer.Ordinal);
    }
}

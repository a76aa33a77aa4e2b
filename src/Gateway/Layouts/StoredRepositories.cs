using Image2Ipfs.Store;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>Repositories of roots that lie in the store.</summary>
internal sealed class StoredRepositories(LocalStore store)
{
    /// <returns>The repository, or null where the root has none of this name.</returns>
    /// <exception cref="InvalidDataException">Its index cannot be read.</exception>
    public Repository? Open(StoredRoot root, string name) =>
        name.Length > 0 && root.TryReadFile($"{name}/{TreePaths.Index}", TreeIndex.MaxBytes, out var index)
            ? new Repository(TreeIndex.Parse($"{root.Cid}/{name}", index), new StoredContent(store, root, name))
            : null;
}

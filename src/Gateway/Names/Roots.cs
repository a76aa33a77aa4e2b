using Image2Ipfs.Gateway.Layouts;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Microsoft.Extensions.Caching.Memory;

namespace Image2Ipfs.Gateway.Names;

/// <summary>From the name that a client pulls to the repository in the store: the first component is the root, the rest lies below it.</summary>
internal sealed class Roots(LocalStore store, IMemoryCache cache)
{
    /// <returns>The repository, or null where the store has no such root or the root no such name.</returns>
    /// <exception cref="InvalidDataException">The root's file is damaged.</exception>
    public Repository? Find(RepositoryName name)
    {
        var text = name.ToString();
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && Cid.TryParse(text[..slash], out var cid) && Open(cid) is { } root ? root.Repository(text[(slash + 1)..]) : null;
    }

    /// <summary>A root is read once; whether it is still there is looked up each time, since a publisher may remove it.</summary>
    private OpenRoot? Open(Cid cid)
    {
        var key = (typeof(Roots), cid);
        if (cache.TryGetValue(key, out OpenRoot? open) && File.Exists(open!.File))
            return open;
        if (store.Open(cid) is not { } root)
        {
            cache.Remove(key);
            return null;
        }
        open = new OpenRoot(root, store.RootFile(root.Cid));
        // Its directories lie in memory as bytes and again as entries.
        return cache.Set(key, open, new MemoryCacheEntryOptions { Size = 2 * root.Bytes });
    }

    private sealed class OpenRoot(StoredRoot root, string file)
    {
        private readonly Dictionary<string, Repository> _repositories = Layouts.Repository.AllOf(root);

        public string File { get; } = file;

        public Repository? Repository(string name) => _repositories.GetValueOrDefault(name);
    }
}

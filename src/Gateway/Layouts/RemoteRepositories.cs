using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Store;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>
/// Repositories of roots that lie with upstreams. Index and directories come at once, each with the proof that the root holds
/// it. Where no upstream gives blocks, the index comes as a plain file, from one that is believed.
/// </summary>
internal sealed class RemoteRepositories(Dag dag, Plain plain, Fetches fetches, LocalStore store, UpstreamPool pool)
{
    /// <returns>The repository, or null where it is known that there is none.</returns>
    /// <exception cref="UpstreamsFailedException">Nobody says.</exception>
    public async Task<Repository?> OpenAsync(Cid root, string name, CancellationToken cancel)
    {
        // The root itself is no repository of this layout.
        if (name.Length == 0)
            return null;
        try
        {
            if (pool.Ranked().Any(u => u.Ways.Best != Way.Path))
                return await FromBlocksAsync(root, name, cancel).ConfigureAwait(false);
        }
        catch (UpstreamsFailedException e) when (e.Attempts.Any(a => a.Kind == FaultKind.NotThisWay) && pool.Ranked().Any(pool.IsBelieved))
        {
            // None of those that may know it give blocks.
        }
        return await FromPlainAsync(root, name, cancel).ConfigureAwait(false);
    }

    private async Task<Repository?> FromBlocksAsync(Cid root, string name, CancellationToken cancel)
    {
        var index = dag.FileAsync(root, $"{name}/{TreePaths.Index}", TreeIndex.MaxBytes, cancel);
        var manifests = dag.DirectoryAsync(root, $"{name}/{TreePaths.Manifests}", cancel);
        var blobs = dag.DirectoryAsync(root, $"{name}/{TreePaths.Blobs}", cancel);
        await Task.WhenAll(index, manifests, blobs).ConfigureAwait(false);
        if (await index.ConfigureAwait(false) is not { } bytes)
            return null;
        try
        {
            return new Repository(TreeIndex.Parse($"{root}/{name}", bytes), new DagContent(dag, fetches, store, await manifests.ConfigureAwait(false) ?? [], await blobs.ConfigureAwait(false) ?? []));
        }
        catch (InvalidDataException e)
        {
            throw UpstreamsFailedException.WrongTree($"{root}/{name}", e);
        }
    }

    private async Task<Repository?> FromPlainAsync(Cid root, string name, CancellationToken cancel) =>
        await plain.IndexAsync(root, name, pool.IsBelieved, cancel).ConfigureAwait(false) is { } index
            ? new Repository(index, new PlainContent(plain, fetches, store, root, name, index))
            : null;
}

using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Gateway.Sources;

/// <summary>Roots that lie with upstreams, as blocks: every directory on the way is proven by its CID.</summary>
internal sealed class BlockSource(Dag dag, Fetches fetches, ContentRules rules, LocalStore store) : ISource
{
    /// <summary>Up to this size a blob comes as one small thing, asked of a second upstream when the first is slow.</summary>
    private const int Small = 1024 * 1024;

    public bool IsProven => true;

    public async ValueTask<bool> HasAsync(Cid root, CancellationToken cancel) => await OrAbsentAsync(HeadAsync(root, cancel)).ConfigureAwait(false) is not null;

    public async ValueTask<IReadOnlyList<string>?> ListAsync(Place directory, CancellationToken cancel) =>
        await OrAbsentAsync(dag.DirectoryAsync(directory.Root, directory.Path, cancel)).ConfigureAwait(false) is { } entries ? [.. entries.Select(e => e.Name)] : null;

    public async ValueTask<byte[]?> ReadAsync(Place file, int maxBytes, Func<byte[], bool> fits, CancellationToken cancel) =>
        await OrAbsentAsync(dag.FileAsync(file.Root, file.Path, maxBytes, cancel)).ConfigureAwait(false);

    public async ValueTask<byte[]?> ReadAsync(Place file, int maxBytes, Digest digest, CancellationToken cancel)
    {
        var content = await ReadAsync(file, maxBytes, _ => true, cancel).ConfigureAwait(false);
        return content is null || Digest.Sha256(content) == digest ? content : throw Broken($"{file} is not what its name says");
    }

    public async ValueTask<(IBody Body, long Size)?> OpenAsync(Place file, Digest? digest, Wanted part, Func<Task<long?>> size, CancellationToken cancel)
    {
        if (await OrAbsentAsync(dag.FindAsync(file.Root, file.Path, cancel)).ConfigureAwait(false) is not { } link)
            return null;
        rules.Check(link.Cid);
        // An image of one's own may have the same layer.
        if (digest is { } named && store.OpenBlob(named) is { } own)
            return (new FileBody(own, path: store.BlobFile(named)), RandomAccess.GetLength(own));
        if (link.TotalSize <= Small && await dag.FileAsync(link.Cid, "", 2 * Small, cancel).ConfigureAwait(false) is { } content)
            return (new MemoryBody(content), content.Length);
        try
        {
            return await fetches.OpenAsync(link.Cid, digest, $"/ipfs/{link.Cid}", part, cancel).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw Broken($"{file}: {e.Message}");
        }
    }

    public Exception Broken(string problem) => UpstreamsFailedException.WrongTree("the tree", new InvalidDataException(problem));

    private async Task<Block?> HeadAsync(Cid root, CancellationToken cancel) => await dag.BlockAsync(root, cancel).ConfigureAwait(false);

    /// <summary>Gateways prove that a path is there, and only say that it is not.</summary>
    private static async Task<T?> OrAbsentAsync<T>(Task<T?> asking)
    {
        try
        {
            return await asking.ConfigureAwait(false);
        }
        catch (UpstreamsFailedException e) when (e.IsKnownAbsent)
        {
            return default;
        }
    }
}

using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Gateway.Sources;

/// <summary>
/// Roots that lie with upstreams which give plain paths only. No directory is known: what is asked for is asked for by its
/// path, and checked by its digest. Where it has none, only an upstream that the settings believe is asked.
/// </summary>
internal sealed class PathSource(Plain plain, Fetches fetches, LocalStore store, UpstreamPool pool) : ISource
{
    public bool IsProven => false;

    public ValueTask<bool> HasAsync(Cid root, CancellationToken cancel) => ValueTask.FromResult(true);

    public ValueTask<IReadOnlyList<string>?> ListAsync(Place directory, CancellationToken cancel) => default;

    public async ValueTask<byte[]?> ReadAsync(Place file, int maxBytes, Func<byte[], bool> fits, CancellationToken cancel) =>
        await plain.BelievedAsync($"{file}", maxBytes, fits, pool.IsBelieved, cancel).ConfigureAwait(false);

    public async ValueTask<byte[]?> ReadAsync(Place file, int maxBytes, Digest digest, CancellationToken cancel) =>
        await plain.DigestedAsync($"{file}", digest, maxBytes, cancel).ConfigureAwait(false);

    public async ValueTask<(IBody Body, long Size)?> OpenAsync(Place file, Digest? digest, Wanted part, Func<Task<long?>> size, CancellationToken cancel)
    {
        if (digest is not { } named)
            return null;
        if (store.OpenBlob(named) is { } own)
            return (new FileBody(own, path: store.BlobFile(named)), RandomAccess.GetLength(own));
        try
        {
            return await fetches.OpenAsync(null, named, $"/ipfs/{file}", part, cancel, await size().ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (UpstreamsFailedException e) when (e.IsKnownAbsent)
        {
            return null;
        }
    }

    public Exception Broken(string problem) => UpstreamsFailedException.WrongTree("the tree", new InvalidDataException(problem));
}

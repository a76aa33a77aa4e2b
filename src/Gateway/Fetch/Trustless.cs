using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>
/// The two trustless ways to ask an upstream. An answer of another type says that it does not know the way: old gateways
/// overlook <c>?format</c>, and answer the file, or a page.
/// Source: ipfs/specs, src/http-gateways/trustless-gateway.md.
/// </summary>
internal static class Trustless
{
    private const int MaxBlock = 2 * 1024 * 1024;

    /// <param name="path">/ipfs/CID, or a path below it.</param>
    /// <param name="scope">More of the query, from the ampersand on.</param>
    public static async Task<UpstreamBody> GetCarAsync(Upstream upstream, string path, string scope, CancellationToken cancel) =>
        await GetAsync(upstream, $"{path}?format=car{scope}", "application/vnd.ipld.car", Way.Car, cancel).ConfigureAwait(false);

    public static async Task<Block> GetBlockAsync(Upstream upstream, Cid cid, CancellationToken cancel)
    {
        using var body = await GetAsync(upstream, $"/ipfs/{cid}?format=raw", "application/vnd.ipld.raw", Way.Raw, cancel).ConfigureAwait(false);
        var block = await body.ReadAllAsync(MaxBlock).ConfigureAwait(false);
        return cid.Matches(block) ? new Block(cid, block) : throw new UpstreamFault(FaultKind.Wrong, $"sent wrong bytes for the block {cid}");
    }

    private static async Task<UpstreamBody> GetAsync(Upstream upstream, string target, string type, Way way, CancellationToken cancel)
    {
        var body = await upstream.GetAsync(target, null, cancel).ConfigureAwait(false);
        if (body.MediaType == type)
            upstream.Ways.Worked(way);
        // One without a type is looked into: what it is, the hashes say.
        if (body.MediaType is null || body.MediaType == type)
            return body;
        using (body)
            throw new UpstreamFault(FaultKind.NotThisWay, $"answered {body.MediaType} instead of {type}");
    }
}

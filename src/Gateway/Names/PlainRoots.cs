using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Names;

/// <summary>Where a name points, as an upstream says it that has resolved the name by itself: nothing proves it.</summary>
internal sealed class PlainRoots(UpstreamPool pool, Asking asking)
{
    /// <param name="path">/ipns/ and a name.</param>
    /// <param name="suits">Which of those that are believed may be asked.</param>
    /// <returns>The CID at the path's end, and how long the upstream would keep it.</returns>
    /// <exception cref="UpstreamsFailedException">None of them says it.</exception>
    public Task<(Cid Root, TimeSpan? Ttl)> AskAsync(string path, Func<Upstream, bool> suits) => pool.IsEmpty
        ? throw new UpstreamsFailedException(path, [new Attempt("upstreams", FaultKind.Absent, "there are none", null, 0)])
        : asking.AskAsync(path, (u, c) => AskOneAsync(u, path, c), u => pool.IsBelieved(u) && suits(u), CancellationToken.None);

    private static async Task<(Cid Root, TimeSpan? Ttl)> AskOneAsync(Upstream upstream, string path, CancellationToken cancel)
    {
        using var head = await upstream.HeadAsync($"{path}/", cancel).ConfigureAwait(false);
        // The header is some years younger than gateways are. They have the CID in the entity tag; of a directory's page, at its end.
        var text = head.LastRoot ?? head.ETag?.Trim('"').Split("_CID-")[^1];
        return Cid.TryParse(text, out var root) && root.Codec != Cid.Libp2pKey
            ? (root, head.MaxAge)
            : throw new UpstreamFault(FaultKind.NotThisWay, $"does not say what {path} is");
    }
}

using System.Text;
using System.Text.RegularExpressions;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Names;

/// <summary>Where a name points, as an upstream says it that has resolved the name by itself: nothing proves it.</summary>
internal sealed partial class PlainRoots(UpstreamPool pool, Asking asking)
{
    private const string Page = "text/html";

    /// <summary>A page's title stands at its beginning.</summary>
    private const int TitleWithin = 4096;

    /// <param name="path">/ipns/ and a name.</param>
    /// <param name="suits">Which of those that are believed may be asked.</param>
    /// <returns>The path's end, and how long the upstream would keep it.</returns>
    /// <exception cref="UpstreamsFailedException">None of them says it.</exception>
    public Task<(RootName.Fixed Target, TimeSpan? Ttl)> AskAsync(string path, Func<Upstream, bool> suits) => pool.IsEmpty
        ? throw new UpstreamsFailedException(path, [new Attempt("upstreams", FaultKind.Absent, "there are none", null, 0)])
        : asking.AskAsync(path, (u, c) => AskOneAsync(u, path, c), u => pool.IsBelieved(u) && suits(u), CancellationToken.None);

    private static async Task<(RootName.Fixed Target, TimeSpan? Ttl)> AskOneAsync(Upstream upstream, string path, CancellationToken cancel)
    {
        using var head = await upstream.HeadAsync($"{path}/", cancel).ConfigureAwait(false);
        // The header is some years younger than gateways are. They have the CID in the entity tag; of a directory's page, at its end.
        var text = head.LastRoot ?? head.ETag?.Trim('"').Split("_CID-")[^1];
        if (Cid.TryParse(text, out var root) && root.Codec != Cid.Libp2pKey)
            return (new RootName.Fixed(new Place(root, "")), head.MaxAge);
        if (text is null && head.MediaType == Page && await ReadTitleAsync(upstream, path, cancel).ConfigureAwait(false) is { } target)
            return (target, head.MaxAge);
        throw new UpstreamFault(FaultKind.NotThisWay, $"does not say what {path} is");
    }

    /// <summary>js-ipfs has neither for a directory: only the page's title is the path that the name led to.</summary>
    private static async Task<RootName.Fixed?> ReadTitleAsync(Upstream upstream, string path, CancellationToken cancel)
    {
        using var page = await upstream.GetAsync($"{path}/", null, cancel, Page).ConfigureAwait(false);
        var title = Title().Match(Encoding.UTF8.GetString(await page.ReadFirstAsync(TitleWithin).ConfigureAwait(false)));
        return title.Success ? RootName.ParsePath(title.Groups[1].Value) as RootName.Fixed : null;
    }

    [GeneratedRegex("<title>([^<]*)</title>")]
    private static partial Regex Title();
}

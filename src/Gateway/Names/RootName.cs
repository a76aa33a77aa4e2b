using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Ipns;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Names;

/// <summary>
/// What the beginning of a repository's name means.
/// <code>
/// name := ["ipfs/"] root ["/" path]                     root: a CID in a text form without upper-case letters
///       | ["ipns/"] key ["/" path]                      key: an IPNS name as a CID of the codec libp2p-key;
///                                                       after "ipns/" also the dockerized hash of an RSA key
///       | ["ipns/"] domain ["/" path]                   domain: see <see cref="Domain"/>
/// </code>
/// A CID is no domain: it has no dot. The same grammar with a slash before it is that of the values of IPNS records and
/// DNSLinks, where "ipfs" or "ipns" is always there, and upper-case letters may be.
/// </summary>
internal abstract record RootName
{
    private const int MaxPath = 1024;

    /// <summary>The root's CID is in the name: what lies there never changes.</summary>
    internal sealed record Fixed(Place Place) : RootName;

    /// <param name="Name">It has to be resolved first.</param>
    /// <param name="Path">What lies below the place that it points to.</param>
    internal sealed record Moving(MovingName Name, string Path) : RootName;

    /// <returns>Null where it begins with neither.</returns>
    public static RootName? Parse(RepositoryName name)
    {
        var text = name.ToString();
        var (first, rest) = Cut(text);
        if (first is "ipfs" or "ipns")
            return Parse(first, rest);
        if (Cid.TryParse(first, out var cid))
            return cid.Codec == Cid.Libp2pKey ? Parse("ipns", text) : new Fixed(new Place(cid, rest));
        return Domain.TryParse(first, out var domain) ? new Moving(new MovingName.Link(domain), rest) : null;
    }

    /// <summary>The value of a record or DNSLink.</summary>
    /// <returns>Null where it is none that we follow.</returns>
    public static RootName? ParsePath(string path)
    {
        if (!path.StartsWith('/'))
            return null;
        var (space, rest) = Cut(path[1..]);
        return rest.TrimEnd('/') is var trimmed && IsPlain(Cut(trimmed).Below) ? Parse(space, trimmed) : null;
    }

    private static RootName? Parse(string space, string text)
    {
        var (first, rest) = Cut(text);
        return space switch
        {
            "ipfs" when Cid.TryParse(first, out var cid) && cid.Codec != Cid.Libp2pKey => new Fixed(new Place(cid, rest)),
            "ipns" when IpnsName.TryParse(first, out var key) => new Moving(new MovingName.Key(key), rest),
            "ipns" when Domain.TryParse(first, out var domain) => new Moving(new MovingName.Link(domain), rest),
            _ => null,
        };
    }

    /// <summary>
    /// A path that comes of a record is anybody's text, and goes into the addresses that upstreams are asked for: what would
    /// lead out of the root there, or begin a query, is not followed.
    /// </summary>
    private static bool IsPlain(string path) =>
        path.Length == 0
        || (path.Length <= MaxPath && Array.TrueForAll(path.Split('/'), name => name is not ("" or "." or "..") && name.All(c => char.IsAsciiLetterOrDigit(c) || "-._~:@+=,".Contains(c, StringComparison.Ordinal))));

    private static (string First, string Below) Cut(string text) =>
        text.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0 ? (text[..slash], text[(slash + 1)..]) : (text, "");
}

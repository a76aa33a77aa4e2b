using Image2Ipfs.Gateway.Mirror;
using Image2Ipfs.Gateway.Names;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Ipns;
using SimpleBase;

namespace Image2Ipfs.Gateway.Rules;

/// <summary>
/// A root or a name, spelt as rules are looked up by it, and a path below it.
/// <code>
/// entry := ["/"] ["ipfs/"] root ["/" path]             root: a CID in any text form
///        | ["/"] "ipns/" (key | domain) ["/" path]     key: an IPNS name in any text form
///        | key ["/" path]                              a CID of the codec libp2p-key
///        | domain ["/" path]                           a DNSLink, or the host of another registry: both are meant
///        | host ["/" path]                             the host of another registry, with a port or without a dot
/// </code>
/// </summary>
/// <param name="Key">The multihash of a root, whatever its version and codec; /ipns/ and the name; the host of a registry.</param>
/// <param name="Path">Components with slashes between them, or nothing.</param>
internal readonly record struct ListedName(string Key, string Path)
{
    public static string KeyOf(Cid root) => Base58.Bitcoin.Encode(root.Multihash);

    public static string KeyOf(MovingName name) => name.ToString()!;

    public static string KeyOfRegistry(string host) => $"registry {host}";

    /// <returns>What an entry of a list means; nothing where it means nothing.</returns>
    public static IReadOnlyList<ListedName> Parse(string entry)
    {
        var text = entry.StartsWith('/') ? entry[1..] : entry;
        var (first, rest) = Cut(text);
        var (space, name) = first is "ipfs" or "ipns" ? (first, rest) : ("", text);
        (first, var path) = Cut(name);
        path = path.TrimEnd('/');
        if (path.Split('/') is var components && path.Length > 0 && Array.Exists(components, c => c is "" or "." or ".."))
            return [];
        if (space != "ipns" && Cid.TryParse(first, out var cid) && cid.Codec != Cid.Libp2pKey)
            return [new ListedName(KeyOf(cid), path)];
        if (space == "ipfs")
            return [];
        if ((space == "ipns" || Cid.TryParse(first, out _)) && IpnsName.TryParse(first, out var key))
            return [new ListedName(KeyOf(new MovingName.Key(key)), path)];
        var names = new List<ListedName>();
        if (Domain.TryParse(first, out var domain))
            names.Add(new ListedName(KeyOf(new MovingName.Link(domain)), path));
        if (space.Length == 0 && HubName.TryParse(name.TrimEnd('/'), out var hub))
            names.Add(new ListedName(KeyOfRegistry(hub.Registry), hub.Path));
        return names;
    }

    private static (string First, string Below) Cut(string text) =>
        text.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0 ? (text[..slash], text[(slash + 1)..]) : (text, "");
}

/// <summary>Entries of a list, each with all that lies below it.</summary>
internal sealed class NameSet
{
    private readonly Dictionary<string, List<string>> _paths = new(StringComparer.Ordinal);

    public NameSet(IEnumerable<string> entries)
    {
        foreach (var (key, path) in entries.SelectMany(ListedName.Parse))
        {
            if (!_paths.TryGetValue(key, out var paths))
                _paths.Add(key, paths = []);
            paths.Add(path);
        }
    }

    /// <summary>Whether it is one of them, or lies below one.</summary>
    public bool Has(string key, string path) => _paths.TryGetValue(key, out var paths) && paths.Exists(above => IsBelow(path, above));

    private static bool IsBelow(string path, string above) =>
        above.Length == 0 || (path.StartsWith(above, StringComparison.Ordinal) && (path.Length == above.Length || path[above.Length] == '/'));
}

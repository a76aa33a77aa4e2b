using System.Security.Cryptography;
using System.Text;
using Image2Ipfs.Gateway.Names;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Rules;

/// <summary>
/// What is looked up in the lists: a root or a name, and a path below it; no path is the block itself. What the lists know it
/// by is made when the first one wants it.
/// <code>
/// plain:                     the multihash, or the name; the path
/// hashed by any function:    base58btc(multihash) ["/" path]            "/ipns/" domain ["/" path]
/// hashed as badbits did it:  base32(CIDv1) "/" path                     domain "/" path
/// </code>
/// Source: ipfs/specs, src/compact-denylist-format.md, "//DOUBLE-HASH".
/// </summary>
internal sealed class Subject
{
    private readonly string _modern;
    private readonly Func<string> _legacy;
    private readonly Dictionary<ulong, byte[]> _hashes = [];
    private Hash256? _legacyHash;

    private Subject(string key, Cid? block, string path, string text, string modern, Func<string> legacy) =>
        (Key, Block, Path, Text, _modern, _legacy) = (key, block, path, text, modern, legacy);

    /// <inheritdoc cref="ListedName.Key"/>
    public string Key { get; }

    /// <summary>The CID where it is the block itself that is looked up, or null.</summary>
    public Cid? Block { get; }

    public string Path { get; }

    /// <summary>As a client writes it.</summary>
    public string Text { get; }

    /// <param name="root">A root, or any block.</param>
    /// <param name="path">Decoded names with slashes between them.</param>
    public static Subject Of(Cid root, string path = "")
    {
        var key = ListedName.KeyOf(root);
        return new Subject(key, path.Length == 0 ? root : null, path, Below($"/ipfs/{root}", path), Below(key, path), root.ToBase32);
    }

    /// <summary>A blob or manifest is a block too, whose CID is the digest in another spelling.</summary>
    public static Subject Of(Digest sha256)
    {
        var block = Cid.V1(Cid.Raw, sha256.ToHash());
        var key = ListedName.KeyOf(block);
        return new Subject(key, block, "", sha256.ToString(), key, block.ToBase32);
    }

    /// <summary>A name that is none of ours, and that an upstream may know.</summary>
    public static Subject Of(string name, string path)
    {
        var text = Below($"/ipns/{name}", path);
        return new Subject($"/ipns/{name}", null, path, text, text, () => name);
    }

    public static Subject Of(MovingName name, string path)
    {
        var text = Below($"{name}", path);
        return name is MovingName.Key(var key)
            ? new Subject(ListedName.KeyOf(name), null, path, text, Below(key.ToBase58(), path), key.ToBase32)
            : new Subject(ListedName.KeyOf(name), null, path, text, text, () => $"{name}"["/ipns/".Length..]);
    }

    /// <summary>The hash by which a rule of today's form names it.</summary>
    public byte[] Hash(ulong function)
    {
        if (!_hashes.TryGetValue(function, out var hash))
            _hashes.Add(function, hash = HashFunctions.Hash(function, Encoding.UTF8.GetBytes(_modern)));
        return hash;
    }

    /// <summary>The hash by which a rule of the older form names it.</summary>
    public Hash256 LegacyHash() => _legacyHash ??= Hash256.Of(SHA256.HashData(Encoding.UTF8.GetBytes($"{_legacy()}/{Path}")));

    private static string Below(string text, string path) => path.Length == 0 ? text : $"{text}/{path}";
}

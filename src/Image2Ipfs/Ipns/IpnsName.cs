using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Image2Ipfs.Ipfs;
using SimpleBase;

namespace Image2Ipfs.Ipns;

/// <summary>
/// An IPNS name: the multihash of a public key.
/// <code>
/// name := 0x00 length key        identity: the key itself, where it is short
///       | 0x12 0x20 sha2-256(key)
///
/// text := CIDv1 of the codec libp2p-key, in any multibase (k51…, bafzaa…)
///       | the multihash in base58btc, the old way (12D3KooW…, Qm…), or as a CIDv0 is dockerized (ciq…)
/// </code>
/// Sources: ipfs/specs, src/ipns/ipns-record.md, "IPNS Name"; libp2p/specs, peer-ids/peer-ids.md.
/// </summary>
public sealed class IpnsName : IEquatable<IpnsName>
{
    private const int Identity = 0x00;
    private const int Sha2_256 = 0x12;

    private readonly Cid _cid;

    private IpnsName(Cid cid) => _cid = cid;

    /// <summary>The key where the name holds it.</summary>
    internal ReadOnlySpan<byte> InlinedKey => _cid.IsIdentity ? _cid.Hash : default;

    /// <returns>Whether it can name a key. A CIDv0 can be read as either.</returns>
    public static bool TryFrom(Cid cid, [NotNullWhen(true)] out IpnsName? name)
    {
        name = null;
        if ((cid.Version == 1 && cid.Codec != Cid.Libp2pKey) || cid.HashFunction is not (Identity or Sha2_256))
            return false;
        name = new IpnsName(cid.Version == 1 ? cid : Of([Sha2_256, 32, .. cid.Hash]));
        return true;
    }

    /// <summary>In any text form named above.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out IpnsName? name)
    {
        name = null;
        if (Cid.TryParse(text, out var cid))
            return TryFrom(cid, out name);
        // An identity multihash begins with a zero byte, and so with a 1.
        if (text is not ['1', _, ..] || text.Length > 100)
            return false;
        var bytes = new byte[text.Length];
        return Base58.Bitcoin.TryDecode(text, bytes, out var length)
            && bytes is [Identity, var keyLength and > 0 and < 0x80, ..] && length == keyLength + 2
            && TryFrom(Of(bytes.AsSpan(0, length)), out name);
    }

    /// <exception cref="FormatException">The text is no IPNS name.</exception>
    public static IpnsName Parse(string text) => TryParse(text, out var name) ? name : throw new FormatException($"'{text}' is not an IPNS name");

    /// <summary>Whether this is the key that it names.</summary>
    internal bool IsOf(ReadOnlySpan<byte> key) => _cid.Hash.SequenceEqual(_cid.IsIdentity ? key : SHA256.HashData(key));

    /// <summary>Base36, as it is written today: lower-case, and short enough for a label of a domain.</summary>
    public override string ToString() => _cid.ToBase36();

    /// <summary>The same CID in the base of other CIDs.</summary>
    public string ToBase32() => _cid.ToBase32();

    /// <summary>As gateways read it that are older than its CID.</summary>
    public string ToBase58() => Base58.Bitcoin.Encode([(byte)_cid.HashFunction, (byte)_cid.Hash.Length, .. _cid.Hash]);

    public bool Equals(IpnsName? other) => _cid.Equals(other?._cid);

    public override bool Equals(object? obj) => Equals(obj as IpnsName);

    public override int GetHashCode() => _cid.GetHashCode();

    private static Cid Of(ReadOnlySpan<byte> multihash)
    {
        ReadOnlySpan<byte> bytes = [1, (byte)Cid.Libp2pKey, .. multihash];
        return Cid.Read(ref bytes);
    }
}

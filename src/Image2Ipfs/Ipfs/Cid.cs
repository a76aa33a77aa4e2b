using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using SimpleBase;

namespace Image2Ipfs.Ipfs;

/// <summary>
/// A content identifier of IPFS.
/// <code>
/// CIDv0 := 0x12 0x20 hash(32)                                 sha2-256 of a dag-pb block
/// CIDv1 := 0x01 codec(varint) function(varint) length(varint) hash
///
/// text of v0:  base58btc without prefix (Qm…, 46 characters), or "dockerized": base32 without prefix (ciq…, 55),
///              or base36 without prefix (mu…, 52)
/// text of v1:  multibase: b… base32, k… base36, f… base16, z… base58btc, v… base32hex, h… base32z, c… and t… base32 and
///              base32hex with padding, where none is needed, 0… base2, 7… base8, 9… base10
/// </code>
/// Sources: multiformats/cid; multiformats/multibase. The forms without prefix but base58's are image2ipfs's own: base58
/// has upper-case letters, which a repository name cannot hold. They cannot be mistaken: all 34 bytes of a v0 in base36
/// begin with mud to muk, where base64's m would be followed by upper-case letters.
/// </summary>
public sealed class Cid : IEquatable<Cid>
{
    public const ulong Raw = 0x55;
    public const ulong DagPb = 0x70;

    /// <summary>Not of a block: of a public key, whose hash is an IPNS name.</summary>
    public const ulong Libp2pKey = 0x72;
    private const byte Sha2_256 = 0x12;
    private const int MaxHashBytes = 128;

    private readonly byte[] _bytes;
    private readonly int _hashStart;

    private Cid(byte[] bytes, int version, ulong codec, ulong hashFunction, int hashStart)
        => (_bytes, Version, Codec, HashFunction, _hashStart) = (bytes, version, codec, hashFunction, hashStart);

    public int Version { get; }

    /// <summary>How the block is encoded: <see cref="Raw"/>, <see cref="DagPb"/> or another code of the multicodec table.</summary>
    public ulong Codec { get; }

    /// <summary>The multihash function's code: 0x12 sha2-256, 0x13 sha2-512, 0x00 identity.</summary>
    public ulong HashFunction { get; }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public ReadOnlySpan<byte> Hash => _bytes.AsSpan(_hashStart);

    /// <summary>The hash with its function and length: the same of all versions and codecs.</summary>
    public ReadOnlySpan<byte> Multihash => Version == 0 ? _bytes : _bytes.AsSpan(1 + Varint.Length(Codec));

    public bool IsIdentity => HashFunction == 0;

    /// <summary>The CIDv0 of the dag-pb block whose sha2-256 is these 32 bytes.</summary>
    public static Cid V0(ReadOnlySpan<byte> sha256) => new([Sha2_256, 32, .. sha256], 0, DagPb, Sha2_256, 2);

    /// <param name="codec">Below 128, as all that we write are.</param>
    /// <param name="sha256">The block's sha2-256, 32 bytes.</param>
    public static Cid V1(ulong codec, ReadOnlySpan<byte> sha256) => new([1, (byte)codec, Sha2_256, 32, .. sha256], 1, codec, Sha2_256, 4);

    /// <summary>Reads one CID off the front of the span; a CAR section and a dag-pb link hold it so.</summary>
    /// <exception cref="InvalidDataException">There is no CID that we can read.</exception>
    public static Cid Read(ref ReadOnlySpan<byte> from)
    {
        var start = from;
        if (from.Length >= 34 && from[0] == Sha2_256 && from[1] == 32)
        {
            from = from[34..];
            return V0(start[2..34]);
        }
        if (Varint.Read(ref from) is var version && version != 1)
            throw new InvalidDataException($"CID version {version} is not known");
        var codec = Varint.Read(ref from);
        var function = Varint.Read(ref from);
        var length = Varint.Read(ref from);
        if (length > MaxHashBytes || length > (ulong)from.Length || (function == Sha2_256 && length != 32))
            throw new InvalidDataException("a CID's hash has a wrong length");
        var hashStart = start.Length - from.Length;
        // Every number has one spelling, the shortest, so that a CID's bytes have one too.
        if (hashStart != 1 + Varint.Length(codec) + Varint.Length(function) + Varint.Length(length))
            throw new InvalidDataException("a CID has a number that is not written the shortest way");
        from = from[(int)length..];
        return new Cid(start[..(hashStart + (int)length)].ToArray(), 1, codec, function, hashStart);
    }

    /// <summary>A CID in any text form named above. The dockerized form goes before multibase: both may start with c.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Cid? cid)
    {
        cid = null;
        if (text is null or { Length: < 2 or > 300 })
            return false;
        var (version, bytes) = text switch
        {
            ['c', 'i', 'q', ..] when text.Length == 55 => (0, Decode(Base32.Rfc4648, text)),
            ['m', 'u', ..] when text.Length == 52 => (0, Decode(Base36.LowerCase, text)),
            ['Q', 'm', ..] when text.Length == 46 => (0, Decode(Base58.Bitcoin, text)),
            _ => (1, Coder(text) is { } coder ? Decode(coder, text.AsSpan(1)) : null),
        };
        if (bytes is null)
            return false;
        try
        {
            ReadOnlySpan<byte> rest = bytes;
            var read = Read(ref rest);
            if (rest.IsEmpty && read.Version == version)
                cid = read;
        }
        catch (InvalidDataException)
        {
            return false;
        }
        return cid is not null;
    }

    /// <summary>What the multibase prefix says, of the bases that have no upper-case letters, and base58.</summary>
    private static INonAllocatingBaseCoder? Coder(string text) => text[0] switch
    {
        'b' => Base32.Rfc4648,
        'k' => Base36.LowerCase,
        'f' => Base16.LowerCase,
        'z' => Base58.Bitcoin,
        'v' => Base32.ExtendedHexLower,
        'h' => Base32.ZBase32,
        'c' when text.Length % 8 == 1 => Base32.Rfc4648,
        't' when text.Length % 8 == 1 => Base32.ExtendedHexLower,
        '0' => Base2.Default,
        '7' => Base8.Default,
        '9' => Base10.Default,
        _ => null,
    };

    /// <exception cref="FormatException">The text is no CID.</exception>
    public static Cid Parse(string text) => TryParse(text, out var cid) ? cid : throw new FormatException($"'{text}' is not a CID");

    private static byte[]? Decode(INonAllocatingBaseCoder coder, ReadOnlySpan<char> text)
    {
        // The coders also take upper case and padding; a CID's text is one text only.
        if (coder is not Base58 && text.ContainsAnyExcept(LowerAlphanumeric))
            return null;
        var bytes = new byte[Math.Max(coder.GetSafeByteCountForDecoding(text), 64)];
        if (!coder.TryDecode(text, bytes, out var written))
            return null;
        // Not all bases use all bits of their last character; set, they would make a second text of the same bytes.
        return text.Equals(((IBaseCoder)coder).Encode(bytes.AsSpan(0, written)), coder is Base58 ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase)
            ? bytes[..written]
            : null;
    }

    private static readonly SearchValues<char> LowerAlphanumeric = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");

    /// <summary>The same content's other versions' CIDs: v1 for v0, and v0 for a v1 that has one.</summary>
    public Cid ToV1() => Version == 1 ? this : V1(DagPb, Hash);

    public Cid? ToV0() => Version == 0 ? this : Codec == DagPb && HashFunction == Sha2_256 ? V0(Hash) : null;

    /// <summary>Whether both name the same content, in whichever version.</summary>
    public bool NamesSameAs(Cid? other) => ToV1().Equals(other?.ToV1());

    /// <summary>Whether <see cref="Matches"/> knows the hash function: sha2-256, sha2-512 and identity it does.</summary>
    public bool CanBeChecked => HashFunction is 0x00 or Sha2_256 or 0x13;

    /// <summary>Whether the block is what the CID names.</summary>
    public bool Matches(ReadOnlySpan<byte> block) => HashFunction switch
    {
        0x00 => Hash.SequenceEqual(block),
        Sha2_256 => Hash.SequenceEqual(SHA256.HashData(block)),
        0x13 => Hash.SequenceEqual(SHA512.HashData(block)),
        _ => false,
    };

    /// <summary>What <c>ipfs add</c> prints: base58btc for v0, base32 for v1.</summary>
    public override string ToString() => Version == 0 ? Base58.Bitcoin.Encode(_bytes) : ToBase32();

    public string ToBase32() => "b" + LowerBase32(ToV1()._bytes);

    public string ToBase36() => "k" + Base36.LowerCase.Encode(ToV1()._bytes);

    public string ToBase16() => "f" + Base16.LowerCase.Encode(ToV1()._bytes);

    /// <summary>The first component of a pull name: the dockerized hash of a v0, base32 of a v1.</summary>
    public string ToRepositoryComponent() => Version == 0 ? LowerBase32(_bytes) : ToBase32();

    private static string LowerBase32(byte[] bytes) => Base32.Rfc4648.Encode(bytes).ToLowerInvariant();

    public bool Equals(Cid? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);

    public override bool Equals(object? obj) => Equals(obj as Cid);

    public override int GetHashCode()
    {
        // The bytes end in a hash: its last four are as good as any mixing of all of them.
        return _bytes.Length >= 4 ? BitConverter.ToInt32(_bytes.AsSpan()[^4..]) : 0;
    }
}

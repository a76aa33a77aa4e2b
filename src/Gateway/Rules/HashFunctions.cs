using System.Security.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;

namespace Image2Ipfs.Gateway.Rules;

/// <summary>
/// The functions by which a denylist may hide what it names: those of the multicodec table that others can make such rules with.
/// Source: multiformats/multicodec, table.csv, tag multihash.
/// </summary>
internal static class HashFunctions
{
    public const ulong Sha2_256 = 0x12;

    private const ulong Sha2_512 = 0x13;
    private const ulong Blake3 = 0x1e;
    private const ulong Blake2b256 = 0xb220;

    /// <returns>The length of its hashes in bytes, or null: it is not known here.</returns>
    public static int? LengthOf(ulong function) => function switch
    {
        Sha2_256 or Blake3 or Blake2b256 => 32,
        Sha2_512 => 64,
        _ => null,
    };

    public static byte[] Hash(ulong function, byte[] bytes) => function switch
    {
        Sha2_256 => SHA256.HashData(bytes),
        Sha2_512 => SHA512.HashData(bytes),
        Blake3 => Hash(new Blake3Digest(), bytes),
        Blake2b256 => Hash(new Blake2bDigest(256), bytes),
        _ => throw new ArgumentOutOfRangeException(nameof(function), function, "this function is not known"),
    };

    private static byte[] Hash(IDigest digest, byte[] bytes)
    {
        digest.BlockUpdate(bytes, 0, bytes.Length);
        var hash = new byte[digest.GetDigestSize()];
        digest.DoFinal(hash, 0);
        return hash;
    }
}

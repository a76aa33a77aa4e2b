using System.Security.Cryptography;
using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Image2Ipfs.Ipns;

/// <summary>
/// Checks signatures by the keys of libp2p.
/// <code>
/// key  := protobuf {1: type, 2: data}
/// type := 0 RSA: PKIX, PKCS #1 v1.5 over sha2-256        | 1 Ed25519: 32 bytes
///       | 2 secp256k1: a point, DER over sha2-256        | 3 ECDSA: PKIX, DER over sha2-256
/// </code>
/// Source: libp2p/specs, peer-ids/peer-ids.md. .NET has no Ed25519, nor secp256k1 on every platform: those are BouncyCastle's.
/// </summary>
internal static class PublicKey
{
    /// <summary>As libp2p takes them: smaller ones are weak, larger ones slow.</summary>
    private const int MinRsaBits = 2048;
    private const int MaxRsaBits = 8192;

    /// <exception cref="InvalidDataException">It is no key that we can read.</exception>
    public static bool Verifies(ReadOnlyMemory<byte> key, byte[] message, byte[] signature)
    {
        var fields = new Protobuf(key);
        if (fields.Number(1) is not { } type || fields.Bytes(2) is not { } bytes)
            throw new InvalidDataException("a public key has no type or no data");
        var data = bytes.ToArray();
        try
        {
            return type switch
            {
                0 => VerifiesRsa(data, message, signature),
                1 => data.Length == Ed25519.PublicKeySize && signature.Length == Ed25519.SignatureSize
                    && Ed25519.Verify(signature, 0, data, 0, message, 0, message.Length),
                2 => VerifiesSecp256k1(data, message, signature),
                3 => VerifiesEcdsa(data, message, signature),
                _ => throw new InvalidDataException($"public keys of type {type} are not known"),
            };
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or ArithmeticException)
        {
            throw new InvalidDataException("a public key cannot be read", e);
        }
    }

    private static bool VerifiesRsa(byte[] key, byte[] message, byte[] signature)
    {
        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(key, out var read);
        return read == key.Length && rsa.KeySize is >= MinRsaBits and <= MaxRsaBits
            && rsa.VerifyData(message, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static bool VerifiesEcdsa(byte[] key, byte[] message, byte[] signature)
    {
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(key, out var read);
        return read == key.Length && ecdsa.VerifyData(message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static bool VerifiesSecp256k1(byte[] key, byte[] message, byte[] signature)
    {
        var curve = new ECDomainParameters(SecNamedCurves.GetByName("secp256k1"));
        var verifier = new DsaDigestSigner(new ECDsaSigner(), new Sha256Digest());
        verifier.Init(forSigning: false, new ECPublicKeyParameters(curve.Curve.DecodePoint(key), curve));
        verifier.BlockUpdate(message, 0, message.Length);
        return verifier.VerifySignature(signature);
    }
}

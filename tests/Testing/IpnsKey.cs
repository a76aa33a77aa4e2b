using System.Security.Cryptography;
using System.Text;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Ipns;
using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace Image2Ipfs.Testing;

/// <summary>A key that signs IPNS records: of every kind that libp2p has.</summary>
/// <param name="Kind">The number of its kind.</param>
/// <param name="Public">Its public part, as libp2p writes it.</param>
/// <param name="Sign">Signs a message.</param>
public sealed record IpnsKey(string Kind, byte[] Public, Func<byte[], byte[]> Sign)
{
    /// <summary>The same key for the same seed.</summary>
    public static IpnsKey Ed25519(string seed)
    {
        var key = new Ed25519PrivateKeyParameters(SHA256.HashData(Encoding.UTF8.GetBytes(seed)));
        return new IpnsKey(nameof(Ed25519), Protobuf(1, key.GeneratePublicKey().GetEncoded()), message =>
        {
            var signer = new Ed25519Signer();
            signer.Init(forSigning: true, key);
            signer.BlockUpdate(message, 0, message.Length);
            return signer.GenerateSignature();
        });
    }

    public static IpnsKey Rsa(int bits = 2048)
    {
        var key = RSA.Create(bits);
        return new IpnsKey(nameof(Rsa), Protobuf(0, key.ExportSubjectPublicKeyInfo()), message => key.SignData(message, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    public static IpnsKey Secp256k1(string seed)
    {
        var curve = new ECDomainParameters(SecNamedCurves.GetByName("secp256k1"));
        var number = new Org.BouncyCastle.Math.BigInteger(1, SHA256.HashData(Encoding.UTF8.GetBytes(seed)));
        return new IpnsKey(nameof(Secp256k1), Protobuf(2, curve.G.Multiply(number).Normalize().GetEncoded(compressed: true)), message =>
        {
            var signer = new DsaDigestSigner(new ECDsaSigner(new HMacDsaKCalculator(new Sha256Digest())), new Sha256Digest());
            signer.Init(forSigning: true, new ECPrivateKeyParameters(number, curve));
            signer.BlockUpdate(message, 0, message.Length);
            return signer.GenerateSignature();
        });
    }

    public static IpnsKey Ecdsa()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new IpnsKey(nameof(Ecdsa), Protobuf(3, key.ExportSubjectPublicKeyInfo()), message => key.SignData(message, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    /// <summary>A name of up to 42 bytes holds the key itself.</summary>
    public bool IsInlined => Public.Length <= 42;

    public IpnsName Name
    {
        get
        {
            byte[] multihash = IsInlined ? [0, (byte)Public.Length, .. Public] : [0x12, 32, .. SHA256.HashData(Public)];
            ReadOnlySpan<byte> cid = [1, 0x72, .. multihash];
            return IpnsName.TryFrom(Cid.Read(ref cid), out var name) ? name : throw new InvalidOperationException("this key has no name");
        }
    }

    public override string ToString() => Kind;

    private static byte[] Protobuf(byte kind, byte[] data) => [0x08, kind, .. IpnsEntry.Bytes(2, data)];
}

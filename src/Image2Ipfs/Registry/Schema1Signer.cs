using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SimpleBase;

namespace Image2Ipfs.Registry;

/// <summary>
/// Signs schema 1 payloads as "pretty JWS", with a P-256 key of its own. Old clients demand a signature and accept
/// any key; the manifest's digest is over the payload, so it does not depend on the key.
/// <code>
/// protected  = base64url({"formatLength": bytes before the tail, "formatTail": base64url("\n}"), "time": now})
/// signed     = protected "." base64url(payload)          ES256, r and s of 32 bytes each
/// text       = payload before the tail, "signatures": [...], "\n}"
/// kid        = base32 of the first 30 bytes of sha256(SubjectPublicKeyInfo), four by four
/// </code>
/// Source: docker/libtrust, jsonsign.go, util.go, ec_key.go.
/// </summary>
public sealed class Schema1Signer : IDisposable
{
    private const string Tail = "\n}";

    private readonly ECDsa _key;
    private readonly ECPoint _point;
    private readonly string _keyId;
    private readonly TimeProvider _clock;

    /// <param name="clock">Gives the time of a signature.</param>
    public Schema1Signer(TimeProvider clock)
    {
        _clock = clock;
        _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _point = _key.ExportParameters(includePrivateParameters: false).Q;
        _keyId = KeyId(_key.ExportSubjectPublicKeyInfo());
    }

    /// <param name="payload">A canonical payload, as <see cref="Schema1.TryWritePayload"/> writes it.</param>
    /// <returns>The text to serve as <see cref="MediaType.Schema1Signed"/>.</returns>
    /// <exception cref="FormatException">The payload does not end as a Go-indented JSON object does.</exception>
    public byte[] Sign(ReadOnlySpan<byte> payload)
    {
        if (!payload.EndsWith("\n}"u8))
            throw new FormatException("a schema 1 payload ends with a line feed and a closing brace");
        var head = payload[..^Tail.Length];
        var time = _clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var protectedHeader = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
            $$"""{"formatLength":{{head.Length}},"formatTail":"{{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Tail))}}","time":"{{time}}"}"""));
        var signed = Encoding.ASCII.GetBytes(protectedHeader + "." + Base64Url.EncodeToString(payload));
        byte[] signature;
        lock (_key) // .NET does not say that one key may be used by two threads at once.
            signature = _key.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return [.. head, .. Encoding.UTF8.GetBytes(
            $$"""
            ,
               "signatures": [
                  {
                     "header": {
                        "jwk": {
                           "crv": "P-256",
                           "kid": "{{_keyId}}",
                           "kty": "EC",
                           "x": "{{Base64Url.EncodeToString(_point.X)}}",
                           "y": "{{Base64Url.EncodeToString(_point.Y)}}"
                        },
                        "alg": "ES256"
                     },
                     "signature": "{{Base64Url.EncodeToString(signature)}}",
                     "protected": "{{protectedHeader}}"
                  }
               ]
            }
            """.ReplaceLineEndings("\n"))];
    }

    public void Dispose() => _key.Dispose();

    private static string KeyId(byte[] publicKey) =>
        string.Join(':', Base32.Rfc4648.Encode(SHA256.HashData(publicKey).AsSpan(0, 30)).Chunk(4).Select(four => new string(four)));
}

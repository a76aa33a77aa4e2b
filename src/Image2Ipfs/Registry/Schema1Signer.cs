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
public sealed class Schema1Signer(TimeProvider clock) : IDisposable
{
    private const string Tail = "\n}";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <param name="payload">A canonical payload, as <see cref="Schema1.TryWritePayload"/> writes it.</param>
    /// <returns>The text to serve as <see cref="MediaType.Schema1Signed"/>.</returns>
    /// <exception cref="FormatException">The payload does not end as a Go-indented JSON object does.</exception>
    public byte[] Sign(ReadOnlySpan<byte> payload)
    {
        if (!payload.EndsWith("\n}"u8))
            throw new FormatException("a schema 1 payload ends with a line feed and a closing brace");
        var head = payload[..^Tail.Length];
        var time = clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var protectedHeader = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
            $$"""{"formatLength":{{head.Length}},"formatTail":"{{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Tail))}}","time":"{{time}}"}"""));
        var signature = _key.SignData(
            Encoding.ASCII.GetBytes(protectedHeader + "." + Base64Url.EncodeToString(payload)),
            HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        return [.. head, .. Encoding.UTF8.GetBytes(
            $$"""
            ,
               "signatures": [
                  {
                     "header": {
                        "jwk": {
                           "crv": "P-256",
                           "kid": "{{KeyId()}}",
                           "kty": "EC",
                           "x": "{{Base64Url.EncodeToString(point.X)}}",
                           "y": "{{Base64Url.EncodeToString(point.Y)}}"
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

    private string KeyId()
    {
        var hash = SHA256.HashData(_key.ExportSubjectPublicKeyInfo()).AsSpan(0, 30);
        return string.Join(':', Base32.Rfc4648.Encode(hash).Chunk(4).Select(four => new string(four)));
    }
}

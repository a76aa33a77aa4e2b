using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Image2Ipfs.Gateway.Tests.Access;

/// <summary>A token made by hand (RFC 7515), with whatever in it.</summary>
internal static class ForgedToken
{
    public static JsonElement Payload(string token) => JsonElement.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]));

    public static string Es256(ECDsa key, object payload, object? header = null) =>
        Signed(header ?? new { alg = "ES256", typ = "JWT" }, payload, bytes => key.SignData(bytes, HashAlgorithmName.SHA256));

    public static string Rs256(RSA key, object payload, object? header = null) =>
        Signed(header ?? new { alg = "RS256" }, payload, bytes => key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    public static string Signed(object header, object payload, Func<byte[], byte[]> sign)
    {
        var head = $"{Part(header)}.{Part(payload)}";
        return $"{head}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(head)))}";
    }

    private static string Part(object content) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(content));
}

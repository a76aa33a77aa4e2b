using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Tests;

public sealed partial class Schema1SignerTests
{
    private static readonly byte[] Payload = Vectors.Bytes("schema1", "payload.bin");

    [Fact]
    public void A_signed_text_verifies_and_gives_its_payload_back()
    {
        using var signer = new Schema1Signer(new Clock());
        AssertVerifies(signer.Sign(Payload));
    }

    /// <summary>What docker-registry signed, so that the verification itself is held by something.</summary>
    [Fact]
    public void The_vector_verifies_by_the_same_rule() => AssertVerifies(Vectors.Bytes("schema1", "schema1.json"));

    [Fact]
    public void A_signed_text_has_the_vectors_lines()
    {
        using var signer = new Schema1Signer(new Clock());
        Assert.Equal(
            Values().Replace(Vectors.Text("schema1", "schema1.json"), "$1…"),
            Values().Replace(Encoding.UTF8.GetString(signer.Sign(Payload)), "$1…"));
    }

    [Fact]
    public void The_protected_header_says_length_tail_and_time()
    {
        using var signer = new Schema1Signer(new Clock());
        var signature = JsonElement.Parse(signer.Sign(Payload)).GetProperty("signatures")[0];
        Assert.Equal(
            """{"formatLength":1851,"formatTail":"Cn0","time":"2026-11-24T14:33:11Z"}""",
            Encoding.UTF8.GetString(Base64Url.DecodeFromChars(signature.GetProperty("protected").GetString())));
    }

    /// <summary>The vector's key and the key ID that Go made of it.</summary>
    [Fact]
    public void The_key_id_is_the_keys_hash_in_groups_of_four()
    {
        var jwk = JsonElement.Parse(Vectors.Bytes("schema1", "schema1.json")).GetProperty("signatures")[0].GetProperty("header").GetProperty("jwk");
        Assert.Equal(jwk.GetProperty("kid").GetString(), KeyId(Key(jwk)));

        using var signer = new Schema1Signer(new Clock());
        jwk = JsonElement.Parse(signer.Sign(Payload)).GetProperty("signatures")[0].GetProperty("header").GetProperty("jwk");
        Assert.Equal(jwk.GetProperty("kid").GetString(), KeyId(Key(jwk)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\n}\n")]
    public void What_does_not_end_as_a_payload_is_refused(string text)
    {
        using var signer = new Schema1Signer(new Clock());
        Assert.Throws<FormatException>(() => signer.Sign(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>docker/libtrust's rule: the payload is the text up to the format length, then the format tail.</summary>
    private static void AssertVerifies(byte[] text)
    {
        var signature = JsonElement.Parse(text).GetProperty("signatures")[0];
        var encodedHeader = signature.GetProperty("protected").GetString()!;
        var header = JsonElement.Parse(Base64Url.DecodeFromChars(encodedHeader));
        byte[] payload =
        [
            .. text.AsSpan(0, header.GetProperty("formatLength").GetInt32()),
            .. Base64Url.DecodeFromChars(header.GetProperty("formatTail").GetString()),
        ];
        Assert.Equal(Payload, payload);

        Assert.Equal("ES256", signature.GetProperty("header").GetProperty("alg").GetString());
        using var key = Key(signature.GetProperty("header").GetProperty("jwk"));
        Assert.True(key.VerifyData(
            Encoding.ASCII.GetBytes($"{encodedHeader}.{Base64Url.EncodeToString(payload)}"),
            Base64Url.DecodeFromChars(signature.GetProperty("signature").GetString()),
            HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    private static ECDsa Key(JsonElement jwk) => ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = { X = Base64Url.DecodeFromChars(jwk.GetProperty("x").GetString()), Y = Base64Url.DecodeFromChars(jwk.GetProperty("y").GetString()) },
    });

    private static string KeyId(ECDsa key)
    {
        const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var bits = string.Concat(SHA256.HashData(key.ExportSubjectPublicKeyInfo()).Take(30).Select(b => b.ToString("b8", null)));
        return string.Join(':', bits.Chunk(5).Select(five => Letters[Convert.ToInt32(new string(five), 2)]).Chunk(4).Select(four => new string(four)));
    }

    [GeneratedRegex("(\"(?:kid|x|y|signature|protected)\": \")[^\"]+")]
    private static partial Regex Values();

    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 24, 14, 33, 11, 987, TimeSpan.Zero);
    }
}

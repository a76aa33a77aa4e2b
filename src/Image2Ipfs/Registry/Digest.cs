using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Image2Ipfs.Registry;

/// <summary>
/// A content digest, <c>algorithm ":" hex</c>, as the OCI image specification writes it.
/// Known algorithms: sha256 (64 hex digits), sha384 (96), sha512 (128), all lower case.
/// Source: opencontainers/image-spec, descriptor.md, "Digests".
/// </summary>
public readonly record struct Digest
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private Digest(string algorithm, string hex) => (Algorithm, Hex) = (algorithm, hex);

    public string Algorithm { get; }

    /// <summary>The hash in lower-case hex.</summary>
    public string Hex { get; }

    public bool IsSha256 => Algorithm == "sha256";

    public static Digest Sha256(ReadOnlySpan<byte> content) => FromSha256Hash(SHA256.HashData(content));

    /// <summary>The digest whose hash is these 32 bytes.</summary>
    public static Digest FromSha256Hash(ReadOnlySpan<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, SHA256.HashSizeInBytes);
        return new Digest("sha256", Convert.ToHexStringLower(hash));
    }

    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        digest = default;
        if (text is null || text.IndexOf(':', StringComparison.Ordinal) is var colon && colon < 0)
            return false;
        var algorithm = text[..colon];
        var hex = text[(colon + 1)..];
        var digits = algorithm switch { "sha256" => 64, "sha384" => 96, "sha512" => 128, _ => -1 };
        if (hex.Length != digits || hex.AsSpan().ContainsAnyExcept(HexDigits))
            return false;
        digest = new Digest(algorithm, hex);
        return true;
    }

    /// <exception cref="FormatException">The text is no digest of a known algorithm.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out var digest) ? digest : throw new FormatException($"'{text}' is not a digest");

    public byte[] ToHash() => Convert.FromHexString(Hex);

    public override string ToString() => $"{Algorithm}:{Hex}";
}

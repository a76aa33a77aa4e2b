using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.IdentityModel.Tokens;

namespace Image2Ipfs.Gateway.Access;

/// <summary>
/// The keys of another token service: what distribution has as rootcertbundle and jwks. Certificates count by their own key, and for
/// those that they have issued, which a token brings along (x5c).
/// </summary>
internal static class TrustedKeys
{
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="FormatException">It has no keys, or one of another kind.</exception>
    public static (IReadOnlyList<SecurityKey> Keys, X509Certificate2Collection Roots) Read(string file)
    {
        var text = File.ReadAllText(file);
        var roots = new X509Certificate2Collection();
        List<SecurityKey> keys;
        try
        {
            keys = text.AsSpan().TrimStart() is ['{', ..] ? [.. JsonWebKeySet.Create(text).Keys] : [.. Pem(text, roots)];
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new FormatException($"{file}: {e.Message}", e);
        }
        if (keys.Count == 0)
            throw new FormatException($"{file} has neither certificates nor public keys (PEM), nor is it a key set (JWKS)");
        // Whoever reads a file with a secret that both have could give tokens himself.
        if (keys.Find(k => k is JsonWebKey { Kty: not ("EC" or "RSA") }) is JsonWebKey wrong)
            throw new FormatException($"{file}: key {wrong.Kid} is of kind {wrong.Kty}; EC and RSA are read");
        return (keys, roots);
    }

    private static IEnumerable<SecurityKey> Pem(string text, X509Certificate2Collection roots)
    {
        for (var at = 0; PemEncoding.TryFind(text.AsSpan(at), out var found); at += found.Location.End.Value)
        {
            var block = text.AsSpan(at)[found.Location].ToString();
            switch (text.AsSpan(at)[found.Label])
            {
                case "CERTIFICATE":
                    var certificate = X509Certificate2.CreateFromPem(block);
                    roots.Add(certificate);
                    yield return KeyOf(certificate);
                    break;
                case "PUBLIC KEY":
                    yield return PublicKey(block);
                    break;
                case "RSA PUBLIC KEY":
                    yield return Rsa(block);
                    break;
                case var label:
                    throw new ArgumentException($"{label} is no public key");
            }
        }
    }

    /// <exception cref="CryptographicException">It is neither of the kinds that are read.</exception>
    public static SecurityKey KeyOf(X509Certificate2 certificate) =>
        certificate.GetECDsaPublicKey() is { } ec ? new ECDsaSecurityKey(ec)
        : certificate.GetRSAPublicKey() is { } rsa ? new RsaSecurityKey(rsa)
        : throw new CryptographicException($"the key of {certificate.Subject} is neither EC nor RSA");

    private static SecurityKey PublicKey(string pem)
    {
        var ec = ECDsa.Create();
        try
        {
            ec.ImportFromPem(pem);
            return new ECDsaSecurityKey(ec);
        }
        catch (CryptographicException)
        {
            ec.Dispose();
            return Rsa(pem);
        }
    }

    private static RsaSecurityKey Rsa(string pem)
    {
        var rsa = RSA.Create();
        rsa.ImportFromPem(pem);
        return new RsaSecurityKey(rsa);
    }
}

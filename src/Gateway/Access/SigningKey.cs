using System.Security.Cryptography;
using Image2Ipfs.Gateway.Settings;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Image2Ipfs.Gateway.Access;

/// <summary>The key of the Gateway's own tokens: of a file, or one that ends with the process.</summary>
internal sealed class SigningKey : IDisposable
{
    private readonly ECDsa _key;

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="FormatException">It has no such key.</exception>
    public SigningKey(IOptions<GatewaySettings> settings)
    {
        _key = settings.Value.Access.Key is { Length: > 0 } file ? Read(file) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Security = new ECDsaSecurityKey(_key);
        Security.KeyId = Base64UrlEncoder.Encode(Security.ComputeJwkThumbprint());
    }

    public ECDsaSecurityKey Security { get; }

    public void Dispose() => _key.Dispose();

    private static ECDsa Read(string file)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
            if (key.ExportParameters(includePrivateParameters: true) is { D: not null, Curve: var curve } && curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value)
                return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            // Said below.
        }
        key.Dispose();
        throw new FormatException($"{file} has no private key that can sign; 'openssl ecparam -name prime256v1 -genkey -noout' writes one");
    }
}

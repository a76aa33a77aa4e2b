using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Image2Ipfs.Gateway.Settings;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Image2Ipfs.Gateway.Access;

/// <summary>Whether a token counts: signature, issuer, audience and times. A key is never taken from the token itself, nor is a secret one.</summary>
internal sealed class TokenCheck : IDisposable
{
    /// <summary>How far clocks may be apart: distribution's own.</summary>
    private static readonly TimeSpan Leeway = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);
    private const int MaxRemembered = 10_000;
    private const int MaxBytes = 16 * 1024;

    private static readonly string[] PublicKeyAlgorithms = ["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxBytes };
    private readonly TokenValidationParameters _parameters;
    private readonly X509Certificate2Collection _roots = [];
    private readonly MemoryCache _good = new(new MemoryCacheOptions { SizeLimit = MaxRemembered });

    /// <exception cref="IOException">The file of keys cannot be read.</exception>
    /// <exception cref="FormatException">It is wrong.</exception>
    public TokenCheck(IOptions<GatewaySettings> settings, IServiceProvider services)
    {
        var access = settings.Value.Access;
        _parameters = new TokenValidationParameters
        {
            ValidIssuer = access.Issuer is { Length: > 0 } issuer ? issuer : access.Service,
            ValidAudience = access.Service,
            ClockSkew = Leeway,
        };
        if (access.GivesTokens)
        {
            _parameters.IssuerSigningKey = services.GetRequiredService<SigningKey>().Security;
            _parameters.ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256];
            return;
        }
        (var keys, _roots) = TrustedKeys.Read(access.TrustedKeys!);
        _parameters.ValidAlgorithms = PublicKeyAlgorithms;
        _parameters.IssuerSigningKeyResolver = (_, token, kid, _) => KeysFor((JsonWebToken)token, kid, keys);
    }

    /// <returns>Null: it does not count.</returns>
    public async ValueTask<Grant?> CheckAsync(string token)
    {
        if (token.Length > MaxBytes)
            return null;
        var key = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        if (_good.TryGetValue(key, out Grant? known))
            return known;
        if (await ReadAsync(token, _parameters.ValidAudience).ConfigureAwait(false) is not { } jwt)
            return null;
        var grant = Grant.Of(jwt);
        // It ends when the token does, and comes to no more than what a login that was right is remembered for.
        var left = jwt.ValidTo + Leeway - DateTime.UtcNow;
        if (left > TimeSpan.Zero)
            _good.Set(key, grant, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = left < Remembered ? left : Remembered });
        return grant;
    }

    /// <summary>A token for somebody else, as one that gets new ones is.</summary>
    /// <param name="audience">Whom it is for.</param>
    /// <param name="ends">Whether it must have an end.</param>
    public async ValueTask<JsonWebToken?> ReadAsync(string token, string audience, bool ends = true)
    {
        var parameters = _parameters.Clone();
        parameters.ValidAudience = audience;
        parameters.RequireExpirationTime = ends;
        var result = await _handler.ValidateTokenAsync(token, parameters).ConfigureAwait(false);
        return result.IsValid ? result.SecurityToken as JsonWebToken : null;
    }

    public void Dispose() => _good.Dispose();

    private IEnumerable<SecurityKey> KeysFor(JsonWebToken token, string? kid, IReadOnlyList<SecurityKey> keys)
    {
        if (Issued(token) is { } issued)
            return [issued];
        var named = keys.Where(k => kid is { Length: > 0 } && k.KeyId == kid).ToList();
        return named.Count > 0 ? named : keys;
    }

    /// <summary>The key of a certificate in the token that a trusted one has issued: x5c, its own first.</summary>
    private SecurityKey? Issued(JsonWebToken token)
    {
        if (_roots.Count == 0 || !token.TryGetHeaderValue<JsonElement>("x5c", out var x5c) || x5c.ValueKind != JsonValueKind.Array)
            return null;
        try
        {
            var certificates = x5c.EnumerateArray().Take(10).Select(c => X509CertificateLoader.LoadCertificate(c.GetBytesFromBase64())).ToList();
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(_roots);
            chain.ChainPolicy.ExtraStore.AddRange(certificates.Skip(1).ToArray());
            // Nobody is asked for anything.
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.DisableCertificateDownloads = true;
            return certificates.Count > 0 && chain.Build(certificates[0]) ? TrustedKeys.KeyOf(certificates[0]) : null;
        }
        catch (Exception e) when (e is CryptographicException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }
}

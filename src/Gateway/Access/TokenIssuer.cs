using System.Text.Json.Serialization;
using Image2Ipfs.Gateway.Settings;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Image2Ipfs.Gateway.Access;

/// <summary>
/// The tokens that the Gateway gives: those that are good for a pull, and those that get such a one without a password, for as long
/// as the user's line in the file stays what it is.
/// </summary>
internal sealed class TokenIssuer(IOptions<GatewaySettings> settings, SigningKey key, TokenCheck check, Logins logins, TimeProvider clock)
{
    /// <summary>The line of the user's, when the token was made.</summary>
    private const string Mark = "mark";

    private readonly AccessSettings _settings = settings.Value.Access;
    private readonly SigningCredentials _credentials = new(key.Security, SecurityAlgorithms.EcdsaSha256);
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    private string Issuer => _settings.Issuer is { Length: > 0 } issuer ? issuer : _settings.Service;

    /// <summary>No service is called so: it has a space. Such a token opens nothing but this.</summary>
    private string Refreshing => $"{_settings.Service} token";

    /// <param name="user">Null: anybody.</param>
    /// <param name="scopes">All that it is for.</param>
    public (string Token, DateTimeOffset From) Give(string? user, IReadOnlyList<Scope> scopes)
    {
        var now = clock.GetUtcNow();
        return (Make(user, _settings.Service, now, now + _settings.TokenLifetime, (Grant.Access, Grant.ToJson(scopes))), now);
    }

    public string GiveRefreshing(string user) => Make(user, Refreshing, clock.GetUtcNow(), null, (Mark, logins.MarkOf(user) ?? ""));

    /// <returns>Whose it is, or null: it does not count, or not any more.</returns>
    public async ValueTask<string?> UserOfAsync(string refreshing) =>
        await check.ReadAsync(refreshing, Refreshing, ends: false).ConfigureAwait(false) is { Subject: { Length: > 0 } user } token
        && token.TryGetPayloadValue<string>(Mark, out var mark) && logins.MarkOf(user) == mark
            ? user
            : null;

    private string Make(string? user, string audience, DateTimeOffset from, DateTimeOffset? to, (string Name, object Value) claim) =>
        _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = audience,
            IssuedAt = from.UtcDateTime,
            NotBefore = from.UtcDateTime,
            Expires = to?.UtcDateTime,
            Claims = new Dictionary<string, object>
            {
                [JwtRegisteredClaimNames.Sub] = user ?? "",
                [JwtRegisteredClaimNames.Jti] = Guid.NewGuid().ToString("N"),
                [claim.Name] = claim.Value,
            },
            SigningCredentials = _credentials,
        });
}

/// <summary>What the token service answers; nothing stands for what is null.</summary>
internal sealed record TokenReply(string Token, string AccessToken, int ExpiresIn, string IssuedAt, string? RefreshToken, string? Scope);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TokenReply))]
[JsonSerializable(typeof(AccessEntry[]))]
internal sealed partial class TokenJson : JsonSerializerContext;

using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Image2Ipfs.Gateway.Access;

/// <summary>
/// What a token that proved itself allows, and to whom.
/// <code>
/// "sub": user, "access": [ { "type": "repository", "name": "team/app", "actions": [ "pull" ] } ]
/// </code>
/// Source: distribution, docs/spec/auth/jwt.md.
/// </summary>
internal sealed record Grant(Caller Caller, IReadOnlySet<Scope> Scopes)
{
    public const string Access = "access";

    public bool Allows(Scope needed) => Scopes.Contains(needed) || Scopes.Contains(needed with { Action = "*" });

    public static Grant Of(JsonWebToken token)
    {
        var scopes = token.TryGetPayloadValue<JsonElement>(Access, out var access) && access.ValueKind == JsonValueKind.Array ? access.EnumerateArray().SelectMany(ScopesOf) : [];
        return new Grant(token.Subject is { Length: > 0 } user ? new Caller(user) : Caller.Anybody, scopes.ToHashSet());
    }

    public static JsonElement ToJson(IEnumerable<Scope> scopes) => JsonSerializer.SerializeToElement(
        scopes.GroupBy(s => (s.Type, s.Name)).Select(g => new AccessEntry(g.Key.Type, g.Key.Name, [.. g.Select(s => s.Action)])).ToArray(),
        TokenJson.Default.AccessEntryArray);

    private static IEnumerable<Scope> ScopesOf(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object || Text(entry, "type") is not { } type || Text(entry, "name") is not { } name
            || !entry.TryGetProperty("actions", out var actions) || actions.ValueKind != JsonValueKind.Array)
            yield break;
        foreach (var action in actions.EnumerateArray())
        {
            if (action.ValueKind == JsonValueKind.String)
                yield return new Scope(type, name, action.GetString()!);
        }
    }

    private static string? Text(JsonElement entry, string name) => entry.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}

/// <summary>One entry of a token's access.</summary>
internal sealed record AccessEntry(string Type, string Name, IReadOnlyList<string> Actions);

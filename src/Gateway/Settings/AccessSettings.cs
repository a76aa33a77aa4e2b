using System.ComponentModel.DataAnnotations;

namespace Image2Ipfs.Gateway.Settings;

/// <summary>How a client says who it is.</summary>
internal enum AuthWay
{
    /// <summary>Not at all: whoever reaches the Gateway may pull.</summary>
    None,

    /// <summary>A user's name and password with every request.</summary>
    Basic,

    /// <summary>A token, which a token service gives for a name and password: the Gateway's own, or another one.</summary>
    Token,
}

/// <summary>Who may use the Gateway, and how much: <c>Gateway:Access</c>.</summary>
internal sealed class AccessSettings : IValidatableObject
{
    /// <summary>How a client says who it is: None, Basic or Token. Default: None.</summary>
    public AuthWay Auth { get; set; }

    /// <summary>
    /// The file of users, as <c>htpasswd -B</c> writes it. It is read again when it changes. Default: none, which only Auth=None and
    /// another token service allow.
    /// </summary>
    public string? Users { get; set; }

    /// <summary>Whether who gives no credentials may pull all the same. Default: false.</summary>
    public bool Anonymous { get; set; }

    /// <summary>What tokens are for, and what clients show as the realm of a login. Gateways that share a key share it. Default: image2ipfs.</summary>
    [Required, RegularExpression("[A-Za-z0-9._:/-]{1,200}", ErrorMessage = "Access:Service: letters, digits and . _ : / - are all that it may have")]
    public string Service { get; set; } = "image2ipfs";

    /// <summary>The address of the token service, an http or https address. Default: /token where the client has come to.</summary>
    public string? Realm { get; set; }

    /// <summary>A PEM file with the private key (P-256) that signs tokens. Default: one that is made at every start.</summary>
    public string? Key { get; set; }

    /// <summary>
    /// A PEM file with certificates and public keys, or a JWKS file: whose tokens count, which another token service at Realm gives.
    /// Default: none, and the Gateway gives tokens itself.
    /// </summary>
    public string? TrustedKeys { get; set; }

    /// <summary>Who gives the tokens, as they say it. Default: what Service is.</summary>
    public string? Issuer { get; set; }

    /// <summary>How long a token of its own is good, 1 min to 1 d. Default: 5 min.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Wrong passwords a minute from one address, 1 to 10 000; above that none is looked at. Default: 30.</summary>
    [Range(1, 10_000)]
    public int FailedLoginsPerMinute { get; set; } = 30;

    /// <summary>Requests a minute of one client, 0 to 1 000 000; 0 is no limit. Default: 0.</summary>
    [Range(0, 1_000_000)]
    public int RequestsPerMinute { get; set; }

    /// <summary>Requests that a client may save up, and send at once, 0 to 1 000 000; 0 is as many as RequestsPerMinute. Default: 0.</summary>
    [Range(0, 1_000_000)]
    public int Burst { get; set; }

    /// <summary>Requests of one client that run at the same time, 0 to 100 000; 0 is no limit. Default: 0.</summary>
    [Range(0, 100_000)]
    public int ConcurrentRequests { get; set; }

    public bool HasLimits => RequestsPerMinute > 0 || ConcurrentRequests > 0;

    public bool IsOff => Auth == AuthWay.None && !HasLimits;

    /// <summary>Whether the Gateway is its own token service.</summary>
    public bool GivesTokens => Auth == AuthWay.Token && string.IsNullOrEmpty(TrustedKeys);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // Who names users and forgets the rest must not find the Gateway open.
        if (Auth == AuthWay.None && (Users, Key, TrustedKeys) is not (null or "", null or "", null or ""))
            yield return Wrong(nameof(Auth), "there are Users or keys, and nobody is asked who he is; write Basic or Token");
        if (string.IsNullOrEmpty(Users) && (Auth == AuthWay.Basic || GivesTokens))
            yield return Wrong(nameof(Users), $"with Auth={Auth} there must be a file of users, as htpasswd -B writes it");
        if (!string.IsNullOrEmpty(Realm) && !(HttpAddress.Is(Realm) && Realm.All(c => char.IsAscii(c) && !char.IsControl(c) && c is not ('"' or '\\' or ' '))))
            yield return Wrong(nameof(Realm), $"'{Realm}' is no address; write https://registry.example.org/token");
        if (string.IsNullOrEmpty(TrustedKeys))
            yield break;
        if (Auth != AuthWay.None && Auth != AuthWay.Token)
            yield return Wrong(nameof(TrustedKeys), $"with Auth={Auth} there are no tokens");
        if (string.IsNullOrEmpty(Realm) || string.IsNullOrEmpty(Issuer))
            yield return Wrong(nameof(TrustedKeys), "another token service has a Realm and an Issuer");
        if (!string.IsNullOrEmpty(Key))
            yield return Wrong(nameof(Key), "tokens are signed here or elsewhere (TrustedKeys), not both");
    }

    private static ValidationResult Wrong(string member, string message) => new($"Access:{member}: {message}", [member]);
}

using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Image2Ipfs.Gateway.Names;

/// <summary>
/// A domain that may have a DNSLink.
/// <code>
/// domain := (label ".")+ top        label := letters, digits and "-", 1 to 63, no "-" at either end
/// top    := letters, 2 or more | "xn--" …
/// </code>
/// No number is a top-level domain, so that neither an IP address nor a version is a name here. Names that only one's own
/// network knows (RFC 6761, RFC 6762, RFC 8375, ICANN's "internal") are none: a stranger's request is not to ask for them.
/// </summary>
internal sealed partial record Domain
{
    /// <summary>"_dnslink." goes before it, and a name has 253 characters at most.</summary>
    private const int MaxLength = 253 - 9;

    private static readonly string[] Private =
        ["localhost", "local", "localdomain", "internal", "intranet", "lan", "home.arpa", "in-addr.arpa", "ip6.arpa", "test", "invalid", "onion", "alt"];

    private readonly string _text;

    private Domain(string text) => _text = text;

    /// <param name="text">In any case: domains have none.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Domain? domain)
    {
        domain = null;
        text = text.ToLowerInvariant();
        if (text.Length > MaxLength || !Grammar().IsMatch(text) || Array.Exists(Private, p => text == p || text.EndsWith($".{p}", StringComparison.Ordinal)))
            return false;
        domain = new Domain(text);
        return true;
    }

    public override string ToString() => _text;

    [GeneratedRegex(@"\A(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])\z")]
    private static partial Regex Grammar();
}

using System.Text;
using Microsoft.Extensions.Primitives;

namespace Image2Ipfs.Gateway.Access;

/// <summary>
/// What a request says of who sends it, in its Authorization header.
/// <code>
/// credentials := "Basic" SP base64( user ":" password ) | "Bearer" SP token      the scheme in any case
/// </code>
/// Source: RFC 7617, section 2; RFC 6750, section 2.1.
/// </summary>
internal abstract record Credentials
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>It says nothing.</summary>
    internal sealed record None : Credentials;

    internal sealed record Login(string User, string Password) : Credentials
    {
        /// <summary>Nothing that a log could show.</summary>
        public override string ToString() => $"Login {{ User = {User} }}";
    }

    internal sealed record Bearer(string Token) : Credentials
    {
        public override string ToString() => nameof(Bearer);
    }

    /// <summary>What it says is none of these, or it says it twice.</summary>
    internal sealed record Wrong : Credentials;

    private static readonly Credentials Nothing = new None();
    private static readonly Credentials Malformed = new Wrong();

    public static Credentials Of(StringValues header)
    {
        if (header.Count == 0)
            return Nothing;
        // Of two that differ, a proxy in front may have looked at the other one.
        if (header is not [{ } line] || line.IndexOf(' ', StringComparison.Ordinal) is not (> 0 and var space))
            return Malformed;
        var scheme = line.AsSpan(0, space);
        var rest = line.AsSpan(space).Trim(' ');
        if (scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
            return Decode(rest) is { } text && text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? OfLogin(text[..colon], text[(colon + 1)..]) : Malformed;
        return scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) && rest.Length > 0 ? new Bearer(rest.ToString()) : Malformed;
    }

    /// <summary>
    /// RFC 7617: no control character is in either. A NUL would end the password for bcrypt, which goes over it again and again:
    /// "a", NUL, "a" would be as good as "a".
    /// </summary>
    public static Credentials OfLogin(string user, string password) =>
        user.Length == 0 || user.Any(char.IsControl) || password.Any(char.IsControl) ? Malformed : new Login(user, password);

    private static string? Decode(ReadOnlySpan<char> base64)
    {
        var bytes = new byte[base64.Length];
        try
        {
            return Convert.TryFromBase64Chars(base64, bytes, out var length) ? Strict.GetString(bytes, 0, length) : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}

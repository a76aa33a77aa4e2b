using System.Net.Http.Headers;
using System.Text;

namespace Image2Ipfs.Publisher.Targets.Kubo;

/// <summary>Where the RPC of a node is, and the secret that it asks for. Nothing here prints the secret.</summary>
internal sealed class KuboAddress
{
    /// <summary>
    /// The environment variable with the secret, in the words of Kubo's <c>API.Authorizations</c>:
    /// <c>bearer:TOKEN</c>, <c>basic:USER:PASSWORD</c>, <c>basic:BASE64</c>, or only the token.
    /// </summary>
    public const string AuthVariable = "IMAGE2IPFS_KUBO_AUTH";

    private const string Default = "http://127.0.0.1:5001";

    private KuboAddress(Uri url, string? socket, AuthenticationHeaderValue? authorization) => (Url, Socket, Authorization) = (url, socket, authorization);

    /// <summary>Ends in a slash; <c>api/v0/</c> follows.</summary>
    public Uri Url { get; }

    /// <summary>The socket of the file system that is connected to instead of the URL's host.</summary>
    public string? Socket { get; }

    public AuthenticationHeaderValue? Authorization { get; }

    public override string ToString() => Socket ?? Url.GetLeftPart(UriPartial.Path).TrimEnd('/');

    /// <param name="text">What stands after <c>kubo:</c>, a URL or a multiaddress; null: where a node of this machine says that it is.</param>
    /// <param name="environment">Gives a variable of the environment.</param>
    /// <exception cref="FormatException">The text is no address.</exception>
    /// <exception cref="PublisherException">The environment, or the node's file, is wrong.</exception>
    public static KuboAddress Find(string? text, Func<string, string?> environment)
    {
        var secret = environment(AuthVariable) is { Length: > 0 } auth ? ParseSecret(auth) : null;
        return text is null ? Local(environment, secret) : Parse(text, secret);
    }

    /// <summary>A running node writes its address into its folder. Kubo has no variable for the address itself, only for that folder.</summary>
    private static KuboAddress Local(Func<string, string?> environment, AuthenticationHeaderValue? secret)
    {
        var folder = environment("IPFS_PATH") is { Length: > 0 } path ? path : Path.Combine(environment("HOME") ?? "", ".ipfs");
        var file = Path.Combine(folder, "api");
        try
        {
            return Parse(File.Exists(file) ? File.ReadAllText(file).Trim() : Default, secret);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new PublisherException($"{file} does not say where the node is: {e.Message}", "say it yourself: --to kubo:http://127.0.0.1:5001", e);
        }
    }

    private static KuboAddress Parse(string text, AuthenticationHeaderValue? secret)
    {
        if (text.StartsWith('/'))
        {
            var (url, socket) = Multiaddr.Parse(text);
            return new KuboAddress(url, socket, secret);
        }
        // The text is not repeated: a password may stand in it.
        if (!Uri.TryCreate(text, UriKind.Absolute, out var given) || given.Scheme is not ("http" or "https") || given.Query.Length > 0 || given.Fragment.Length > 0)
            throw new FormatException("kubo: is followed by the URL of a node's RPC, such as http://127.0.0.1:5001, or by a multiaddress");
        if (given.UserInfo.Length > 0)
            secret = Basic(Uri.UnescapeDataString(given.UserInfo));
        var prefix = given.AbsolutePath.TrimEnd('/');
        if (prefix.EndsWith("/api/v0", StringComparison.Ordinal))
            prefix = prefix[..^"/api/v0".Length];
        return new KuboAddress(new UriBuilder(given.Scheme, given.Host, given.Port, prefix + "/").Uri, null, secret);
    }

    private static AuthenticationHeaderValue ParseSecret(string text)
    {
        // A header cannot hold it, and what stands in its place would be a second header.
        if (text.Any(c => char.IsControl(c) || c > 0xFF))
            throw new PublisherException($"{AuthVariable} has a character that no secret has", "it is bearer:TOKEN or basic:USER:PASSWORD, as in Kubo's API.Authorizations");
        return text.Split(':', 2) switch
        {
            ["basic", var user] when user.Contains(':', StringComparison.Ordinal) => Basic(user),
            ["basic", var encoded] => new AuthenticationHeaderValue("Basic", encoded),
            ["bearer", var token] => new AuthenticationHeaderValue("Bearer", token),
            _ => new AuthenticationHeaderValue("Bearer", text),
        };
    }

    private static AuthenticationHeaderValue Basic(string userAndPassword) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(userAndPassword)));
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Image2Ipfs.Publisher.Targets.Kubo;

/// <summary>
/// An address as IPFS nodes write them, as far as an RPC over HTTP can have one.
/// <code>
/// address := host "/tcp/" port [ "/http" | "/https" | "/tls/http" | "/tls" ]  |  "/unix/" path
/// host    := "/ip4/" a | "/ip6/" a | "/dns/" name | "/dns4/" name | "/dns6/" name
/// </code>
/// Source: multiformats/multiaddr; Kubo's docs/config.md, "Addresses.API".
/// </summary>
internal static class Multiaddr
{
    /// <returns>The URL, and the path of the socket where it is one of the file system.</returns>
    /// <exception cref="FormatException">The text is no such address.</exception>
    public static (Uri Url, string? Socket) Parse(string text)
    {
        if (text.StartsWith("/unix/", StringComparison.Ordinal) && text.Length > "/unix/".Length)
            return (new Uri("http://localhost/"), text["/unix".Length..]);
        if (text.Split('/') is not ["", var kind, var host, "tcp", var portText, .. var above]
            || !ushort.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            throw Unknown(text);
        var scheme = above switch
        {
            [] or ["http"] => "http",
            ["https"] or ["tls"] or ["tls", "http"] => "https",
            _ => throw Unknown(text),
        };
        var isHost = kind switch
        {
            "ip4" => IsAddress(host, AddressFamily.InterNetwork),
            "ip6" => IsAddress(host, AddressFamily.InterNetworkV6),
            "dns" or "dns4" or "dns6" => Uri.CheckHostName(host) == UriHostNameType.Dns,
            _ => false,
        };
        return isHost ? (new UriBuilder(scheme, host, port).Uri, null) : throw Unknown(text);
    }

    private static bool IsAddress(string host, AddressFamily family) => IPAddress.TryParse(host, out var address) && address.AddressFamily == family;

    private static FormatException Unknown(string text) =>
        new($"'{Printable.Text(text)}' is no address of an RPC; one is /ip4/127.0.0.1/tcp/5001");
}

using System.Net;
using System.Net.Sockets;

namespace Image2Ipfs.Gateway.Upstreams;

/// <summary>Addresses that the world does not reach: what a stranger's redirect must not make us ask.</summary>
internal static class PrivateAddress
{
    private static readonly IPNetwork[] Networks =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("198.18.0.0/15"), IPNetwork.Parse("224.0.0.0/3"),
        IPNetwork.Parse("::/127"), IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("fe80::/10"), IPNetwork.Parse("ff00::/8"),
    ];

    /// <summary>
    /// Of a host as it stands in an address. A name is private if it is localhost, or below it; what other names lead to shows
    /// when they are connected to.
    /// </summary>
    public static bool IsPrivate(string host) =>
        IPAddress.TryParse(host.Trim('[', ']'), out var address) ? IsPrivate(address) : IsLocalhost(host);

    public static bool IsLocalhost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    public static bool IsPrivate(IPAddress address)
    {
        // ::ffff:127.0.0.1, and 64:ff9b::127.0.0.1 behind a NAT64.
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        else if (address.AddressFamily == AddressFamily.InterNetworkV6 && address.GetAddressBytes() is [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0, .. var v4])
            address = new IPAddress(v4);
        return Array.Exists(Networks, network => network.Contains(address));
    }

    /// <summary>Connects to the name if none of its addresses is private. It is looked up once, so it cannot change in between.</summary>
    public static async ValueTask<Stream> ConnectOutsideAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancel).ConfigureAwait(false);
        if (addresses.Length == 0 || Array.Exists(addresses, IsPrivate))
            throw new HttpRequestException($"{context.DnsEndPoint.Host} leads to a private address");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancel).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

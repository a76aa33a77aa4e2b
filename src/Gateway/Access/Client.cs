using System.Net;

namespace Image2Ipfs.Gateway.Access;

/// <summary>Whose requests are counted together: a user's, else an address's.</summary>
/// <param name="Name">The user's name, or the address.</param>
/// <param name="IsUser">Whether it was proven who it is.</param>
internal readonly record struct Client(string Name, bool IsUser)
{
    public static Client Of(Caller caller, HttpContext context) => caller.User is { } user ? new Client(user, IsUser: true) : At(context.Connection.RemoteIpAddress);

    /// <summary>Who has IPv6 has a network of 64 bits at least, and could come from a new address each time.</summary>
    /// <param name="address">Null: over a Unix socket.</param>
    public static Client At(IPAddress? address)
    {
        if (address is null)
            return new Client("socket", IsUser: false);
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        return new Client(bytes.Length == 16 ? $"{new IPAddress([.. bytes.AsSpan(0, 8), 0, 0, 0, 0, 0, 0, 0, 0])}/64" : address.ToString(), IsUser: false);
    }
}

using System.Net;
using System.Net.Sockets;

namespace Image2Ipfs.Testing;

/// <summary>
/// Ports for programs that cannot be told to choose one: each is given once, and none lies where the kernel takes those that
/// nobody chose, or somebody else would have it before the program listens.
/// </summary>
public static class Port
{
    private const int First = 20_000;
    private const int Count = 10_000;

    private static int _next = Random.Shared.Next(Count);

    public static int Free()
    {
        for (var tries = 0; tries < Count; tries++)
        {
            var port = First + (Interlocked.Increment(ref _next) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
        throw new InvalidOperationException("no port is free");
    }
}

namespace Image2Ipfs.Gateway.Upstreams;

/// <summary>
/// Gateways may be each other's upstreams. A request that has come through this one already is not passed on again: the Via
/// header of RFC 9110 7.6.3 says so.
/// </summary>
internal static class Loop
{
    private static readonly string Name = $"image2ipfs-{Guid.NewGuid():N}";

    public static string Via { get; } = $"1.1 {Name}";

    public static bool Closes(HttpRequest request) => request.Headers.Via.Any(via => via?.Contains(Name, StringComparison.Ordinal) == true);
}

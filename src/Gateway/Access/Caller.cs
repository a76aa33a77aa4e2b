namespace Image2Ipfs.Gateway.Access;

/// <summary>Who sends a request, as a feature of it.</summary>
/// <param name="User">The name that was proven, or null: anybody.</param>
internal sealed record Caller(string? User)
{
    public static readonly Caller Anybody = new((string?)null);
}

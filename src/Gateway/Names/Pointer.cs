using Image2Ipfs.Ipns;

namespace Image2Ipfs.Gateway.Names;

/// <summary>Where a moving name points.</summary>
/// <param name="Target">A place, or another moving name.</param>
/// <param name="FreshUntil">When it is asked for again.</param>
/// <param name="UsableUntil">Until when it is served where nobody answers.</param>
/// <param name="Record">What proves it, or null where nothing does.</param>
internal sealed record Pointer(RootName Target, DateTimeOffset FreshUntil, DateTimeOffset UsableUntil, IpnsRecord? Record);

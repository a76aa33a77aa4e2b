using Image2Ipfs.Ipfs;
using Image2Ipfs.Ipns;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Names;

/// <summary>
/// What to write instead of a name with upper-case letters. Clients refuse such names by themselves, or are told to send
/// them all the same: base58, which IPFS prints, has them always, and some write the other bases so.
/// </summary>
internal static class NameHint
{
    /// <returns>The name to write, as far as it can be said, or null.</returns>
    public static string? For(string name)
    {
        var components = name.Split('/');
        var at = components is ["ipfs" or "ipns", _, ..] ? 1 : 0;
        if (Right(at == 0 ? "" : components[0], components[at]) is not { } right)
            return null;
        string[] begin = [.. components[..at], right];
        var whole = string.Join('/', (string[])[.. begin, .. components[(at + 1)..]]);
        return RepositoryName.TryParse(whole, out _) ? whole : string.Join('/', begin);
    }

    private static string? Right(string space, string wrong)
    {
        var lower = wrong.ToLowerInvariant();
        if (wrong == lower)
            return null;
        if (space != "ipns" && Cid.TryParse(wrong, out var cid) && cid.Codec != Cid.Libp2pKey)
            return cid.ToRepositoryComponent();
        if (space != "ipfs" && IpnsName.TryParse(wrong, out var key))
            return space == "ipns" || Cid.TryParse(wrong, out _) ? key.ToString() : $"ipns/{key}";
        return Cid.TryParse(lower, out _) || (space != "ipfs" && Domain.TryParse(lower, out _)) ? lower : null;
    }
}

using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Names;
using Image2Ipfs.Gateway.Request;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Pages;

/// <summary>
/// A pull name as a person types or pastes it:
/// <code>
/// text := ["docker://"] [host "/"] name [":" tag] ["@" digest]
/// host := this Gateway's own, "localhost", or anything with a port
/// </code>
/// Another host is none: it may be a domain with a DNSLink, with which a name begins too. Upper-case roots are put right.
/// </summary>
/// <param name="Name">The repository.</param>
/// <param name="Tag">Null where none is said.</param>
/// <param name="Digest">Which counts more than the tag.</param>
internal sealed record ImageName(RepositoryName Name, Tag? Tag, Digest? Digest)
{
    private const int MaxLength = 1024;

    /// <param name="text">What was typed.</param>
    /// <param name="host">Under which the Gateway is known to the client.</param>
    /// <returns>The name, or what is wrong with it.</returns>
    public static (ImageName? Name, RegistryError? Error) Parse(string text, string host)
    {
        var rest = text.Trim();
        if (rest.Length > MaxLength)
            return (null, RegistryError.NameInvalid(rest));
        if (rest.StartsWith("docker://", StringComparison.Ordinal))
            rest = rest["docker://".Length..];
        if (rest.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 && IsHost(rest[..slash], host))
            rest = rest[(slash + 1)..];

        Digest? digest = null;
        if (rest.IndexOf('@', StringComparison.Ordinal) is var at and >= 0)
        {
            if (!Registry.Digest.TryParse(rest[(at + 1)..], out var parsed))
                return (null, RegistryError.DigestInvalid(rest[(at + 1)..]));
            (digest, rest) = (parsed, rest[..at]);
        }
        Tag? tag = null;
        if (rest.LastIndexOf(':') is var colon and >= 0)
        {
            if (!Registry.Tag.TryParse(rest[(colon + 1)..], out var parsed))
                return (null, RegistryError.TagInvalid(rest[(colon + 1)..]));
            (tag, rest) = (parsed, rest[..colon]);
        }
        return RepositoryName.TryParse(rest, out var name) || (NameHint.For(rest) is { } right && RepositoryName.TryParse(right, out name))
            ? (new ImageName(name, tag, digest), null)
            : (null, RegistryError.NameInvalid(rest));
    }

    /// <summary>Nothing in a name needs to be encoded in a query.</summary>
    public static string Address(string name) => $"/image?name={name}";

    /// <summary>What a client would ask for to see it.</summary>
    public RegistryPath.OfRepository ToPath() =>
        Digest is { } digest ? new RegistryPath.DigestedManifest(Name, digest) : Tag is { } tag ? new RegistryPath.TaggedManifest(Name, tag) : new RegistryPath.Tags(Name);

    public override string ToString() => $"{Name}{(Tag is { } tag ? $":{tag}" : "")}{(Digest is { } digest ? $"@{digest}" : "")}";

    private static bool IsHost(string first, string host) =>
        first is "localhost" || first.Contains(':', StringComparison.Ordinal) || first.Equals(host, StringComparison.OrdinalIgnoreCase);
}

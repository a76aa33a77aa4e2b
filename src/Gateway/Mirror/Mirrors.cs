using Image2Ipfs.Gateway.Names;
using Image2Ipfs.Gateway.Request;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Registry;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Mirror;

/// <summary>
/// Which names of other registries are served from which roots. containerd says in <c>?ns=</c> whose name it asks for; Docker,
/// which has mirrors for its hub alone, says nothing. A name that begins with a root is that root's, whatever is said.
/// Source: opencontainers/distribution-spec, spec.md, "Registry Proxying".
/// </summary>
internal sealed class Mirrors
{
    private readonly Dictionary<string, string> _roots;
    private readonly string _default;

    public Mirrors(IOptions<GatewaySettings> settings)
    {
        var mirrors = settings.Value.Mirrors;
        _roots = mirrors.Names.ToDictionary(n => Parse(n.Name).ToString(), n => n.Root, StringComparer.Ordinal);
        _default = Parse(mirrors.DefaultRegistry).Registry;
        ByDigestAlone = mirrors.ByDigestAlone ?? _roots.Count > 0;
    }

    /// <summary>Whether what has a digest is served under names that begin with no root.</summary>
    public bool ByDigestAlone { get; }

    /// <param name="path">What is asked for.</param>
    /// <param name="request">Says whose name it is.</param>
    /// <returns>What that is here, and the registry in whose stead it is served, where the client named one.</returns>
    public (RegistryPath Path, string? Registry) Find(RegistryPath path, HttpRequest request)
    {
        if (_roots.Count == 0 || path is not RegistryPath.OfRepository { Name: var name } asked || BeginsWithRoot(name))
            return (path, null);
        if (NamespaceOf(request) is not { } ns)
            return (Map($"{_default}/{name}") is { } byDefault ? asked with { Name = byDefault } : path, null);
        return HubName.TryParse(ns, out var named) && named.Path.Length == 0 && Map($"{named.Registry}/{name}") is { } mapped
            ? (asked with { Name = mapped }, named.Registry)
            : (path, null);
    }

    /// <summary>The name of another registry that is asked for, or null: it begins with a root.</summary>
    public HubName? NameOf(RegistryPath path, HttpRequest request) =>
        path is RegistryPath.OfRepository { Name: var name } && !BeginsWithRoot(name)
        && HubName.TryParse($"{NamespaceOf(request) ?? _default}/{name}", out var hub) ? hub : null;

    /// <summary>The registry whose name a client asks for, if it says so.</summary>
    public static string? NamespaceOf(HttpRequest request) => request.Query["ns"] is [{ Length: > 0 } ns, ..] ? ns : null;

    /// <summary>The longest beginning counts.</summary>
    private RepositoryName? Map(string name)
    {
        for (var end = name.Length; end > 0; end = name.LastIndexOf('/', end - 1))
        {
            if (_roots.TryGetValue(name[..end], out var root))
                return RepositoryName.TryParse(root + name[end..], out var mapped) ? mapped : null;
        }
        return null;
    }

    /// <summary>The name is one of this Gateway's own. A hub has no names with dots, and may well have a user called ipfs.</summary>
    public static bool BeginsWithRoot(RepositoryName name) => RootName.Parse(name) is not null;

    /// <summary>The settings were validated at the start.</summary>
    private static HubName Parse(string text) => HubName.TryParse(text, out var name) ? name : throw new FormatException($"'{text}' is no name of a registry");
}

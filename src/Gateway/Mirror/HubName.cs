using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Mirror;

/// <summary>
/// The name of a repository of another registry, or the beginning of one.
/// <code>
/// hubName := host [":" port] ["/" name]          host with a dot, or localhost; name as in <see cref="RepositoryName"/>
/// </code>
/// Docker's hub has three hosts, which are one.
/// </summary>
/// <param name="Registry">Host and port, in lower case.</param>
/// <param name="Path">The repository, or nothing.</param>
internal sealed partial record HubName(string Registry, string Path)
{
    public const string DockerHub = "docker.io";

    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out HubName? name)
    {
        name = null;
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        var path = slash < 0 ? "" : text![(slash + 1)..];
        var registry = (slash < 0 ? text ?? "" : text![..slash]).ToLowerInvariant();
        if (!RegistryGrammar().IsMatch(registry) || (slash >= 0 && !RepositoryName.TryParse(path, out _)))
            return false;
        name = new HubName(registry is "index.docker.io" or "registry-1.docker.io" ? DockerHub : registry, path);
        return true;
    }

    public override string ToString() => Path.Length == 0 ? Registry : $"{Registry}/{Path}";

    [GeneratedRegex(@"\A(?:localhost|[a-z0-9]+(?:[.-]+[a-z0-9]+)*\.[a-z0-9]+(?:[.-]+[a-z0-9]+)*|\[[0-9a-f:]+\])(?::[0-9]{1,5})?\z")]
    private static partial Regex RegistryGrammar();
}

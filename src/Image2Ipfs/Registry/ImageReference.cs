using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Image2Ipfs.Registry;

/// <summary>
/// An image's name as tools print it, <c>[host/]repository[:tag]</c>, taken apart by Docker's rule: the first
/// component is a registry host when it holds a dot, a colon or an upper-case letter, or is <c>localhost</c>.
/// The hub's own <c>docker.io/library/</c> is dropped, as in the names that <c>docker images</c> prints.
/// <code>
/// host      := (component ("." component)* | "[" IPv6 "]") [":" port]
/// component := alnum ("-"+ alnum)*                                   alnum := [a-zA-Z0-9]+
/// </code>
/// Source: distribution/reference, normalize.go and regexp.go.
/// </summary>
/// <param name="Host">The registry's host and port, or null for the default registry.</param>
/// <param name="Name">The repository's path, without the host.</param>
/// <param name="Tag">The tag, or null where the text has none.</param>
public sealed partial record ImageReference(string? Host, RepositoryName Name, Tag? Tag)
{
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ImageReference? reference)
    {
        reference = null;
        if (string.IsNullOrEmpty(text) || text.Contains('@', StringComparison.Ordinal))
            return false;

        Tag? tag = null;
        var colon = text.LastIndexOf(':');
        if (colon > text.LastIndexOf('/'))
        {
            if (!Registry.Tag.TryParse(text[(colon + 1)..], out var parsed))
                return false;
            tag = parsed;
            text = text[..colon];
        }

        string? host = null;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && IsHost(text.AsSpan(0, slash)))
        {
            host = text[..slash];
            if (!HostGrammar().IsMatch(host))
                return false;
            text = text[(slash + 1)..];
        }
        if (host is "docker.io" or "index.docker.io")
        {
            host = null;
            if (text.StartsWith("library/", StringComparison.Ordinal) && text.LastIndexOf('/') == "library".Length)
                text = text["library/".Length..];
        }

        if (!RepositoryName.TryParse(text, out var name))
            return false;
        reference = new ImageReference(host, name, tag);
        return true;
    }

    private static bool IsHost(ReadOnlySpan<char> component) =>
        component is "localhost" || component.ContainsAny('.', ':') || component.ContainsAnyInRange('A', 'Z');

    [GeneratedRegex(@"\A(?:[a-zA-Z0-9]+(?:-+[a-zA-Z0-9]+)*(?:\.[a-zA-Z0-9]+(?:-+[a-zA-Z0-9]+)*)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?\z")]
    private static partial Regex HostGrammar();
}

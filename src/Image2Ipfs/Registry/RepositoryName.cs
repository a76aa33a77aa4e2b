using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Image2Ipfs.Registry;

/// <summary>
/// A repository's path without its registry host.
/// <code>
/// name      := component ("/" component)*          at most 255 characters
/// component := alnum (separator alnum)*            alnum := [a-z0-9]+
/// separator := "." | "_" | "__" | "-"+
/// </code>
/// Source: opencontainers/distribution-spec, spec.md, "Pulling manifests".
/// </summary>
public readonly partial record struct RepositoryName
{
    public const int MaxLength = 255;

    private readonly string _text;

    private RepositoryName(string text) => _text = text;

    public static bool TryParse([NotNullWhen(true)] string? text, out RepositoryName name)
    {
        name = default;
        if (text is null || text.Length > MaxLength || !Grammar().IsMatch(text))
            return false;
        name = new RepositoryName(text);
        return true;
    }

    /// <exception cref="FormatException">The text is no repository name.</exception>
    public static RepositoryName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new FormatException($"'{text}' is not a repository name");

    public override string ToString() => _text;

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex Grammar();
}

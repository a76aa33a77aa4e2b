using System.Diagnostics.CodeAnalysis;

namespace Image2Ipfs.Registry;

/// <summary>
/// A tag: <c>[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}</c>.
/// Source: opencontainers/distribution-spec, spec.md, "Pulling manifests".
/// </summary>
public readonly record struct Tag
{
    public static readonly Tag Latest = new("latest");

    private const string First = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

    private readonly string _text;

    private Tag(string text) => _text = text;

    public static bool TryParse([NotNullWhen(true)] string? text, out Tag tag)
    {
        tag = default;
        if (text is null or { Length: 0 or > 128 } || !First.Contains(text[0]) || text.AsSpan(1).ContainsAnyExcept(First + ".-"))
            return false;
        tag = new Tag(text);
        return true;
    }

    /// <exception cref="FormatException">The text is no tag.</exception>
    public static Tag Parse(string text) =>
        TryParse(text, out var tag) ? tag : throw new FormatException($"'{text}' is not a tag");

    public override string ToString() => _text;
}

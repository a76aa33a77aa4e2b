namespace Image2Ipfs.Gateway.Rules;

/// <summary>A rule for paths below a root or a name.</summary>
/// <param name="Path">Decoded, without slashes at its ends.</param>
/// <param name="IsPrefix">Whether every path is meant that begins so, be it in the middle of a component.</param>
/// <param name="Rule">Which one it is.</param>
internal readonly record struct PathRule(string Path, bool IsPrefix, Rule Rule)
{
    /// <summary>As a list has it: percent-encoded, with an asterisk or a slash and an asterisk at its end where it is a prefix.</summary>
    public static PathRule Parse(string text, Rule rule)
    {
        var isPrefix = text.EndsWith('*');
        if (isPrefix)
            text = text.EndsWith("/*", StringComparison.Ordinal) ? text[..^2] : text[..^1];
        return new PathRule(Uri.UnescapeDataString(text).Trim('/'), isPrefix, rule);
    }

    public bool Fits(string path) => IsPrefix ? path.StartsWith(Path, StringComparison.Ordinal) : path == Path;
}

/// <summary>Where a rule stands, and whether it is an exception from those before it.</summary>
internal readonly record struct Rule
{
    private readonly int _packed;

    public Rule(int line, bool allows) => _packed = (line << 1) | (allows ? 1 : 0);

    public int Line => _packed >> 1;

    public bool Allows => (_packed & 1) == 1;

    /// <summary>The last line of a list that speaks of something counts.</summary>
    public static Rule? Later(Rule? a, Rule? b) => b is null || a?.Line > b.Value.Line ? a : b;
}

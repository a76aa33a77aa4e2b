using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Image2Ipfs.Gateway.Rules;

/// <summary>What a list says of itself, and the hints that hold for all its rules.</summary>
internal sealed class DenylistHeader
{
    /// <summary>A longer one is none.</summary>
    public const int MaxBytes = 1 << 20;

    private const int Known = 1;

    public IReadOnlyDictionary<string, string> Hints { get; private init; } = new Dictionary<string, string>();

    /// <exception cref="FormatException">It is no YAML, or of a version that is not known here.</exception>
    public static DenylistHeader Parse(string yaml)
    {
        try
        {
            var fields = new DeserializerBuilder().IgnoreUnmatchedProperties().Build().Deserialize<Fields?>(yaml);
            if (fields?.Version is not (null or 0 or Known) and var version)
                throw new FormatException($"a denylist of version {version} is not known here");
            return new DenylistHeader { Hints = (fields?.Hints ?? []).ToDictionary(h => h.Key, h => h.Value ?? "") };
        }
        catch (YamlException e)
        {
            throw new FormatException($"the header is no YAML that a denylist has, in its line {e.Start.Line}: {e.GetBaseException().Message}", e);
        }
    }

    /// <summary>Those of a rule. What is none is overlooked.</summary>
    public static IReadOnlyDictionary<string, string> Parse(IEnumerable<string> hints)
    {
        var parsed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var hint in hints)
            if (hint.IndexOfAny(['=', ':']) is var at and > 0)
                parsed[hint[..at]] = hint[(at + 1)..];
        return parsed;
    }

    private sealed class Fields
    {
        [YamlMember(Alias = "version")]
        public int? Version { get; set; }

        [YamlMember(Alias = "hints")]
        public Dictionary<string, string?>? Hints { get; set; }
    }
}

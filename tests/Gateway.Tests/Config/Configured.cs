using System.Text.Json;
using System.Text.Json.Nodes;
using Image2Ipfs.Testing;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Image2Ipfs.Gateway.Tests.Config;

/// <summary>The files of <c>config/</c>.</summary>
internal static class Configured
{
    public static string Folder { get; } = Path.Combine(Vectors.Repository, "config");

    public static string PathOf(params string[] parts) => Path.Combine([Folder, .. parts]);

    public static string Text(params string[] parts) => File.ReadAllText(PathOf(parts));

    /// <summary>A YAML file, its plain scalars typed as YAML's core schema has it.</summary>
    public static JsonNode Yaml(params string[] parts)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(Text(parts)));
        return ToJson(Assert.Single(stream.Documents).RootNode)!;
    }

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Select(pair => KeyValuePair.Create(pair.Key.ToString(), ToJson(pair.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Select(ToJson)]),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => scalar.Value switch
        {
            null or "" or "null" or "~" => null,
            "true" or "false" => JsonValue.Create(scalar.Value == "true"),
            var text when long.TryParse(text, out var number) => JsonValue.Create(number),
            var text => JsonValue.Create(text),
        },
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => throw new JsonException($"{node.GetType().Name} is nothing that JSON has"),
    };
}

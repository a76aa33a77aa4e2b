using System.Globalization;
using System.Text.Json;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Pages;

/// <summary>
/// What a configuration tells people. It is read for nothing else, so what is missing or odd is passed over: the bytes were
/// checked against their digest, and say what they say.
/// Source: opencontainers/image-spec, config.md; the JSON in schema 1's history has the same members.
/// </summary>
internal sealed record ConfigFacts(
    Platform? Platform, DateTimeOffset? Created, IReadOnlyList<(string What, string Value)> Settings, IReadOnlyList<(string Name, string Value)> Environment, IReadOnlyList<(string Key, string Value)> Labels, IReadOnlyList<BuildStep> Steps)
{
    /// <summary>More lines of one kind nobody reads.</summary>
    public const int MaxLines = 500;

    /// <exception cref="FormatException">It is no JSON object.</exception>
    public static ConfigFacts Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            return json.RootElement.ValueKind == JsonValueKind.Object ? Read(json.RootElement) : throw new FormatException("it is not a JSON object");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private static ConfigFacts Read(JsonElement root)
    {
        var config = Member(root, "config");
        List<(string, string?)> settings =
        [
            ("Entrypoint", Words(config, "Entrypoint")),
            ("Command", Words(config, "Cmd")),
            ("User", Text(config, "User")),
            ("Working folder", Text(config, "WorkingDir")),
            ("Ports", Keys(config, "ExposedPorts")),
            ("Volumes", Keys(config, "Volumes")),
            ("Stop signal", Text(config, "StopSignal")),
            ("Author", Text(root, "author")),
        ];
        return new ConfigFacts(
            Text(root, "os") is { } os && Text(root, "architecture") is { } architecture ? new Platform(os, architecture, Text(root, "variant")) : null,
            Time(root),
            [.. settings.Where(s => s.Item2 is not null).Select(s => (s.Item1, s.Item2!))],
            [.. Strings(config, "Env").Select(e => e.IndexOf('=', StringComparison.Ordinal) is var equals and > 0 ? (e[..equals], e[(equals + 1)..]) : (e, ""))],
            [.. Members(config, "Labels").Take(MaxLines).Select(l => (l.Name, l.Value.ValueKind == JsonValueKind.String ? l.Value.GetString()! : l.Value.GetRawText()))],
            [.. Elements(root, "history").Take(MaxLines).Where(s => s.ValueKind == JsonValueKind.Object).Select(BuildStep.Read)]);
    }

    internal static DateTimeOffset? Time(JsonElement parent) =>
        DateTimeOffset.TryParse(Text(parent, "created"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time.Year > 1 ? time : null;

    internal static JsonElement Member(JsonElement parent, string name) => parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var member) ? member : default;

    internal static string? Text(JsonElement parent, string name) => Member(parent, name) is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: > 0 } value ? value : null;

    internal static IEnumerable<JsonElement> Elements(JsonElement parent, string name) => Member(parent, name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    internal static IEnumerable<string> Strings(JsonElement parent, string name) =>
        Elements(parent, name).Take(MaxLines).Where(e => e.ValueKind == JsonValueKind.String).Select(e => e.GetString()!);

    private static IEnumerable<JsonProperty> Members(JsonElement parent, string name) => Member(parent, name) is { ValueKind: JsonValueKind.Object } map ? map.EnumerateObject() : [];

    private static string? Keys(JsonElement parent, string name) => string.Join(", ", Members(parent, name).Take(MaxLines).Select(m => m.Name)) is { Length: > 0 } keys ? keys : null;

    /// <summary>As a Dockerfile has it: where one word ends can be seen.</summary>
    private static string? Words(JsonElement parent, string name) =>
        Strings(parent, name).ToList() is { Count: > 0 } words ? $"[{string.Join(", ", words.Select(w => $"\"{w}\""))}]" : null;
}

/// <summary>One step of a build.</summary>
/// <param name="Command">As a Dockerfile has it, as far as the history tells.</param>
/// <param name="IsEmpty">It made no layer.</param>
internal sealed record BuildStep(string Command, DateTimeOffset? Created, string? Comment, bool IsEmpty)
{
    private const string Shell = "/bin/sh -c ";
    private const string Nop = "#(nop)";

    public static BuildStep Read(JsonElement step) => new(
        Plain(ConfigFacts.Text(step, "created_by") ?? ""),
        ConfigFacts.Time(step),
        ConfigFacts.Text(step, "comment"),
        ConfigFacts.Member(step, "empty_layer").ValueKind == JsonValueKind.True);

    /// <summary>The JSON of one element of schema 1's history.</summary>
    public static BuildStep ReadSchema1(JsonElement v1) => new(
        Plain(string.Join(' ', ConfigFacts.Strings(ConfigFacts.Member(v1, "container_config"), "Cmd"))),
        ConfigFacts.Time(v1),
        ConfigFacts.Text(v1, "comment"),
        ConfigFacts.Member(v1, "throwaway").ValueKind == JsonValueKind.True);

    /// <summary>Without what Docker's builders put around it.</summary>
    private static string Plain(string command)
    {
        command = command.Replace("\t", " ", StringComparison.Ordinal).Trim();
        if (command.EndsWith("# buildkit", StringComparison.Ordinal))
            command = command[..^"# buildkit".Length].TrimEnd();
        if (command.StartsWith($"RUN {Shell}", StringComparison.Ordinal))
            command = command["RUN ".Length..];
        if (!command.StartsWith(Shell, StringComparison.Ordinal))
            return command;
        command = command[Shell.Length..].TrimStart();
        return command.StartsWith(Nop, StringComparison.Ordinal) ? command[Nop.Length..].TrimStart() : $"RUN {command}";
    }
}

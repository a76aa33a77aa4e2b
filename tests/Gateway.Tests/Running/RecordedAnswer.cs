using System.Globalization;
using System.Text.RegularExpressions;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Running;

/// <summary>
/// A request and boxo's answer to it, from tests/Vectors/ipfs/boxo-gateway-headers.txt.
/// <code>
/// answer  := "== " [ "-H " name ": " value " " ] [ "-I " ] "http://127.0.0.1:" port target
///            "HTTP/1.1 " status
///            ( name ": " value )*          a name begins with a capital; what the recording shell said does not
///            "   body " length " bytes sha256 " 16 digits of it
/// </code>
/// </summary>
internal sealed partial record RecordedAnswer(
    string Request, string Target, bool Head, (string Name, string Value)? Header, int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public static IReadOnlyList<RecordedAnswer> All { get; } =
        [.. Vectors.Text("ipfs", "boxo-gateway-headers.txt").Split("== ", StringSplitOptions.RemoveEmptyEntries).Select(Parse)];

    /// <summary>What the answer is one of.</summary>
    public string Kind =>
        Target.StartsWith("/ipns/", StringComparison.Ordinal) ? "`/ipns/`"
        : Target.EndsWith("?format=bogus", StringComparison.Ordinal) ? "unknown `format`"
        : (Status, Headers.GetValueOrDefault("Content-Type")) switch
        {
            (301, _) => "redirect",
            (304, _) => "304",
            (400 or 404, _) => "error",
            (406, _) => "406",
            (416, _) => "416",
            (_, "application/vnd.ipld.raw") => "block",
            (_, { } type) when type.StartsWith("application/vnd.ipld.car", StringComparison.Ordinal) => "archive",
            (_, "text/html") => "directory",
            (206, _) => "part of a file",
            _ => "file",
        };

    /// <summary>The answer's body, as <see cref="Body"/> has it.</summary>
    public static string BodyOf(long length, string sha256) => length == 0 ? "empty" : $"{length} bytes, {sha256[..16]}";

    private static RecordedAnswer Parse(string text)
    {
        var lines = text.Split('\n');
        var request = RequestLine().Match(lines[0]);
        Assert.True(request.Success, lines[0]);
        var body = BodyLine().Match(text);
        var head = request.Groups["head"].Success;
        return new RecordedAnswer(
            lines[0],
            request.Groups["target"].Value,
            head,
            request.Groups["name"].Success ? (request.Groups["name"].Value, request.Groups["value"].Value) : null,
            int.Parse(lines[1].AsSpan("HTTP/1.1 ".Length, 3), CultureInfo.InvariantCulture),
            lines.Select(line => HeaderLine().Match(line)).Where(m => m.Success)
                .ToDictionary(m => m.Groups["name"].Value, m => m.Groups["value"].Value, StringComparer.OrdinalIgnoreCase),
            // Of a HEAD, it is the headers that were counted.
            head || !body.Success ? BodyOf(0, "") : BodyOf(long.Parse(body.Groups["length"].Value, CultureInfo.InvariantCulture), body.Groups["sha256"].Value));
    }

    [GeneratedRegex(@"^(-H (?<name>[^:]+): (?<value>.*?) )?(?<head>-I )?http://127\.0\.0\.1:\d+(?<target>/\S+)$")]
    private static partial Regex RequestLine();

    [GeneratedRegex(@"^(?<name>[A-Z][A-Za-z-]*): (?<value>.*)$")]
    private static partial Regex HeaderLine();

    [GeneratedRegex(@"^   body (?<length>\d+) bytes sha256 (?<sha256>[0-9a-f]{16})$", RegexOptions.Multiline)]
    private static partial Regex BodyLine();
}

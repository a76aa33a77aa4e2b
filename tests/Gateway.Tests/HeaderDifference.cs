using System.Text;
using Image2Ipfs.Gateway.Tests.Running;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>A difference from boxo, the gateway in Kubo, that is meant.</summary>
/// <param name="Kinds">Of which answers.</param>
/// <param name="What">The header, "body", or "status".</param>
/// <param name="Boxo">What boxo says, as a pattern; null: nothing.</param>
/// <param name="Ours">What this Gateway says.</param>
/// <param name="Why">Why that is better, or as good.</param>
internal sealed record HeaderDifference(string[] Kinds, string What, string? Boxo, string? Ours, string Why)
{
    public const string Begin = "<!-- differences -->";
    public const string End = "<!-- /differences -->";

    /// <summary>As many bytes as the body has.</summary>
    public const string Length = "{length}";

    private const string As200 = "a cache is told what a 200 would tell it (RFC 9110, 15.4.5)";
    private const string LengthKnown = "the length is known before the first byte: a client sees when some are missing";

    public static IReadOnlyList<HeaderDifference> Table { get; } =
    [
        new(["file", "part of a file", "304", "416", "directory", "redirect", "block", "archive"], "Vary", null, "Accept", "one address has several representations"),
        new(["file", "part of a file", "416", "directory", "redirect", "block", "archive", "error"], "X-Content-Type-Options", null, "nosniff",
            "no browser is to guess; Kubo says it with blocks, archives and errors, where the recording has left it out"),
        new(["part of a file"], "Content-Type", "text/plain; charset=utf-8", "application/json", "a part has the type of the whole; Kubo guesses from the part"),
        new(["304"], "ETag", null, "\"{cid}\"", As200),
        new(["304"], "Cache-Control", null, "public, max-age=29030400, immutable", As200),
        new(["304"], "X-Ipfs-Roots", null, "{roots}", As200),
        new(["directory"], "ETag", "\"DirIndex-{hash}_CID-{root}\"", "\"DirIndex-1_CID-{root}\"", "it is another page, whose versions are counted"),
        new(["directory"], "body", "{text}", "{text}", "a page without scripts, styles and pictures"),
        new(["directory"], "Content-Security-Policy", null, FrontDoor.DirectoryPage.ContentSecurityPolicy, "its names are anybody's text"),
        new(["archive"], "ETag", "W/\"{root}.car.{hash}\"", "W/\"{root}.car.{hash}\"", "another hash of path and parameters; a tag says something only to the server that gave it"),
        new(["directory", "archive"], "Transfer-Encoding", "chunked", null, LengthKnown),
        new(["directory", "archive"], "Content-Length", null, Length, LengthKnown),
        new(["error"], "body", "{text}", "{text}", "other words"),
        new(["unknown `format`"], "status", "301", "404", "an upstream may know it, and here is none; a page or a file is not what was asked for"),
        new(["`/ipns/`"], "status", "500", "404", "an upstream resolves names, and here is none"),
        new(["406"], "status", "406", "200", "boxo was set to give nothing but blocks and archives (`deserialized=false`); there is no such setting here"),
    ];

    /// <summary>Answers with another status are others altogether.</summary>
    public bool IsWhole => What == "status";

    public bool Explains(RecordedExchange exchange, (string What, string? Boxo, string? Ours) difference) =>
        Kinds.Contains(exchange.Boxo.Kind)
        && What.Equals(difference.What, StringComparison.OrdinalIgnoreCase)
        && exchange.IsLike(difference.Boxo, Boxo)
        && exchange.IsLike(difference.Ours, Ours);

    public static string Markdown()
    {
        var table = new StringBuilder("| answer | what | Kubo | here | why |\n|---|---|---|---|---|\n");
        foreach (var row in Table)
            table.Append("| ").AppendJoin(", ", row.Kinds).Append(" | ").Append(row.What).Append(" | ").Append(Cell(row.Boxo)).Append(" | ").Append(Cell(row.Ours)).Append(" | ").Append(row.Why).Append(" |\n");
        return table.ToString();

        static string Cell(string? value) => value is null ? "–" : $"`{value}`";
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Image2Ipfs.Publisher.Commands;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>docs/publishing.md and the help say what the program does.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Vectors.Repository, "docs", "publishing.md"));

    [Fact]
    public async Task The_exit_codes_are_in_the_page_and_at_the_end_of_the_help()
    {
        Assert.Equal(ExitCode.All, Rows("Exit codes").Select(cells => (int.Parse(cells[0], CultureInfo.InvariantCulture), cells[1])));
        using var cli = new Cli();
        var help = (await cli.RunAsync("--help")).Succeeded().Lines;
        Assert.Equal(
            ExitCode.All.Select(c => $"{c.Code} {c.Meaning}"),
            help.SkipWhile(line => line != "Exit codes:").Skip(1).Select(line => Spaces().Replace(line.Trim(), " ")));
    }

    [Fact]
    public async Task The_members_of_the_JSON_are_those_that_the_page_explains()
    {
        using var cli = new Cli();
        var image = new TestImage([TestImage.Layer("file")], "app:1");
        var archive = cli["app.tar"];
        await File.WriteAllBytesAsync(archive, image.Save(), TestContext.Current.CancellationToken);
        var root = await SameAsync("image2ipfs --json", archive, "--to", $"car:{cli["app.car"]}");
        await SameAsync("image2ipfs list --json", "list");
        await SameAsync("image2ipfs cid --json", "cid", root);

        var blob = Directory.EnumerateFiles(Path.Combine(cli.StoreFolder, "blobs", "sha256")).First();
        var content = await File.ReadAllBytesAsync(blob, TestContext.Current.CancellationToken);
        File.Delete(blob);
        await SameAsync("image2ipfs verify --json", "verify");
        await File.WriteAllBytesAsync(blob, content, TestContext.Current.CancellationToken);
        await SameAsync("image2ipfs remove --json", "remove", root);

        async Task<string> SameAsync(string words, params string[] arguments)
        {
            var outcome = await cli.RunAsync([.. arguments, "--json"]);
            var json = JsonElement.Parse(outcome.Output);
            // A list of objects may have a line of its own that says what it lists.
            var explained = Rows($"`{words}`").SelectMany(cells => Code().Matches(cells[0]).Select(m => m.Groups[1].Value)).ToHashSet();
            var printed = Members(json, "").ToHashSet();
            Assert.Subset(explained, printed);
            Assert.All(explained.Except(printed), member => Assert.Contains(printed, p => p.StartsWith(member + ".", StringComparison.Ordinal)));
            return json.ValueKind == JsonValueKind.Object && json.TryGetProperty("root", out var of) && of.ValueKind == JsonValueKind.Object ? of.GetProperty("cid").GetString()! : "";
        }
    }

    [Fact]
    public async Task The_manual_page_is_what_the_program_writes()
    {
        using var cli = new Cli();
        var page = (await cli.RunAsync("man")).Succeeded().Output;
        Assert.True(page == await File.ReadAllTextAsync(Path.Combine(Vectors.Repository, "docs", "image2ipfs.1"), TestContext.Current.CancellationToken),
            "docs/image2ipfs.1 is old: dotnet run --project src/Publisher -- man > docs/image2ipfs.1");
        Assert.Equal(
            ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES", "SEE ALSO"],
            page.Split('\n').Where(line => line.StartsWith(".SH ", StringComparison.Ordinal)).Select(line => line[4..]));
        Assert.DoesNotContain("\\fBman\\fR", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mandoc", "-T lint")]
    [InlineData("groff", "-man -ww -z -T utf8")]
    public async Task The_manual_page_is_read_without_a_warning(string reader, string arguments)
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, reader))), $"there is no {reader}");
        var result = await Command.RunAsync(reader, [.. arguments.Split(' '), Path.Combine(Vectors.Repository, "docs", "image2ipfs.1")]);
        // What is made anew from the program has no date.
        Assert.DoesNotContain((result.Output + result.Error).Split('\n', StringSplitOptions.RemoveEmptyEntries), line => !line.Contains("missing date", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Members(JsonElement json, string path) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(p => Members(p.Value, path.Length == 0 ? p.Name : $"{path}.{p.Name}")),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(e => Members(e, path + "[]")),
        _ => [path],
    };

    /// <summary>The rows of the first table behind a text, without its head.</summary>
    private static List<string[]> Rows(string before) =>
        [.. Page[Page.IndexOf(before, StringComparison.Ordinal)..].Split('\n')
            .SkipWhile(line => !line.StartsWith('|')).TakeWhile(line => line.StartsWith('|')).Skip(2)
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())];

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}

using System.Text.RegularExpressions;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>Runs with and without a terminal, as builds have them: nothing is ever asked, and nothing hangs.</summary>
public sealed partial class NoTerminalTests
{
    /// <summary>The program's words for a shell.</summary>
    private static readonly string Program = $"'{Programs.Dotnet}' '{Path.Combine(AppContext.BaseDirectory, "image2ipfs.dll")}'";

    [Theory]
    [InlineData("publish", "</dev/null", 1)]
    [InlineData("publish", "<&-", 2)]
    [InlineData("import", "</dev/null", 1)]
    [InlineData("import", "<&-", 2)]
    public async Task Without_any_input_it_ends_with_a_hint(string command, string stdin, int exit)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere a closed stdin cannot be told from another");
        using var cli = new Cli();
        var outcome = await ShellAsync($"{Program} {command} --store '{cli.StoreFolder}' {stdin}");
        outcome.FailedWithHint(exit);
        Assert.Empty(cli.Listing());
    }

    [Fact]
    public async Task A_terminal_as_input_is_not_waited_for()
    {
        using var cli = new Cli();
        var outcome = await TerminalAsync(cli, $"{Program} --store '{cli.StoreFolder}'");
        Assert.Equal(2, outcome.Exit);
        Assert.Contains("there is no input", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM=xterm", true, true)]
    [InlineData("TERM=xterm NO_COLOR=1", true, false)]
    [InlineData("TERM=xterm CI=true", false, false)]
    [InlineData("TERM=xterm GITHUB_ACTIONS=true", false, false)]
    [InlineData("TERM=dumb", false, false)]
    public async Task On_a_terminal_the_environment_says_what_moves_and_what_is_coloured(string environment, bool moves, bool coloured)
    {
        using var cli = new Cli();
        await File.WriteAllBytesAsync(cli["large.tar"], new TestImage([TestImage.Content(1, 80 << 20)], "large").Save(), TestContext.Current.CancellationToken);
        var outcome = await TerminalAsync(cli, $"env -u CI -u NO_COLOR {environment} {Program} '{cli["large.tar"]}' --store '{cli.StoreFolder}'");
        Assert.True(outcome.Exit == 0, outcome.Output);
        // Of all terminals, .NET's console itself asks for the keys of an application.
        Assert.Equal(moves, CursorMoves().IsMatch(outcome.Output));
        Assert.Equal(coloured, outcome.Output.Contains("\u001b[38;5;", StringComparison.Ordinal));
    }

    /// <summary>Moves, erases, or hides the cursor.</summary>
    [GeneratedRegex(@"\e\[([0-9;]*[A-HJK]|\?25l)")]
    private static partial Regex CursorMoves();

    private static async Task<Outcome> ShellAsync(string line)
    {
        var result = await Command.RunAsync("bash", ["-c", line]);
        return new Outcome(result.ExitCode, result.Output, result.Error);
    }

    /// <summary>Runs the line with a terminal as stdin, stdout and stderr. What comes out is in <see cref="Outcome.Output"/>.</summary>
    private static async Task<Outcome> TerminalAsync(Cli cli, string line)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "there is no 'script' to make a terminal");
        var result = await Command.RunAsync("/usr/bin/script", ["--quiet", "--return", "--command", line, cli["typescript"]]);
        return new Outcome(result.ExitCode, result.Output, result.Error);
    }
}

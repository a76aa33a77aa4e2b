using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Tests.Rules;

/// <summary>Files that change while they are in use.</summary>
public sealed class DenylistReloadTests : IDisposable
{
    private static readonly Cid A = Cid.Parse("QmecDgNqCRirkc3Cjz9eoRBNwXGckJ9WvTdmY16HP88768");
    private static readonly Cid B = Cid.Parse("QmesfgDQ3q6prBy2Kg2gKbW4MAGuWiRP2DVuGA5MZSERLo");

    private readonly TemporaryFolder _folder = new();
    private readonly Told _told = new();

    public void Dispose()
    {
        _folder.Dispose();
        _told.Dispose();
    }

    [Fact]
    public void A_line_that_is_added_counts_with_the_next_look()
    {
        Write("a.deny", $"/ipfs/{A}\n");
        var (rules, lists) = Start(_folder["a.deny"]);
        Assert.False(lists.Look());
        Assert.False(IsDenied(rules, B));
        File.AppendAllText(_folder["a.deny"], $"/ipfs/{B}\n");
        Assert.True(lists.Look());
        Assert.True(IsDenied(rules, A) && IsDenied(rules, B));
        Assert.Equal(1, rules.Generation);
        Assert.False(lists.Look());
        Assert.Equal([$"{_folder["a.deny"]} has 2 rules now"], _told.Lines);
    }

    [Fact]
    public void A_rule_that_is_taken_out_counts_no_more()
    {
        Write("a.deny", $"/ipfs/{A}\n/ipfs/{B}\n");
        var (rules, lists) = Start(_folder["a.deny"]);
        Write("a.deny", $"/ipfs/{B}\n");
        Assert.True(lists.Look());
        Assert.False(IsDenied(rules, A));
        Assert.True(IsDenied(rules, B));
    }

    [Fact]
    public void Lines_that_are_added_count_though_one_of_them_is_broken()
    {
        Write("a.deny", $"/ipfs/{A}\n");
        var (rules, lists) = Start(_folder["a.deny"]);
        File.AppendAllText(_folder["a.deny"], $"/ipfs/broken\n/ipfs/{B}\n");
        Assert.True(lists.Look());
        Assert.True(IsDenied(rules, A) && IsDenied(rules, B));
        Assert.Contains($"{_folder["a.deny"]}:2: 'broken' is no CID", _told.Lines);
    }

    [Theory]
    [InlineData("/ipfs/QmesfgDQ3q6prBy2Kg2gKbW4MAGuWiRP2DVuGA5MZSERLo\n/ipfs/Qmesf", ":2: 'Qmesf' is no CID; the rules stay as they were")]
    [InlineData("version: 3\n---\n", ":2: a denylist of version 3 is not known here; the rules stay as they were")]
    public void A_file_that_was_written_anew_and_is_broken_leaves_what_was_known(string text, string told)
    {
        Write("a.deny", $"/ipfs/{A}\n");
        var (rules, lists) = Start(_folder["a.deny"]);
        Write("a.deny", text);
        Assert.False(lists.Look());
        Assert.True(IsDenied(rules, A));
        Assert.False(IsDenied(rules, B));
        Assert.False(lists.Look());
        Assert.Equal([_folder["a.deny"] + told], _told.Lines);
        Write("a.deny", $"/ipfs/{B}\n\n");
        Assert.True(lists.Look());
        Assert.False(IsDenied(rules, A));
        Assert.True(IsDenied(rules, B));
    }

    [Fact]
    public void A_named_file_that_is_gone_leaves_what_was_known_and_is_told_once()
    {
        Write("a.deny", $"/ipfs/{A}\n");
        var (rules, lists) = Start(_folder["a.deny"]);
        File.Delete(_folder["a.deny"]);
        Assert.False(lists.Look());
        Assert.False(lists.Look());
        Assert.True(IsDenied(rules, A));
        Assert.Contains(_folder["a.deny"], Assert.Single(_told.Lines), StringComparison.Ordinal);
        Write("a.deny", $"/ipfs/{B}\n");
        Assert.True(lists.Look());
        Assert.False(IsDenied(rules, A));
    }

    [Fact]
    public void Files_come_to_a_folder_and_go_from_it()
    {
        Write("a.deny", $"/ipfs/{A}\n");
        Write("not.txt", $"/ipfs/{B}\n");
        var (rules, lists) = Start(_folder.Path);
        Assert.False(IsDenied(rules, B));
        Write("b.deny", $"/ipfs/{B}\n");
        Assert.True(lists.Look());
        Assert.True(IsDenied(rules, A) && IsDenied(rules, B));
        File.Delete(_folder["a.deny"]);
        Assert.True(lists.Look());
        Assert.False(IsDenied(rules, A));
        Assert.True(IsDenied(rules, B));
        Directory.Delete(_folder.Path, recursive: true);
        Assert.False(lists.Look());
        Assert.True(IsDenied(rules, B));
        Directory.CreateDirectory(_folder.Path);
    }

    [Theory]
    [InlineData("none.deny")]
    [InlineData("none/")]
    public async Task What_is_not_there_stops_the_start(string path)
    {
        var (exit, _, error) = await GatewayProgram.RunAsync(["--urls=http://127.0.0.1:0", $"--Gateway:Store={_folder["store"]}", $"--Gateway:Content:Denylists:0={_folder[path]}"]);
        Assert.Equal(1, exit);
        Assert.StartsWith("Gateway: error: ", error, StringComparison.Ordinal);
        Assert.Contains(_folder[path].TrimEnd('/'), Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_header_stops_the_start_with_its_place()
    {
        Write("a.deny", "version: 2\n---\n");
        var (exit, _, error) = await GatewayProgram.RunAsync(["--urls=http://127.0.0.1:0", $"--Gateway:Store={_folder["store"]}", $"--Gateway:Content:Denylists:0={_folder.Path}"]);
        Assert.Equal((1, $"Gateway: error: {_folder["a.deny"]}:2: a denylist of version 2 is not known here\n"), (exit, error));
    }

    [Fact]
    public async Task The_start_says_how_many_rules_there_are_and_of_which_files_and_a_change_is_seen_by_itself()
    {
        Write("a.deny", $"/ipfs/{A}\n/ipfs/broken\n");
        using var gateway = GatewayProgram.Start(["--urls=http://127.0.0.1:0", $"--Gateway:Store={_folder["store"]}", $"--Gateway:Content:Denylists:0={_folder.Path}", "--Gateway:Content:Deny:0=images.example.org"], []);
        await gateway.ReadUntilAsync($"{_folder["a.deny"]}:2: 'broken' is no CID");
        await gateway.ReadUntilAsync($"Allow has 0 names, Deny 1; Denylists [1 rules of {_folder["a.deny"]}]; DeniedStatus 410");
        File.AppendAllText(_folder["a.deny"], $"/ipfs/{B}\n");
        await gateway.ReadUntilAsync($"{_folder["a.deny"]} has 2 rules now");
    }

    private (ContentRules Rules, Denylists Lists) Start(string path)
    {
        var options = Options.Create(new GatewaySettings { Content = { Denylists = { path } } });
        var lists = new Denylists(options, _told.CreateLogger<Denylists>());
        return (new ContentRules(options, lists), lists);
    }

    private void Write(string name, string text) => File.WriteAllText(_folder[name], text);

    private static bool IsDenied(ContentRules rules, Cid cid) => rules.Find(new Place(cid, "")) is not null;

    /// <summary>The lines of the log.</summary>
    private sealed class Told : ILoggerProvider
    {
        private readonly LoggerFactory _factory = new();

        public Told() => _factory.AddProvider(this);

        public List<string> Lines { get; } = [];

        public ILogger<T> CreateLogger<T>() => _factory.CreateLogger<T>();

        public ILogger CreateLogger(string categoryName) => new Logger(Lines);

        public void Dispose()
        {
        }

        private sealed class Logger(List<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => lines.Add(formatter(state, exception));
        }
    }
}

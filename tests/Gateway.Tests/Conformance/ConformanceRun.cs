using System.Text;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Xunit.Sdk;

namespace Image2Ipfs.Gateway.Tests.Conformance;

/// <summary>Every check, against a Gateway that has the content in its store, from blocks and from plain files.</summary>
public sealed class ConformanceRun : IAsyncLifetime
{
    public const string Begin = "<!-- checks -->";
    public const string End = "<!-- /checks -->";

    private readonly Dictionary<(string Title, string Place), string?> _problems = [];

    internal static IReadOnlyList<(string Name, Ways Ways)> Places { get; } = [("store", Ways.None), ("blocks", Ways.Car | Ways.Raw), ("plain files", Ways.Path)];

    /// <returns>What was wrong, or null.</returns>
    internal string? Problem(string title, string place) => _problems[(title, place)];

    public async ValueTask InitializeAsync()
    {
        using var published = await PublishedLayout.OfAsync(ConformanceContent.Layout);
        foreach (var (place, ways) in Places)
        {
            await using var site = await ConformanceSite.StartAsync(published, ways);
            foreach (var check in Checks.All)
                _problems.Add((check.Title, place), await ProblemAsync(check, site));
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The table of docs/conformance.md.</summary>
    internal string Markdown()
    {
        var table = new StringBuilder("| check | of | what must come | ").AppendJoin(" | ", Places.Select(p => p.Name)).Append(" |\n|---|---|---|---|---|---|\n");
        foreach (var check in Checks.All)
        {
            table.Append("| ").Append(check.Name).Append(" | ").Append(check.Of).Append(" | ").Append(check.Demand)
                .Append(" | ").AppendJoin(" | ", Places.Select(p => Problem(check.Title, p.Name) is null ? "pass" : "**fail**")).Append(" |\n");
        }
        return table.ToString();
    }

    private static async Task<string?> ProblemAsync(Check check, ConformanceSite site)
    {
        try
        {
            await check.RunAsync(site);
            return null;
        }
        catch (Exception e) when (e is XunitException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return e.Message;
        }
    }
}

using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Conformance;

/// <summary>The pull part of the conformance suite of the distribution specification.</summary>
public sealed class ConformanceTests(ConformanceRun run) : IClassFixture<ConformanceRun>
{
    public static TheoryData<string, string> Rows => [.. from check in Checks.All from place in ConformanceRun.Places select (check.Title, place.Name)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_check_of_the_suite_passes(string check, string place)
    {
        var problem = run.Problem(check, place);
        Assert.True(problem is null, problem);
    }

    [Fact]
    public async Task The_documentation_has_the_table_of_this_run()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Vectors.Repository, "docs", "conformance.md"), RunningGateway.Cancel);
        var table = text[(text.IndexOf(ConformanceRun.Begin, StringComparison.Ordinal) + ConformanceRun.Begin.Length)..text.IndexOf(ConformanceRun.End, StringComparison.Ordinal)];
        // Not Assert.Equal, which shows the beginning of what is to stand there.
        Assert.True(table == "\n" + run.Markdown(), run.Markdown());
    }
}

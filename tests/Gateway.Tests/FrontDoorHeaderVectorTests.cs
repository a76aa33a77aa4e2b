using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>Every answer that was recorded of boxo's gateway: status, all headers and the body are the same here, but for a table of differences.</summary>
public sealed class FrontDoorHeaderVectorTests(RecordedGateway gateway) : IClassFixture<RecordedGateway>
{
    public static TheoryData<string> Requests => [.. RecordedAnswer.All.Select(a => a.Request)];

    [Theory]
    [MemberData(nameof(Requests))]
    public void An_answer_is_as_recorded_but_for_the_table(string request)
    {
        var exchange = gateway.Exchanges.Single(e => e.Boxo.Request == request);
        if (HeaderDifference.Table.Any(row => row.IsWhole && exchange.Differences.Any(d => row.Explains(exchange, d))))
            return;
        var others = exchange.Differences.Where(d => !HeaderDifference.Table.Any(row => row.Explains(exchange, d))).ToList();
        Assert.True(others.Count == 0, $"{exchange.Boxo.Kind}: " + string.Join('\n', others));
    }

    [Fact]
    public void The_table_has_no_difference_that_is_none()
    {
        var none = from row in HeaderDifference.Table
                   from kind in row.Kinds
                   where !gateway.Exchanges.Any(e => e.Boxo.Kind == kind && e.Differences.Any(d => row.Explains(e, d)))
                   select $"{kind}: {row.What}";
        Assert.Empty(none);
    }

    [Fact]
    public async Task The_documentation_has_the_table()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Vectors.Repository, "docs", "ipfs-gateway.md"), RunningGateway.Cancel);
        var table = text[(text.IndexOf(HeaderDifference.Begin, StringComparison.Ordinal) + HeaderDifference.Begin.Length)..text.IndexOf(HeaderDifference.End, StringComparison.Ordinal)];
        // Not Assert.Equal, which shows the beginning of what is to stand there.
        Assert.True(table == "\n" + HeaderDifference.Markdown(), HeaderDifference.Markdown());
    }
}

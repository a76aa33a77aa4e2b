using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>Whatever an upstream does, the client gets the right bytes, or the right error.</summary>
public sealed class FaultMatrixTests(FaultMatrix matrix) : IClassFixture<FaultMatrix>
{
    public static TheoryData<string, string> Rows => [.. FaultMatrix.Rows.Select(r => (r.Fault.Name, r.Way.ToString()))];

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_fault_that_happens_once_costs_the_client_nothing(string fault, string way) => Check(fault, way, Situation.Once, (one, asked, outcome) =>
        outcome.IsRight || one.Fault.SaysAbsent && outcome is { Kind: OutcomeKind.Error, Detail: "404" } || CannotBeSeen(one, asked));

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_fault_that_does_not_end_gives_a_clear_error_and_never_wrong_bytes(string fault, string way) => Check(fault, way, Situation.Always, (one, _, outcome) =>
        outcome.Kind switch
        {
            OutcomeKind.Right => true,
            OutcomeKind.Error => !one.Fault.Harmless && one.Fault.Statuses.Any(s => outcome.Detail == $"{s}"),
            _ => !one.Fault.Harmless,
        });

    [Theory]
    [MemberData(nameof(Rows))]
    public void Another_upstream_makes_up_for_a_fault_that_does_not_end(string fault, string way) => Check(fault, way, Situation.WithAnother, (one, asked, outcome) =>
        outcome.IsRight || CannotBeSeen(one, asked));

    [Fact]
    public void Nothing_was_asked_of_an_address_that_nobody_configured() => Assert.Empty(matrix.Trapped);

    /// <summary>IMAGE2IPFS_FAULT_REPORT=file in a run writes the table that is to stand there.</summary>
    [Fact]
    public async Task The_documentation_has_the_table_of_this_run()
    {
        Assert.SkipUnless(FaultMatrix.IsWhole, $"{FaultMatrix.OnlyVariable} is set");
        var text = await File.ReadAllTextAsync(Path.Combine(Vectors.Repository, "docs", "reliability.md"), RunningGateway.Cancel);
        var table = text[(text.IndexOf(FaultReport.Begin, StringComparison.Ordinal) + FaultReport.Begin.Length)..text.IndexOf(FaultReport.End, StringComparison.Ordinal)];
        Assert.Equal(FaultReport.Of(matrix), table.Trim('\n') + "\n");
    }

    private void Check(string fault, string way, Situation situation, Func<FaultCase, string, Outcome, bool> isGood)
    {
        var one = new FaultCase(Faults.Named(fault), Enum.Parse<Ways>(way), situation);
        var bad = matrix.Outcomes[one].Where(o => o.Value.Kind == OutcomeKind.Wrong || !isGood(one, o.Key, o.Value)).ToList();
        // Not Assert.Empty, which shows the beginning of each alone.
        Assert.True(bad.Count == 0, string.Join('\n', bad.Select(o => $"{o.Key}: {o.Value}")));
    }

    /// <summary>Without blocks, nothing but the upstream says what a tag means.</summary>
    private static bool CannotBeSeen(FaultCase one, string asked) => one is { Way: Ways.Path, Fault.Lies: true } && asked == "manifest by tag";
}

using System.Text;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>The matrix as a table: what a client gets.</summary>
internal static class FaultReport
{
    public const string Begin = "<!-- faults -->";
    public const string End = "<!-- /faults -->";

    private const string Right = "right bytes";
    private const string Failed = "error";

    public static string Of(FaultMatrix matrix)
    {
        var table = new StringBuilder("| fault | fetched as | once | always | always, beside another upstream |\n| --- | --- | --- | --- | --- |\n");
        foreach (var fault in FaultMatrix.Rows.GroupBy(r => r.Fault))
        {
            var rows = fault.Select(r => (r.Way, Cells: Cells(matrix, r.Fault, r.Way))).GroupBy(r => r.Cells);
            foreach (var row in rows)
                table.Append("| ").Append(fault.Key.Name).Append(" | ").AppendJoin(", ", row.Select(r => Name(r.Way))).Append(" | ").Append(row.Key).Append(" |\n");
        }
        return table.ToString();
    }

    private static string Name(Ways way) => way switch { Ways.Car => "CAR", Ways.Raw => "blocks", _ => "files" };

    private static string Cells(FaultMatrix matrix, Fault fault, Ways way) =>
        string.Join(" | ", Enum.GetValues<Situation>().Select(s => Cell(fault, s, matrix.Outcomes[new FaultCase(fault, way, s)])));

    private static string Cell(Fault fault, Situation situation, IReadOnlyDictionary<string, Outcome> outcomes)
    {
        if (outcomes.Any(o => o.Value.Kind == OutcomeKind.Wrong))
            return "**wrong**";
        if (outcomes.All(o => o.Value.Detail == FaultCase.NotMet))
            return FaultCase.NotMet;
        // What changes from run to run would make the table another one each time.
        if (situation == Situation.Always && fault.Varies)
            return $"{Right} or {Failed}";
        if (situation == Situation.Once && fault.SaysAbsent)
            return $"{Right} or 404";
        var failed = outcomes.Where(o => !o.Value.IsRight).Select(o => o.Key).ToList();
        return failed.Count == 0 ? Right
            : failed.Count == outcomes.Count ? Failed
            : $"{Right}; {Failed} for {string.Join(", ", failed)}";
    }
}

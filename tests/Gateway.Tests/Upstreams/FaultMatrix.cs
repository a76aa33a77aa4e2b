using System.Collections.Concurrent;
using System.Net;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>Every fault in every way to fetch in every situation, run once for the tests that judge it.</summary>
public sealed class FaultMatrix : IAsyncLifetime
{
    /// <summary>Runs only the faults whose name has this text.</summary>
    public const string OnlyVariable = "IMAGE2IPFS_FAULTS";

    /// <summary>Where the report is written.</summary>
    public const string ReportVariable = "IMAGE2IPFS_FAULT_REPORT";

    /// <summary>They mostly wait.</summary>
    private const int AtOnce = 12;

    private static readonly Ways[] EveryWay = [Ways.Car, Ways.Raw, Ways.Path];

    private readonly ConcurrentDictionary<FaultCase, IReadOnlyDictionary<string, Outcome>> _outcomes = [];

    internal IReadOnlyDictionary<FaultCase, IReadOnlyDictionary<string, Outcome>> Outcomes => _outcomes;

    /// <summary>What was asked where nothing is to be asked.</summary>
    internal IReadOnlyList<string> Trapped { get; private set; } = [];

    internal static bool IsWhole => Environment.GetEnvironmentVariable(OnlyVariable) is null or "";

    internal static IEnumerable<(Fault Fault, Ways Way)> Rows =>
        from fault in Faults.All
        where fault.Name.Contains(Environment.GetEnvironmentVariable(OnlyVariable) ?? "", StringComparison.Ordinal)
        from way in EveryWay
        where fault.Ways.HasFlag(way)
        select (fault, way);

    public async ValueTask InitializeAsync()
    {
        var image = UpstreamImage.Of(Keystream.Bytes("small", 1234), Keystream.Bytes("large", (3 << 20) + 4321), Keystream.Bytes("another", (3 << 20) + 77));
        await using var trap = await TestUpstream.StartAsync(new UpstreamBlocks(image.Blocks), IPAddress.Parse("127.0.0.2"));
        var cases = from row in Rows from situation in Enum.GetValues<Situation>() select new FaultCase(row.Fault, row.Way, situation);
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = RunningGateway.Cancel };
        await Parallel.ForEachAsync(cases, options, async (one, _) => _outcomes[one] = await one.RunAsync(image, trap));
        Trapped = [.. trap.Requests.Select(r => r.ToString())];
        if (Environment.GetEnvironmentVariable(ReportVariable) is { Length: > 0 } file)
            await File.WriteAllTextAsync(file, FaultReport.Of(this), RunningGateway.Cancel);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

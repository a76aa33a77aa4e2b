using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>A Gateway with an empty store and a cache of its own, which has everything from upstreams.</summary>
internal sealed class PullingGateway : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly List<string> _problems = [];

    private PullingGateway(TemporaryFolder folder, RunningGateway running) => (_folder, Running) = (folder, running);

    public RunningGateway Running { get; private set; }

    /// <summary>Settings of the upstreams, short as tests are.</summary>
    public static string[] Patient(double firstByte = 2, double stall = 2, double patience = 10) =>
    [
        .. Spans(("FirstByteTimeout", firstByte), ("StallTimeout", stall), ("Patience", patience), ("HedgeAfter", 0.25)),
    ];

    public static string To(params IEnumerable<TestUpstream> upstreams) =>
        $"--IPFS_GATEWAY={string.Join(',', upstreams.Select(u => u.Address.GetLeftPart(UriPartial.Authority)))}";

    public static Task<PullingGateway> StartAsync(TestUpstream upstream, params string[] settings) => StartAsync([upstream], settings);

    public static async Task<PullingGateway> StartAsync(IEnumerable<TestUpstream> upstreams, params string[] settings)
    {
        var folder = new TemporaryFolder();
        try
        {
            return new PullingGateway(folder, await StartAsync(folder, [To(upstreams), .. settings]));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>What went wrong inside since the start.</summary>
    public IReadOnlyList<string> Problems()
    {
        lock (_problems)
        {
            _problems.AddRange(Running.TakeProblems());
            return [.. _problems];
        }
    }

    /// <summary>Ends the program and starts another over the same folders.</summary>
    public async Task RestartAsync(IEnumerable<TestUpstream> upstreams, params string[] settings)
    {
        await EndAsync();
        Running = await StartAsync(_folder, [To(upstreams), .. settings]);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _folder.Dispose();
    }

    private static Task<RunningGateway> StartAsync(TemporaryFolder folder, string[] settings) =>
        RunningGateway.StartAsync(folder["store"], [$"--Gateway:Cache:Folder={folder["cache"]}", .. settings]);

    /// <summary>What an upstream did wrong may stand in the log; an exception that nobody caught may not.</summary>
    private async Task EndAsync()
    {
        var problems = Problems();
        await Running.DisposeAsync();
        Assert.DoesNotContain(problems, p => p.Contains("nhandled exception", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Spans(params (string Key, double Seconds)[] spans) =>
        spans.Select(s => $"--Gateway:Upstreams:{s.Key}={TimeSpan.FromSeconds(s.Seconds):c}");
}

using System.Text.RegularExpressions;
using Image2Ipfs.EndToEnd.Tests.Upstreams;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Fronts;

/// <summary>
/// The proxies of config/, each in front of the same Gateway in one of the ways to reach it, started when a test first needs it; the
/// Gateway's upstream is a real IPFS node.
/// </summary>
public sealed partial class FrontSite(Site site, IpfsNode node) : IAsyncDisposable
{
    private readonly Dictionary<string, Front> _fronts = [];
    private GatewayProcess? _gateway;
    private Recorder? _kubo;
    private TestAuthority? _authority;

    /// <summary>A program, and how it reaches the Gateway: HTTP/1.1 unless something is said; <c>files</c>: nginx sends them.</summary>
    public static TheoryData<string> Names => ["nginx", "nginx files", "nginx socket", "caddy", "caddy h2c", "haproxy", "haproxy h2c"];

    /// <summary>Those that a proxy of TCP can stand behind.</summary>
    public static TheoryData<string> Cuttable => ["nginx", "caddy", "caddy h2c", "haproxy", "haproxy h2c"];

    internal TestAuthority Authority => _authority ??= TestAuthority.Create(site.NewPath("certificates"));

    private string Socket { get; } = site.NewPath("gateway.sock");

    private string Cache { get; } = site.NewPath("cache");

    /// <summary>It has the tests' store, and listens for HTTP/1.1, h2c, and on a socket.</summary>
    public async Task<GatewayProcess> GatewayAsync() => _gateway ??= await GatewayProcess.StartAsync(site.Store, [.. Listening,
        $"--Kestrel:Endpoints:Socket:Url=http://unix:{Socket}", "--Gateway:Proxy:AccelRedirect=/_files/", $"--Gateway:Cache:Folder={Cache}", $"--IPFS_GATEWAY={await node.GatewayAsync()}"]);

    /// <summary>Arguments of a Gateway behind a proxy here. The first address in its log is for HTTP/1.1.</summary>
    public static string[] Listening =>
    [
        "--Kestrel:Endpoints:First:Url=http://127.0.0.1:0", "--Kestrel:Endpoints:Second:Url=http://127.0.0.1:0", "--Kestrel:Endpoints:Second:Protocols=Http2",
        "--Gateway:Proxy:KnownProxies:0=127.0.0.1", "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Information",
    ];

    /// <summary>Stands where Kubo would.</summary>
    internal async Task<Recorder> KuboAsync() => _kubo ??= await Recorder.StartAsync();

    internal async Task<Front> FrontAsync(string name)
    {
        if (!_fronts.TryGetValue(name, out var front))
        {
            var (first, second) = await AddressesOfAsync(await GatewayAsync());
            _fronts.Add(name, front = await StartAsync(name, name.EndsWith("h2c", StringComparison.Ordinal) ? second : first));
        }
        return front;
    }

    /// <summary>In front of another Gateway.</summary>
    internal async Task<Front> StartAsync(string name, Uri gateway)
    {
        var (program, way) = (name.Split(' ')[0], name.Split(' ')[^1]);
        var address = (program, way) switch
        {
            (_, "socket") => $"unix:{Socket}",
            ("caddy", "h2c") => $"h2c://{gateway.Authority}",
            ("haproxy", "h2c") => $"{gateway.Authority} proto h2",
            _ => gateway.Authority,
        };
        var kubo = (await KuboAsync()).Address.Authority;
        // Where nothing is at the paths that it has, nginx goes on without files.
        return await Front.StartAsync(program, way == "files" ? new Behind(address, kubo, site.Store, Cache) : new Behind(address, kubo), site.NewPath(program), Authority);
    }

    /// <summary>For HTTP/1.1, and for HTTP/2.</summary>
    public static async Task<(Uri First, Uri Second)> AddressesOfAsync(GatewayProcess gateway)
    {
        while (!gateway.Log.Contains("Application started", StringComparison.Ordinal))
            await Task.Delay(20, TestContext.Current.CancellationToken);
        var all = Address().Matches(gateway.Log).Select(m => new Uri(m.Groups[1].Value)).ToList();
        return (all[0], all[1]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var front in _fronts.Values)
            await front.DisposeAsync();
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        if (_kubo is not null)
            await _kubo.DisposeAsync();
    }

    [GeneratedRegex(@"Now listening on: (http://127\S+)")]
    private static partial Regex Address();
}

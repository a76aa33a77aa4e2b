using System.Net;
using System.Net.Sockets;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>What a proxy in front says, and what is said back through it.</summary>
public sealed class BehindProxyTests(Samples samples)
{
    private static readonly (string, string) Prefix = ("X-Forwarded-Prefix", "/registry");

    private string Tags => $"/v2/{samples.Two.ToRepositoryComponent()}/t/tiny/tags/list";

    private string Folder => $"/ipfs/{samples.Two}/t";

    [Fact]
    public async Task Nobody_is_believed_who_is_not_named()
    {
        await using (var gateway = await RunningGateway.StartAsync(samples.Folder))
            await AnswersAsync(gateway, "", Prefix);
        await using (var gateway = await RunningGateway.StartAsync(samples.Folder, "--Gateway:Proxy:KnownNetworks:0=192.0.2.0/24", "--Gateway:Proxy:KnownProxies:0=::2"))
            await AnswersAsync(gateway, "", Prefix);
    }

    [Theory]
    [InlineData("--Gateway:Proxy:KnownProxies:0=127.0.0.1")]
    [InlineData("--Gateway:Proxy:KnownNetworks:0=127.0.0.0/8")]
    public async Task What_a_known_proxy_has_cut_off_is_put_before_paths(string known)
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, known);
        await AnswersAsync(gateway, "/registry", Prefix);
        await AnswersAsync(gateway, "");
    }

    [Fact]
    public async Task What_every_path_begins_with_may_be_a_setting()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, "--Gateway:Proxy:PathBase=/registry");
        Assert.Equal($"</registry{Tags}?n=1&last=latest>; rel=\"next\"", (await gateway.GetAsync($"/registry{Tags}?n=1"))["Link"]);
        Assert.Equal($"/registry{Folder}/", (await gateway.GetAsync($"/registry{Folder}"))["Location"]);
        foreach (var path in new[] { "/registry/v2", "/registry/v2/", "/registry/health/live", "/registry/metrics", "/registry", "/registry/", "/v2/" })
            Assert.Equal(200, (await gateway.GetAsync(path)).Status);
        foreach (var path in new[] { "/registryv2/", "/registry//v2/", "/Registry/v2/" })
            Assert.Equal(404, (await gateway.GetAsync(path)).Status);
    }

    [Fact]
    public async Task Where_an_upstream_sends_to_is_below_it_too()
    {
        var image = UpstreamImage.Of(Keystream.Bytes("behind", 1000));
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(image.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, "--Gateway:Proxy:PathBase=/registry");
        var reply = await gateway.Running.GetAsync($"/registry/ipfs/{image.Root}/app");
        Assert.Equal((301, $"/registry/ipfs/{image.Root}/app/"), (reply.Status, reply["Location"]));
    }

    [Fact]
    public async Task It_listens_on_a_Unix_socket()
    {
        using var folder = new TemporaryFolder();
        using var gateway = GatewayProgram.Start([$"--urls=http://unix:{folder["gateway.sock"]}", $"--Gateway:Store={samples.Folder}", "--Gateway:Proxy:KnownProxies:0=127.0.0.1"], []);
        await gateway.ReadUntilAsync("Now listening on");
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(folder["gateway.sock"]), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://gateway{Tags}?n=1") { Headers = { { "X-Forwarded-Prefix", "/registry" } } };
        using var response = await http.SendAsync(request, RunningGateway.Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith($"</registry{Tags}", response.Headers.GetValues("Link").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_speaks_HTTP_2_without_TLS()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, "--Kestrel:EndpointDefaults:Protocols=Http2", "--Gateway:Proxy:PathBase=/registry");
        foreach (var path in new[] { Tags, $"/registry{Tags}", "/health/ready", "/metrics" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var response = await gateway.Http.SendAsync(request, RunningGateway.Cancel);
            Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (response.StatusCode, response.Version));
        }
    }

    /// <summary>Where the next page is, and where a directory's is.</summary>
    private async Task AnswersAsync(RunningGateway gateway, string before, params (string, string)[] headers)
    {
        Assert.Equal($"<{before}{Tags}?n=1&last=latest>; rel=\"next\"", (await gateway.GetAsync($"{Tags}?n=1", headers))["Link"]);
        var folder = await gateway.GetAsync(Folder, headers);
        Assert.Equal((301, $"{before}{Folder}/"), (folder.Status, folder["Location"]));
    }
}

using System.Net;
using Image2Ipfs.EndToEnd.Tests.Upstreams;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Fronts;

/// <summary>What comes through the proxies of config/ is what the Gateway sends, and nothing comes that is nobody's business.</summary>
public sealed class FrontTests(Site site, FrontSite fronts, IpfsNode node) : IClassFixture<FrontSite>
{
    private const string Archive = "docker-20.10.24.tar";

    public static MatrixTheoryData<string, string> EachByVersion => new(FrontSite.Names.Select(row => row.Data), ["HTTP/1.1", "HTTP/2"]);

    [EndToEndTheory]
    [MemberData(nameof(EachByVersion))]
    public async Task The_answer_is_the_Gateways_header_by_header(string name, string version)
    {
        var front = await fronts.FrontAsync(name);
        using var direct = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = (await fronts.GatewayAsync()).Address };
        using var through = front.NewClient(Exchange.Version(version));
        var differences = new List<string>();
        foreach (var line in await LinesAsync(name))
        {
            // A body that nobody wants: over HTTP/2 Caddy may reset the stream that it still comes on, after the answer.
            if (version == "HTTP/2" && line.Contains(" +", StringComparison.Ordinal))
                continue;
            var (expected, actual) = (await Exchange.AskAsync(direct, line), await Exchange.AskAsync(through, line));
            // nginx says of a whole file that it has ranges, and of a part nothing.
            if (name == "nginx files" && expected.StartsWith("206\nACCEPT-RANGES: bytes\n", StringComparison.Ordinal) && !actual.Contains("\nACCEPT-RANGES", StringComparison.Ordinal))
                actual = actual.Replace("206\n", "206\nACCEPT-RANGES: bytes\n", StringComparison.Ordinal);
            if (expected != actual)
                differences.Add($"{line}\n--- the Gateway:\n{expected}\n--- through {name}:\n{actual}");
        }
        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
    }

    [EndToEndTheory]
    [MemberData(nameof(FrontSite.Names), MemberType = typeof(FrontSite))]
    public async Task Health_and_metrics_are_for_nobody_outside(string name)
    {
        var front = await fronts.FrontAsync(name);
        using var direct = new HttpClient { BaseAddress = (await fronts.GatewayAsync()).Address };
        Assert.Equal(HttpStatusCode.OK, (await direct.GetAsync("/metrics", TestContext.Current.CancellationToken)).StatusCode);
        foreach (var path in new[]
                 {
                     "/metrics", "/health", "/health/live", "/health/ready", "/metrics?x", "/%6detrics", "/%4Detrics", "//metrics", "/metrics/", "/./metrics", "/v2/../metrics", "/v2/%2e%2e/metrics", "/ipfs/x/../../health/live",
                     "/health//live", "/health/%6cive", "/he%61lth/ready", "/x/..//metrics", "/metrics%3fx", "/;/../metrics", "/Metrics", "/HEALTH/live", "/health%2flive", "/%2e/metrics",
                 })
        {
            var (status, body) = await RawAsync(front, path);
            Assert.True(status is 400 or 403 or 404, $"{path}: {status}");
            Assert.DoesNotContain("\"live\"", body, StringComparison.Ordinal);
            Assert.DoesNotContain("# TYPE", body, StringComparison.Ordinal);
        }
    }

    [EndToEndTheory]
    [MemberData(nameof(FrontSite.Names), MemberType = typeof(FrontSite))]
    public async Task What_only_the_IPFS_node_has_comes_below_ipfs(string name)
    {
        var folder = Path.GetDirectoryName(site.NewPath("folder"))!;
        await File.WriteAllTextAsync(Path.Combine(folder, "hello.txt"), $"hello through {name}", TestContext.Current.CancellationToken);
        var root = await node.AddAsync(folder);
        using var http = (await fronts.FrontAsync(name)).NewClient(HttpVersion.Version20);
        Assert.Equal($"hello through {name}", await http.GetStringAsync($"/ipfs/{root}/hello.txt", TestContext.Current.CancellationToken));
    }

    [EndToEndTheory]
    [MemberData(nameof(FrontSite.Names), MemberType = typeof(FrontSite))]
    public async Task A_subdomain_of_a_root_is_Kubos_with_its_Host(string name)
    {
        var front = await fronts.FrontAsync(name);
        using var http = front.NewClient();
        foreach (var host in new[] { "bafybeier3au5723pddcn424ubuzogkqctfjpvp5ya2pc2sczebqgspr6xq.ipfs.example.org", "k51qzi5uqu5di.ipns.example.org", "docs-example-net.ipns.example.org" })
        {
            Assert.Equal("recorded", await http.GetStringAsync(new Uri($"https://{host}:{front.Address.Port}/a/b?c=d"), TestContext.Current.CancellationToken));
            var (target, headers) = (await fronts.KuboAsync()).Last;
            Assert.Equal($"{host}/a/b?c=d", target);
            Assert.Equal("https", headers["X-Forwarded-Proto"]);
            Assert.StartsWith(host, headers["X-Forwarded-Host"], StringComparison.Ordinal);
        }
    }

    [EndToEndTheory]
    [MemberData(nameof(FrontSite.Cuttable), MemberType = typeof(FrontSite))]
    public async Task The_Gateway_is_told_who_the_client_is_and_nothing_that_it_says_of_itself(string name)
    {
        await using var gateway = await Recorder.StartAsync(name.EndsWith("h2c", StringComparison.Ordinal) ? Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http2 : Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http1);
        await using var front = await fronts.StartAsync(name, gateway.Address);
        using var http = front.NewClient(HttpVersion.Version20);
        await Exchange.AskAsync(http, "GET /v2/ | X-Forwarded-For: 192.0.2.7 | X-Forwarded-Prefix: /evil | X-Forwarded-Host: evil.example | X-Forwarded-Proto: gopher");
        var (_, headers) = gateway.Last;
        Assert.Equal("127.0.0.1", headers["X-Forwarded-For"]);
        Assert.Equal("https", headers["X-Forwarded-Proto"]);
        Assert.StartsWith("example.org", headers["X-Forwarded-Host"], StringComparison.Ordinal);
        Assert.Equal("", headers.GetValueOrDefault("X-Forwarded-Prefix", ""));
    }

    [EndToEndTheory]
    [MemberData(nameof(FrontSite.Names), MemberType = typeof(FrontSite))]
    public async Task Without_TLS_there_is_only_the_way_to_it(string name)
    {
        var front = await fronts.FrontAsync(name);
        using var http = front.NewClient();
        using var response = await http.GetAsync(new Uri($"http://example.org:{front.PlainPort}/v2/"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.PermanentRedirect, response.StatusCode);
        Assert.StartsWith("https://example.org", response.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Not as a URL, of which HttpClient would make another one first.</summary>
    private static async Task<(int Status, string Body)> RawAsync(Front front, string path)
    {
        // curl's --path-as-is sends it as it is written.
        var result = (await Command.RunAsync("curl", ["-sk", "--path-as-is", "-w", "\n%{http_code}", "--resolve", $"{front.Authority}:127.0.0.1", $"https://{front.Authority}{path}"])).Succeeded().Output;
        var end = result.LastIndexOf('\n');
        return (int.Parse(result[(end + 1)..], System.Globalization.CultureInfo.InvariantCulture), result[..end]);
    }

    private async Task<IReadOnlyList<string>> LinesAsync(string front)
    {
        var published = await site.PublishAsync(Archive);
        var image = published.Image("s2");
        var name = $"/v2/{published.Root.Component}/{image.Name}";
        var layer = image.Layers.MaxBy(l => l.Size)!;
        var (manifest, blob, tree) = ($"{name}/manifests", $"{name}/blobs/{layer.Digest}", $"/ipfs/{published.Root.Cid}");
        var size = layer.Size;
        return
        [
            "GET /v2/", "GET /v2", "HEAD /v2/", "GET /favicon.ico", "GET /nothing",
            $"GET {manifest}/s2", $"HEAD {manifest}/s2",
            .. new[] { MediaType.Schema1Signed, MediaType.Schema2, MediaType.OciManifest }.SelectMany(t => (string[])[$"GET {manifest}/s2 | Accept: {t.Value}", $"HEAD {manifest}/s2 | Accept: {t.Value}"]),
            $"GET {manifest}/s2 | Accept: {MediaType.OciManifest.Value}, {MediaType.Schema2.Value};q=0.5", $"GET {manifest}/s2 | Accept: application/nothing",
            $"GET {manifest}/{image.Manifest(MediaType.OciManifest).Digest}", $"HEAD {manifest}/{image.Manifest(MediaType.Schema2).Digest}",
            $"GET {manifest}/s2 | Accept: {MediaType.Schema2.Value} | If-None-Match: \"{image.Manifest(MediaType.Schema2).Digest}\"",
            $"GET {manifest}/none", $"HEAD {manifest}/none", $"GET {manifest}/..", $"DELETE {manifest}/s2", $"PUT {manifest}/s2 +300",
            $"GET {blob}", $"HEAD {blob}",
            $"GET {blob} | Range: bytes=0-0", $"GET {blob} | Range: bytes=10-99", $"GET {blob} | Range: bytes=-7", $"GET {blob} | Range: bytes=5-", $"GET {blob} | Range: bytes=0-{size + 5}",
            $"GET {blob} | Range: bytes=0-4,20-24", $"GET {blob} | Range: bytes=0-4,3-9", $"GET {blob} | Range: bytes={size}-", $"GET {blob} | Range: bytes=9-3", $"GET {blob} | Range: nonsense", $"GET {blob} | Range: bytes=-0",
            $"HEAD {blob} | Range: bytes=0-4",
            $"GET {blob} | If-None-Match: \"{layer.Digest}\"", $"HEAD {blob} | If-None-Match: \"{layer.Digest}\"", $"GET {blob} | If-None-Match: \"other\"", $"GET {blob} | If-None-Match: *",
            $"GET {blob} | If-Match: \"{layer.Digest}\"", $"GET {blob} | If-Match: \"other\"",
            $"GET {blob} | Range: bytes=0-4 | If-Range: \"{layer.Digest}\"", $"GET {blob} | Range: bytes=0-4 | If-Range: \"other\"",
            $"GET {blob} | If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT", $"GET {blob} | If-Unmodified-Since: Thu, 01 Jan 1998 00:00:00 GMT",
            $"GET {blob} | Accept-Encoding: gzip, deflate, br", $"GET {blob}?ns=docker.io",
            $"GET {name}/blobs/{image.Id}", $"GET {name}/blobs/sha256:{new string('0', 64)}", $"HEAD {name}/blobs/sha256:{new string('0', 64)}", $"GET {name}/blobs/sha256:0",
            $"POST {name}/blobs/uploads/", // HAProxy ends the connection of who still sends when it has the answer.
            $"PUT {name}/blobs/uploads/1 +{(front.StartsWith("haproxy", StringComparison.Ordinal) ? 2000 : 2_000_000)}", $"PATCH {name}/blobs/uploads/1 +20",
            $"GET {name}/tags/list", $"GET {name}/tags/list?n=1", $"GET {name}/tags/list?n=x", $"GET {name}/referrers/{image.Manifest(MediaType.OciManifest).Digest}",
            "GET /v2/_catalog?n=1", "GET /v2/nothing/here/manifests/latest", "GET /v2//tags/list",
            $"GET {tree}", $"GET {tree}/", $"GET {tree}/{image.Name}?x=y", $"HEAD {tree}/{image.Name}/", $"GET {tree}/{image.Name}/blobs/{layer.Digest}", $"GET {tree}/{image.Name}/blobs/{layer.Digest} | Range: bytes=3-8",
            $"GET {tree}/{image.Name}/index.json | Accept-Encoding: gzip", $"GET {tree}/none", $"GET {tree}?format=raw", $"GET {tree}?format=car | Accept-Encoding: gzip", $"GET {tree} | Accept: application/vnd.ipld.car", "GET /ipfs/nonsense", $"POST {tree}",
        ];
    }
}

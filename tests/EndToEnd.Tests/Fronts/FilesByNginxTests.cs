using System.Net;
using Image2Ipfs.EndToEnd.Tests.Upstreams;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Fronts;

/// <summary>Blobs that nginx sends by itself, out of the store and out of the cache.</summary>
public sealed class FilesByNginxTests(Site site, FrontSite fronts, LargeTree tree) : IClassFixture<LargeTree>, IClassFixture<FrontSite>
{
    private const string LeftToNginx = "200 left to the proxy, 0 bytes from";

    private PublishedImage Image => tree.Published.Images[0];

    private PublishedBlob Layer => Image.Layers.MaxBy(l => l.Size)!;

    private string Path => $"/v2/{tree.Root.Component}/{Image.Name}/blobs/{Layer.Digest}";

    [EndToEndFact]
    public async Task A_blob_of_the_store_is_sent_by_nginx_whole_and_in_parts()
    {
        var (gateway, front) = (await fronts.GatewayAsync(), await fronts.FrontAsync("nginx files"));
        using var http = front.NewClient();
        await AssertSentAsync(http);
        Assert.Contains($"{LeftToNginx} store", gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("200 whole", gateway.Log, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task A_blob_of_the_cache_is_sent_by_nginx_once_it_is_there_whole()
    {
        var cache = site.NewPath("cache");
        await using var gateway = await GatewayProcess.StartAsync(site.NewPath("store"),
            [.. FrontSite.Listening, "--Gateway:Proxy:AccelRedirect=/_files/", $"--Gateway:Cache:Folder={cache}", $"--IPFS_GATEWAY={(await site.GatewayAsync()).Address}"]);
        await using var front = await Front.StartAsync("nginx", new Behind((await FrontSite.AddressesOfAsync(gateway)).First.Authority, "127.0.0.1:9", "/nowhere", cache), site.NewPath("nginx"), fronts.Authority);
        using var http = front.NewClient();
        Assert.Equal(Layer.Digest, Runtimes.PulledImage.DigestOf(await http.GetByteArrayAsync(Path, TestContext.Current.CancellationToken)));
        Assert.DoesNotContain("left to the proxy", gateway.Log, StringComparison.Ordinal);

        // It has its name in the cache when the last byte has gone to the disk, a moment after it has gone to the client.
        while (!gateway.Log.Contains($"{LeftToNginx} cache", StringComparison.Ordinal))
            await AssertSentAsync(http);
    }

    [EndToEndFact]
    public async Task What_nginx_does_not_find_the_Gateway_sends()
    {
        await using var gateway = await GatewayProcess.StartAsync(site.Store, [.. FrontSite.Listening, "--Gateway:Proxy:AccelRedirect=/_files/"]);
        await using var front = await Front.StartAsync("nginx", new Behind((await FrontSite.AddressesOfAsync(gateway)).First.Authority, "127.0.0.1:9"), site.NewPath("nginx"), fronts.Authority);
        using var http = front.NewClient();
        await AssertSentAsync(http);
        Assert.Contains(LeftToNginx, gateway.Log, StringComparison.Ordinal);
        Assert.Contains("200 whole", gateway.Log, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task Nobody_else_is_told_where_a_file_lies()
    {
        var gateway = await fronts.GatewayAsync();
        using var direct = new HttpClient { BaseAddress = gateway.Address };
        using (var response = await direct.GetAsync(Path, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken))
        {
            Assert.False(response.Headers.Contains("X-Accel-Redirect"));
            Assert.Equal(Layer.Size, response.Content.Headers.ContentLength);
        }
        using var http = (await fronts.FrontAsync("nginx files")).NewClient();
        foreach (var path in new[] { $"/_files/store/blobs/sha256/{Layer.Digest["sha256:".Length..]}", "/_files/store/", "/_files/", "/_files" })
        {
            using var response = await http.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
    }

    private async Task AssertSentAsync(HttpClient http)
    {
        var bytes = await http.GetByteArrayAsync(Path, TestContext.Current.CancellationToken);
        Assert.Equal(Layer.Digest, Runtimes.PulledImage.DigestOf(bytes));
        using var request = Exchange.Request($"GET {Path} | Range: bytes=1000000-1999999", HttpVersion.Version11);
        using var part = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(bytes[1_000_000..2_000_000], await part.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }
}

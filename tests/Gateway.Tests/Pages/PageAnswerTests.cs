using Image2Ipfs.Gateway.Pages;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Pages;

/// <summary>The page as HTTP: methods, files of its own, paths behind a proxy, the setting that turns it off.</summary>
public sealed class PageAnswerTests(Samples samples)
{
    private string Image => $"/image?name={samples.Tiny.ToRepositoryComponent()}/t/tiny:s2";

    [Fact]
    public async Task HEAD_is_GET_without_a_body_and_nothing_else_is_answered()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, "--Gateway:Page:RecentPulls=0");
        foreach (var path in new[] { "/", Image, "/image?name=none", "/page/page.css", "/page/page.js", "/page/icon.svg", "/favicon.ico" })
        {
            var (get, head) = (await gateway.GetAsync(path), await gateway.HeadAsync(path));
            Assert.Equal((get.Status, get["Content-Length"], get["Content-Type"], 0), (head.Status, head["Content-Length"], head["Content-Type"], head.Body.Length));
            var post = await gateway.SendAsync(HttpMethod.Post, path);
            Assert.Equal((405, "GET, HEAD"), (post.Status, post["Allow"]));
            Page.Of(post);
        }
    }

    [Fact]
    public async Task Files_of_the_page_are_kept_for_ever_under_their_hash_only()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder);
        var page = await Page.GetAsync(gateway, "/");
        var files = page.Links.Where(l => l.StartsWith("/page/", StringComparison.Ordinal)).Distinct().ToList();
        Assert.Equal(3, files.Count);
        foreach (var file in files)
        {
            var reply = await gateway.GetAsync(file);
            Assert.Equal((200, "public, max-age=31536000, immutable", "nosniff"), (reply.Status, reply["Cache-Control"], reply["X-Content-Type-Options"]));
            var again = await gateway.GetAsync(file, ("If-None-Match", reply["ETag"]!));
            Assert.Equal((304, 0), (again.Status, again.Body.Length));
            Assert.Equal("no-cache", (await gateway.GetAsync(file[..file.IndexOf('?', StringComparison.Ordinal)] + "?0123456789abcdef"))["Cache-Control"]);
        }
        Assert.Equal("image/svg+xml", (await gateway.GetAsync("/favicon.ico"))["Content-Type"]);
        foreach (var none in new[] { "/page/none.css", "/page/", "/page/..%2fGateway.dll" })
            Assert.Equal(404, (await Page.GetAsync(gateway, none)).Status);
    }

    [Theory]
    [InlineData("/registry", "--Gateway:Proxy:PathBase=/registry")]
    [InlineData("", "--Gateway:Proxy:KnownProxies:0=127.0.0.1")]
    public async Task Behind_a_proxy_every_link_holds(string before, string setting)
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, setting);
        (string, string)[] headers = before.Length == 0 ? [("X-Forwarded-Prefix", "/registry"), ("X-Forwarded-Host", "registry.example"), ("X-Forwarded-Proto", "https")] : [];
        foreach (var path in new[] { "/", "/?q=tiny", Image, $"/image?name={samples.Two.ToRepositoryComponent()}/t/tiny" })
        {
            var page = await Page.GetAsync(gateway, before + path, headers);
            Assert.Equal(200, page.Status);
            Assert.All(page.Links.Where(l => l != "#main").Concat(page.Forms), l => Assert.StartsWith("/registry/", l, StringComparison.Ordinal));
            foreach (var link in page.Links.Where(l => l != "#main").Distinct())
                Assert.Equal(200, (await gateway.GetAsync(before.Length > 0 ? link : link["/registry".Length..], headers)).Status);
        }
        var image = await Page.GetAsync(gateway, before + Image, headers);
        Assert.Contains(before.Length == 0 ? "podman pull registry.example/ciq" : $"podman pull --tls-verify=false {gateway.Address.Authority}/ciq", image.Text, StringComparison.Ordinal);
        Assert.Equal(before.Length == 0 ? "same-origin" : null, image.Reply["Cross-Origin-Opener-Policy"]);
        Assert.Equal($"/registry/?q={samples.Two.ToRepositoryComponent()}", (await gateway.GetAsync($"{before}/image?name={samples.Two.ToRepositoryComponent()}", headers))["Location"]);
    }

    [Fact]
    public async Task Docker_is_told_of_a_registry_that_speaks_HTTP_elsewhere()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, "--Gateway:Proxy:KnownProxies:0=127.0.0.1");
        Assert.DoesNotContain("insecure-registries", (await Page.GetAsync(gateway, Image)).Text, StringComparison.Ordinal);
        Assert.Contains("has registry.example:5000", (await Page.GetAsync(gateway, Image, ("X-Forwarded-Host", "registry.example:5000"))).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("insecure-registries", (await Page.GetAsync(gateway, Image, ("X-Forwarded-Host", "registry.example"), ("X-Forwarded-Proto", "https"))).Text, StringComparison.Ordinal);
    }

    /// <summary>Whoever has a route for everything has it but for the page, and all of it where the page is off.</summary>
    [Fact]
    public async Task It_is_not_passed_on_unless_it_is_off()
    {
        string[] route = ["--ReverseProxy:Routes:all:ClusterId=ipfs", "--ReverseProxy:Routes:all:Match:Path={**rest}"];
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks([]));
        await using (var gateway = await PullingGateway.StartAsync(upstream, route))
        {
            foreach (var path in new[] { "/", "/image", "/page/page.css", "/favicon.ico", "/page/none" })
                await gateway.Running.GetAsync(path);
            Assert.DoesNotContain(upstream.Requests, r => !r.IsProbe);
        }
        await using (var gateway = await PullingGateway.StartAsync(upstream, [.. route, "--Gateway:Page:Enabled=false"]))
        {
            foreach (var path in new[] { "/", "/image", "/page/page.css", "/favicon.ico" })
                Assert.Null((await gateway.Running.GetAsync(path))["Content-Security-Policy"]);
            Assert.Equal(4, upstream.Requests.Count(r => !r.IsProbe));
        }
    }

    [Fact]
    public async Task Off_there_is_nothing()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, "--Gateway:Page:Enabled=false");
        foreach (var path in new[] { "/", Image, "/page/page.css", "/favicon.ico" })
        {
            var reply = await gateway.GetAsync(path);
            Assert.Equal((404, 0), (reply.Status, reply.Body.Length));
        }
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1 kB")]
    [InlineData(1949, "1.9 kB")]
    [InlineData(99_949, "99.9 kB")]
    [InlineData(99_950, "100 kB")]
    [InlineData(999_499, "999 kB")]
    [InlineData(999_500, "1 MB")]
    [InlineData(10_737_418_240, "10.7 GB")]
    [InlineData(long.MaxValue, "9223 PB")]
    public void Sizes_have_three_digits(long bytes, string text) => Assert.Equal(text, Shown.Size(bytes));
}

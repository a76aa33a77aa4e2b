using System.Text;
using Image2Ipfs.Gateway.Tests.Running;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>Directories below /ipfs/: pages for people.</summary>
public sealed class FrontDoorDirectoryTests(ContentGateway gateway) : IClassFixture<ContentGateway>
{
    [Fact]
    public async Task A_directory_without_a_slash_is_redirected_to_its_page()
    {
        var reply = await gateway.Running.GetAsync($"{gateway.V0.Path}/files?x=1&y=%20");
        Assert.Equal(301, reply.Status);
        Assert.Equal($"{gateway.V0.Path}/files/?x=1&y=%20", reply["Location"]);
        Assert.Equal("text/html; charset=utf-8", reply["Content-Type"]);
        Assert.Equal($"{gateway.V0.Path}/files", reply["X-Ipfs-Path"]);
        Assert.Equal(2, reply["X-Ipfs-Roots"]!.Split(',').Length);

        var root = await gateway.Running.GetAsync(gateway.V0.Path);
        Assert.Equal($"{gateway.V0.Path}/", root["Location"]);
        Assert.Equal($"<a href=\"{gateway.V0.Path}/\">Moved Permanently</a>.\n\n", Encoding.UTF8.GetString(root.Body));
        Assert.Equal(88, root.Body.Length);
    }

    [Fact]
    public async Task A_directory_is_listed()
    {
        foreach (var tree in gateway.Trees)
        {
            var reply = await gateway.Running.GetAsync($"{tree.Path}/");
            Assert.Equal(200, reply.Status);
            Assert.Equal("text/html", reply["Content-Type"]);
            Assert.Equal("public, max-age=604800, stale-while-revalidate=2678400", reply["Cache-Control"]);
            Assert.Matches($"^\"DirIndex-[a-z0-9]+_CID-{tree.Root}\"$", reply["ETag"]);
            Assert.StartsWith("default-src 'none'", reply["Content-Security-Policy"], StringComparison.Ordinal);
            var page = Encoding.UTF8.GetString(reply.Body);
            foreach (var name in new[] { "app", "files", "many", "odd", "site" })
                Assert.Contains($"<a href=\"./{name}\">{name}</a>", page, StringComparison.Ordinal);
            Assert.Equal(304, (await gateway.Running.GetAsync($"{tree.Path}/", ("If-None-Match", reply["ETag"]!))).Status);
            var head = await gateway.Running.HeadAsync($"{tree.Path}/");
            foreach (var (name, value) in reply.Headers.Where(h => h.Key != "Date"))
                Assert.Equal(value, head[name]);
        }
    }

    [Fact]
    public async Task Names_are_text_on_the_page()
    {
        var page = Encoding.UTF8.GetString((await gateway.Running.GetAsync($"{gateway.V0.Path}/odd/")).Body);
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("\"javascript:", page, StringComparison.Ordinal);
        Assert.Contains("href=\"./%3Cscript%3E%26%22.txt\"", page, StringComparison.Ordinal);
        Assert.Equal("odd"u8.ToArray(), (await gateway.Running.GetAsync($"{gateway.V0.Path}/odd/%3Cscript%3E%26%22.txt")).Body);
    }

    [Fact]
    public async Task A_sharded_directory_is_listed_and_its_entries_are_found()
    {
        foreach (var tree in gateway.Trees)
        {
            var page = Encoding.UTF8.GetString((await gateway.Running.GetAsync($"{tree.Path}/many/")).Body);
            foreach (var i in new[] { 0, 1, 1234, ContentTree.Many - 1 })
            {
                Assert.Contains(ContentTree.Name(i), page, StringComparison.Ordinal);
                Assert.Equal("x"u8.ToArray(), (await gateway.Running.GetAsync($"{tree.Path}/many/{ContentTree.Name(i)}")).Body);
            }
        }
    }

    [Fact]
    public async Task A_directory_with_an_index_is_its_index()
    {
        var reply = await gateway.Running.GetAsync($"{gateway.V0.Path}/site/");
        Assert.Equal("<h1>"u8.ToArray(), reply.Body);
        Assert.Equal("text/html; charset=utf-8", reply["Content-Type"]);
        Assert.Equal(301, (await gateway.Running.GetAsync($"{gateway.V0.Path}/site")).Status);
    }
}

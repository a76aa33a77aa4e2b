using System.Globalization;
using System.Text;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>Files and blocks below /ipfs/, with the headers that boxo's gateway sends.</summary>
public sealed class FrontDoorFileTests(ContentGateway gateway) : IClassFixture<ContentGateway>
{
    private const string Immutable = "public, max-age=29030400, immutable";

    [Fact]
    public async Task A_file_has_the_headers_of_a_gateway()
    {
        foreach (var tree in gateway.Trees)
        {
            var file = tree.Dag("{\"schemaVersion\":2}"u8.ToArray()).Cid;
            var path = $"{tree.Path}/files/manifest";
            var get = await gateway.Running.GetAsync(path);
            Assert.Equal(200, get.Status);
            Assert.Equal("{\"schemaVersion\":2}"u8.ToArray(), get.Body);
            Assert.Equal("bytes", get["Accept-Ranges"]);
            Assert.Equal(Immutable, get["Cache-Control"]);
            Assert.Equal("19", get["Content-Length"]);
            Assert.Equal("application/json", get["Content-Type"]);
            Assert.Equal($"\"{file}\"", get["ETag"]);
            Assert.Equal("nosniff", get["X-Content-Type-Options"]);
            Assert.Equal(path, get["X-Ipfs-Path"]);
            var roots = get["X-Ipfs-Roots"]!.Split(',');
            Assert.Equal(3, roots.Length);
            Assert.Equal([tree.Root.ToString(), file.ToString()], [roots[0], roots[2]]);
            await HeadIsGetAsync(path, get);

            var part = await gateway.Running.GetAsync(path, ("Range", "bytes=10-12"));
            Assert.Equal(206, part.Status);
            Assert.Equal("bytes 10-12/19", part["Content-Range"]);
            Assert.Equal(get.Body[10..13], part.Body);
            Assert.Equal(get["ETag"], part["ETag"]);
            Assert.Equal(get["Content-Type"], part["Content-Type"]);

            var beyond = await gateway.Running.GetAsync(path, ("Range", "bytes=500-600"));
            Assert.Equal(416, beyond.Status);
            Assert.Equal("bytes */19", beyond["Content-Range"]);
            Assert.Equal("text/plain; charset=utf-8", beyond["Content-Type"]);
            Assert.Equal(33, beyond.Body.Length);

            foreach (var tag in new[] { get["ETag"]!, "W/" + get["ETag"], "*", "\"x\", " + get["ETag"] })
            {
                var same = await gateway.Running.GetAsync(path, ("If-None-Match", tag));
                Assert.Equal(304, same.Status);
                Assert.Empty(same.Body);
                Assert.Equal(get["ETag"], same["ETag"]);
                Assert.Equal(path, same["X-Ipfs-Path"]);
            }
            Assert.Equal(200, (await gateway.Running.GetAsync(path, ("If-None-Match", "\"other\""))).Status);
            Assert.Equal(200, (await gateway.Running.GetAsync(path, ("Range", "bytes=0-1"), ("If-Range", "\"other\""))).Status);
            Assert.Equal(206, (await gateway.Running.GetAsync(path, ("Range", "bytes=0-1"), ("If-Range", get["ETag"]!))).Status);
        }
    }

    [Fact]
    public async Task Every_file_arrives_whole_and_in_parts_wherever_it_lies()
    {
        foreach (var tree in gateway.Trees)
        {
            byte[][] blobs = [ContentTree.Large, ContentTree.Small, ContentTree.Repeated, []];
            var files = blobs.Select(c => (Path: ContentTree.Blob(c), Content: c)).Append(("files/in-blocks", ContentTree.InBlocks));
            foreach (var (path, content) in files)
            {
                var whole = await gateway.Running.GetAsync($"{tree.Path}/{path}");
                Assert.True(whole.Body.SequenceEqual(content), path);
                Assert.Equal("application/octet-stream", whole["Content-Type"]);
                await HeadIsGetAsync($"{tree.Path}/{path}", whole);
                // By its own CID too, in each version's spelling.
                var cid = tree.Dag(content).Cid;
                Assert.True((await gateway.Running.GetAsync($"/ipfs/{cid.ToBase32()}")).Body.SequenceEqual(content), path);
                foreach (var (first, last) in new[] { (0, 0), (262143, 262144), (262140, 524300), (content.Length - 1, content.Length - 1) })
                {
                    if (first < 0 || last >= content.Length)
                        continue;
                    var part = await gateway.Running.GetAsync($"{tree.Path}/{path}", ("Range", $"bytes={first}-{last}"));
                    Assert.Equal(206, part.Status);
                    Assert.True(part.Body.AsSpan().SequenceEqual(content.AsSpan(first, last - first + 1)), $"{path} {first}-{last}");
                }
            }
        }
    }

    [Theory]
    [InlineData("files/text", "application/octet-stream")]
    [InlineData("files/data.json", "application/json")]
    [InlineData("files/page.html", "text/html; charset=utf-8")]
    [InlineData("files/a%20b%25%C3%A9.txt", "text/plain; charset=utf-8")]
    [InlineData("files/%6danifest", "application/json")]
    public async Task The_type_is_that_of_the_name(string path, string type)
    {
        var reply = await gateway.Running.GetAsync($"{gateway.V0.Path}/{path}");
        Assert.Equal(200, reply.Status);
        Assert.Equal(type, reply["Content-Type"]);
        Assert.Equal(type.StartsWith("text/html", StringComparison.Ordinal) ? "sandbox allow-scripts" : null, reply["Content-Security-Policy"]);
    }

    [Theory]
    [InlineData("files/text", "?filename=a%20b.html", "inline; filename=\"a_b.html\"; filename*=UTF-8''a%20b.html", "text/html; charset=utf-8")]
    [InlineData("files/text", "?filename=%22%0d%0a%C3%A9&download=true", "attachment; filename=\"____\"; filename*=UTF-8''%22%0D%0A%C3%A9", "application/octet-stream")]
    [InlineData("files/text", "?download=true", null, "application/octet-stream")]
    [InlineData("files/text", "?format=raw&filename=x.bin", "attachment; filename=\"x.bin\"; filename*=UTF-8''x.bin", "application/vnd.ipld.raw")]
    [InlineData("files/text", "?format=car&filename=x.car", "attachment; filename=\"x.car\"; filename*=UTF-8''x.car", "application/vnd.ipld.car; version=1; order=dfs; dups=n")]
    public async Task The_client_may_name_what_it_gets(string path, string query, string? disposition, string type)
    {
        var reply = await gateway.Running.GetAsync($"{gateway.V0.Path}/{path}{query}");
        Assert.Equal(200, reply.Status);
        Assert.Equal(disposition, reply["Content-Disposition"]);
        Assert.Equal(type, reply["Content-Type"]);
    }

    [Fact]
    public async Task A_colon_may_be_encoded()
    {
        var path = ContentTree.Blob(ContentTree.Small).Replace(":", "%3A", StringComparison.Ordinal);
        Assert.Equal(ContentTree.Small, (await gateway.Running.GetAsync($"{gateway.V0.Path}/{path}")).Body);
    }

    [Fact]
    public async Task Any_block_can_be_had_by_its_cid()
    {
        foreach (var tree in gateway.Trees)
        {
            var nodes = new[] { ContentTree.Large, ContentTree.Small, ContentTree.Repeated, [], ContentTree.InBlocks }.SelectMany(c => Blocks(tree.Dag(c))).DistinctBy(n => n.Cid).ToList();
            Assert.True(nodes.Count > 40);
            foreach (var (cid, block) in nodes)
            {
                foreach (var spelling in new[] { cid.ToString(), cid.ToBase36(), cid.ToBase16() })
                {
                    var raw = await gateway.Running.GetAsync($"/ipfs/{spelling}?format=raw");
                    Assert.Equal(200, raw.Status);
                    Assert.True(raw.Body.AsSpan().SequenceEqual(block), spelling);
                }
            }
        }

        static IEnumerable<(Cid Cid, byte[] Block)> Blocks(Testing.PlainDag dag) => dag.Children.SelectMany(Blocks).Prepend((dag.Cid, dag.Block));
    }

    [Fact]
    public async Task A_block_has_the_headers_of_a_gateway()
    {
        var root = gateway.V0.Root;
        var get = await gateway.Running.GetAsync($"{gateway.V0.Path}?format=raw");
        Assert.Equal("bytes", get["Accept-Ranges"]);
        Assert.Equal(Immutable, get["Cache-Control"]);
        Assert.Equal($"attachment; filename=\"{root}.bin\"; filename*=UTF-8''{root}.bin", get["Content-Disposition"]);
        Assert.Equal(get.Body.Length.ToString(CultureInfo.InvariantCulture), get["Content-Length"]);
        Assert.Equal("application/vnd.ipld.raw", get["Content-Type"]);
        Assert.Equal($"\"{root}.raw\"", get["ETag"]);
        Assert.Equal(gateway.V0.Path, get["X-Ipfs-Path"]);
        Assert.Equal(root.ToString(), get["X-Ipfs-Roots"]);
        Assert.Equal("nosniff", get["X-Content-Type-Options"]);
        Assert.Null(get["Content-Location"]);
        Assert.True(root.Matches(get.Body));
        await HeadIsGetAsync($"{gateway.V0.Path}?format=raw", get);

        var accepted = await gateway.Running.GetAsync(gateway.V0.Path, ("Accept", "application/vnd.ipld.raw"));
        Assert.Equal(get.Body, accepted.Body);
        Assert.Equal($"{gateway.V0.Path}?format=raw", accepted["Content-Location"]);

        var part = await gateway.Running.GetAsync($"{gateway.V0.Path}?format=raw", ("Range", "bytes=0-10"));
        Assert.Equal(206, part.Status);
        Assert.Equal(get.Body[..11], part.Body);
        Assert.Equal($"bytes 0-10/{get.Body.Length}", part["Content-Range"]);
        Assert.Equal(304, (await gateway.Running.GetAsync($"{gateway.V0.Path}?format=raw", ("If-None-Match", get["ETag"]!))).Status);

        // The query counts more than the header.
        Assert.Equal("application/vnd.ipld.raw", (await gateway.Running.GetAsync($"{gateway.V0.Path}?format=raw", ("Accept", "application/vnd.ipld.car")))["Content-Type"]);
        var file = gateway.V0.Dag("words"u8.ToArray());
        var below = await gateway.Running.GetAsync($"{gateway.V0.Path}/files/text?format=raw");
        Assert.Equal(file.Block, below.Body);
        Assert.Equal($"\"{file.Cid}.raw\"", below["ETag"]);
    }

    [Theory]
    [InlineData("bafkqaaa", "")]
    [InlineData("bafkqabtimvwgy3yk", "hello\n")]
    public async Task An_identity_cid_is_its_own_block(string cid, string content)
    {
        foreach (var query in new[] { "", "?format=raw" })
        {
            var reply = await gateway.Running.GetAsync($"/ipfs/{cid}{query}");
            Assert.Equal(200, reply.Status);
            Assert.Equal(content, Encoding.UTF8.GetString(reply.Body));
        }
        var car = ReadCar.Parse((await gateway.Running.GetAsync($"/ipfs/{cid}?format=car")).Body);
        Assert.Equal(cid, car.Root.ToString());
        Assert.Empty(car.Blocks);
    }

    [Theory]
    [InlineData("/ipfs/", 400)]
    [InlineData("/ipfs/notacid", 400)]
    [InlineData("/ipfs/QmdGeJLqWVuRQJwkwLqMqT26fje5irdNF8gPWXfqYDghbX", 404)]
    [InlineData("/ipfs/../etc/passwd", 400)]
    [InlineData("/ipfs/{0}/..", 400)]
    [InlineData("/ipfs/{0}/%2e%2e/files", 400)]
    [InlineData("/ipfs/{0}/./files", 400)]
    [InlineData("/ipfs/{0}//files", 400)]
    [InlineData("/ipfs/{0}/files//text", 400)]
    [InlineData("/ipfs/{0}/files%2Ftext", 400)]
    [InlineData("/ipfs/{0}/files/%00", 0)]
    [InlineData("/ipfs/{0}/files/%zz", 400)]
    [InlineData("/ipfs/{0}/files/%4", 400)]
    [InlineData("/ipfs/{0}/files/%ff%fe", 400)]
    [InlineData("/ipfs/{0}/nope", 404)]
    [InlineData("/ipfs/{0}/<\"'>", 404)]
    [InlineData("/ipfs/{0}/%0d%0aX-Injected:%201", 404)]
    [InlineData("/ipfs/{0}/\u007f", 400)]
    [InlineData("/ipfs/{0}?\u007f", 400)]
    [InlineData("/ipfs/{0}/é", 0)]
    [InlineData("/ipfs/{0}/files/text/below", 404)]
    [InlineData("/ipfs/{0}/many/nope", 404)]
    [InlineData("/ipfs/{0}?format=car&dag-scope=bogus", 400)]
    [InlineData("/ipfs/{0}?format=car&entity-bytes=5", 400)]
    [InlineData("/ipfs/{0}?format=car&entity-bytes=*:5", 400)]
    [InlineData("/ipfs/{0}?format=car&entity-bytes=5:4", 400)]
    [InlineData("/ipfs/{0}?format=car&entity-bytes=-4:-5", 400)]
    [InlineData("/ipfs/{0}?format=car&entity-bytes=-9223372036854775808:*", 400)]
    [InlineData("/ipfs/{0}?format=car&car-dups=maybe", 400)]
    [InlineData("/ipfs/{0}?format=car&car-order=random", 400)]
    [InlineData("/ipfs/{0}?format=car&car-version=2", 400)]
    [InlineData("/ipfs/{0}?format=tar", 404)]
    [InlineData("/ipfs/{0}?format=dag-json", 404)]
    [InlineData("/ipns/example.org", 404)]
    [InlineData("/ipns/\u007f", 404)]
    public async Task What_is_wrong_or_not_there_is_said_in_plain_text(string target, int status)
    {
        var reply = await gateway.Running.RawGetAsync(string.Format(CultureInfo.InvariantCulture, target, gateway.V0.Root));
        if (status == 0)
        {
            // The server itself refuses it.
            Assert.Equal(400, reply.Status);
            return;
        }
        Assert.Equal(status, reply.Status);
        Assert.Equal("text/plain; charset=utf-8", reply["Content-Type"]);
        Assert.Null(reply["Cache-Control"]);
        Assert.Null(reply["ETag"]);
    }

    [Fact]
    public async Task A_path_is_as_long_as_a_path_may_be()
    {
        foreach (var (segments, status) in new[] { (128, 404), (129, 400) })
            Assert.Equal(status, (await gateway.Running.GetAsync(gateway.V0.Path + string.Concat(Enumerable.Repeat("/a", segments)))).Status);
    }

    [Fact]
    public async Task Only_if_cached_is_412_for_what_is_not_here()
    {
        const string Elsewhere = "/ipfs/QmdGeJLqWVuRQJwkwLqMqT26fje5irdNF8gPWXfqYDghbH";
        Assert.Equal(412, (await gateway.Running.GetAsync(Elsewhere, ("Cache-Control", "only-if-cached"))).Status);
        Assert.Equal(412, (await gateway.Running.HeadAsync(Elsewhere + "?format=raw", ("Cache-Control", "only-if-cached"))).Status);
        Assert.Equal(200, (await gateway.Running.HeadAsync(gateway.V0.Path + "?format=raw", ("Cache-Control", "only-if-cached"))).Status);
    }

    [Fact]
    public async Task Content_is_only_read()
    {
        foreach (var method in new[] { HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete })
        {
            var reply = await gateway.Running.SendAsync(method, gateway.V0.Path);
            Assert.Equal(405, reply.Status);
            Assert.Equal("GET, HEAD, OPTIONS", reply["Allow"]);
        }
        Assert.Equal(204, (await gateway.Running.SendAsync(HttpMethod.Options, gateway.V0.Path)).Status);
    }

    private async Task HeadIsGetAsync(string path, Reply get)
    {
        var head = await gateway.Running.HeadAsync(path);
        Assert.Equal(get.Status, head.Status);
        Assert.Empty(head.Body);
        foreach (var (name, value) in get.Headers.Where(h => h.Key != "Date"))
            Assert.Equal(value, head[name]);
    }
}

using System.Globalization;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>Archives below /ipfs/: which blocks, in which order.</summary>
public sealed class FrontDoorCarTests(ContentGateway gateway) : IClassFixture<ContentGateway>
{
    [Fact]
    public async Task An_archive_has_the_headers_of_a_gateway()
    {
        var (root, path) = (gateway.V0.Root, gateway.V0.Path);
        var get = await gateway.Running.GetAsync($"{path}?format=car&dag-scope=block");
        Assert.Equal(200, get.Status);
        Assert.Equal("none", get["Accept-Ranges"]);
        Assert.Equal("public, max-age=29030400, immutable", get["Cache-Control"]);
        Assert.Equal($"attachment; filename=\"{root}.car\"; filename*=UTF-8''{root}.car", get["Content-Disposition"]);
        Assert.Equal(get.Body.Length.ToString(CultureInfo.InvariantCulture), get["Content-Length"]);
        Assert.Equal("application/vnd.ipld.car; version=1; order=dfs; dups=n", get["Content-Type"]);
        Assert.Matches($"^W/\"{root}\\.car\\.[A-Za-z0-9_-]+\"$", get["ETag"]);
        Assert.Equal(path, get["X-Ipfs-Path"]);
        Assert.Equal(root.ToString(), get["X-Ipfs-Roots"]);
        Assert.Equal("nosniff", get["X-Content-Type-Options"]);
        Assert.Equal(304, (await gateway.Running.GetAsync($"{path}?format=car&dag-scope=block", ("If-None-Match", get["ETag"]!))).Status);
        // A range of an archive is the archive.
        Assert.Equal(200, (await gateway.Running.GetAsync($"{path}?format=car&dag-scope=block", ("Range", "bytes=0-10"))).Status);

        var below = await gateway.Running.GetAsync($"{path}/files?dag-scope=block", ("Accept", "text/html;q=0, application/vnd.ipld.car; version=1; order=dfs; dups=y"));
        Assert.Equal("application/vnd.ipld.car; version=1; order=dfs; dups=y", below["Content-Type"]);
        Assert.Equal($"attachment; filename=\"{root}_files.car\"; filename*=UTF-8''{root}_files.car", below["Content-Disposition"]);
        Assert.Equal($"{path}/files?car-dups=y&car-order=dfs&car-version=1&dag-scope=block&format=car", below["Content-Location"]);
        var tags = new List<string?> { get["ETag"], below["ETag"] };
        foreach (var query in new[] { "", "&dag-scope=entity", "&car-dups=y", "&entity-bytes=0:1", "&entity-bytes=0:*" })
        {
            var head = await gateway.Running.HeadAsync($"{path}?format=car{query}");
            tags.Add(head["ETag"]);
            var archive = await gateway.Running.GetAsync($"{path}?format=car{query}");
            foreach (var (name, value) in archive.Headers.Where(h => h.Key != "Date"))
                Assert.Equal(value, head[name]);
        }
        Assert.Equal(tags.Count, tags.Distinct().Count());
    }

    [Fact]
    public async Task Everything_is_the_whole_dag_depth_first()
    {
        foreach (var tree in gateway.Trees)
        {
            var car = await CarAsync($"{tree.Path}?format=car");
            Assert.Equal(tree.Root, car.Root);
            Assert.Equal(tree.Root, car.Blocks[0].Cid);
            Assert.Equal(car.Blocks.Count, car.Cids.Distinct().Count());
            var byCid = car.Blocks.ToDictionary(b => b.Cid, b => b.Block);
            var (expected, next) = (new List<Cid>(), new Stack<Cid>([tree.Root]));
            while (next.TryPop(out var cid))
            {
                if (expected.Contains(cid))
                    continue;
                expected.Add(cid);
                if (cid.Codec == Cid.DagPb)
                    foreach (var link in DagPbNode.Decode(byCid[cid]).Links.Reverse())
                        next.Push(link.Cid);
            }
            Assert.Equal(expected, car.Cids);
        }
    }

    [Theory]
    [InlineData("all")]
    [InlineData("entity")]
    public async Task The_leaves_of_a_blob_put_together_are_the_blob(string scope)
    {
        foreach (var tree in gateway.Trees)
        {
            foreach (var content in new[] { ContentTree.Large, ContentTree.Small, ContentTree.Repeated, [] })
            {
                var dag = tree.Dag(content);
                var car = await CarAsync($"/ipfs/{dag.Cid}?format=car&dag-scope={scope}");
                Assert.Equal(DepthFirst(dag).Distinct(), car.Cids);
                Assert.Equal(Digest.Sha256(content), Digest.Sha256(car.Content(Leaves(dag))));
            }
            var inBlocks = tree.Dag(ContentTree.InBlocks);
            Assert.Equal(ContentTree.InBlocks, (await CarAsync($"/ipfs/{inBlocks.Cid}?format=car&dag-scope={scope}")).Content(Leaves(inBlocks)));
        }
    }

    [Fact]
    public async Task The_blocks_that_prove_the_path_come_first()
    {
        foreach (var tree in gateway.Trees)
        {
            var dag = tree.Dag(ContentTree.Large);
            var path = $"{tree.Path}/{ContentTree.Blob(ContentTree.Large)}";
            var roots = (await gateway.Running.HeadAsync(path))["X-Ipfs-Roots"]!.Split(',').Select(Cid.Parse).ToList();
            Assert.Equal(4, roots.Count);
            var block = await CarAsync($"{path}?format=car&dag-scope=block");
            Assert.Equal(dag.Cid, block.Root);
            Assert.Equal(roots, block.Cids);
            Assert.Equal([.. roots[..3], .. DepthFirst(dag)], (await CarAsync($"{path}?format=car&dag-scope=entity")).Cids);

            // Of a sharded directory, only the shards on the way.
            var entry = await CarAsync($"{tree.Path}/many/{ContentTree.Name(77)}?format=car");
            Assert.Equal(tree.Dag("x"u8.ToArray()).Cid, entry.Cids.Last());
            Assert.InRange(entry.Blocks.Count, 4, 7);
            Assert.Equal(entry.Root, entry.Cids.Last());
        }
    }

    [Fact]
    public async Task A_directory_as_an_entity_is_its_own_nodes()
    {
        foreach (var tree in gateway.Trees)
        {
            Assert.Equal([tree.Root], (await CarAsync($"{tree.Path}?format=car&dag-scope=entity")).Cids);
            var many = await CarAsync($"{tree.Path}/many?format=car&dag-scope=entity");
            Assert.Equal(tree.Root, many.Blocks[0].Cid);
            var shards = many.Blocks.ToDictionary(b => b.Cid, b => (ReadOnlyMemory<byte>)b.Block);
            Assert.True(shards.Count > 100);
            Assert.Equal(
                Enumerable.Range(0, ContentTree.Many).Select(ContentTree.Name),
                DirectoryDag.Entries(many.Root, cid => shards[cid]).Select(e => e.Name).Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [InlineData("0:0", 0, 0)]
    [InlineData("0:262143", 0, 262143)]
    [InlineData("0:262144", 0, 262144)]
    [InlineData("262144:262144", 262144, 262144)]
    [InlineData("300000:1400000", 300000, 1400000)]
    [InlineData("-1:*", 45875204, 45875204)]
    [InlineData("-5:-1", 45875200, 45875204)]
    [InlineData("-6:*", 45875199, 45875204)]
    [InlineData("45875199:99999999999", 45875199, 45875204)]
    [InlineData("-99999999999:10", 0, 10)]
    [InlineData("5:-45875199", 5, 6)]
    [InlineData("0:*", 0, 45875204)]
    public async Task Only_the_blocks_on_the_way_to_the_bytes_are_sent(string bytes, long first, long last)
    {
        foreach (var tree in gateway.Trees)
        {
            var dag = tree.Dag(ContentTree.Large);
            // Without a scope too: a range is one of an entity.
            foreach (var query in new[] { "&dag-scope=entity", "" })
            {
                var car = await CarAsync($"/ipfs/{dag.Cid}?format=car{query}&entity-bytes={bytes}");
                Assert.Equal(OnTheWay(dag, 0, first, last).Cids, car.Cids);
            }
        }
    }

    [Theory]
    [InlineData("45875205:*")]
    [InlineData("99999999999:*")]
    [InlineData("10:-45875200")]
    [InlineData("0:-99999999999")]
    public async Task A_range_of_nothing_is_the_root_alone(string bytes)
    {
        var dag = gateway.V0.Dag(ContentTree.Large);
        Assert.Equal([dag.Cid], (await CarAsync($"/ipfs/{dag.Cid}?format=car&dag-scope=entity&entity-bytes={bytes}")).Cids);
    }

    [Fact]
    public async Task A_range_of_a_directory_is_the_directory() =>
        Assert.Equal([gateway.V0.Root], (await CarAsync($"{gateway.V0.Path}?format=car&dag-scope=entity&entity-bytes=0:1")).Cids);

    [Fact]
    public async Task A_block_is_sent_as_often_as_the_client_wants_it()
    {
        foreach (var tree in gateway.Trees)
        {
            var dag = tree.Dag(ContentTree.Repeated);
            var all = DepthFirst(dag).ToList();
            var once = await gateway.Running.GetAsync($"/ipfs/{dag.Cid}?format=car&car-dups=n");
            Assert.Equal(all.Distinct(), ReadCar.Parse(once.Body).Cids);
            var often = await gateway.Running.GetAsync($"/ipfs/{dag.Cid}?format=car&car-dups=y");
            Assert.Equal(all, ReadCar.Parse(often.Body).Cids);
            Assert.True(often.Body.Length > 2 * once.Body.Length);
            Assert.Equal("application/vnd.ipld.car; version=1; order=dfs; dups=y", often["Content-Type"]);
            Assert.Equal(all, (await CarAsync($"/ipfs/{dag.Cid}?format=car&car-dups=y&entity-bytes=0:*")).Cids);
        }
    }

    private async Task<ReadCar> CarAsync(string path)
    {
        var reply = await gateway.Running.GetAsync(path);
        Assert.Equal(200, reply.Status);
        return ReadCar.Parse(reply.Body);
    }

    private static IEnumerable<Cid> DepthFirst(PlainDag dag) => dag.Children.SelectMany(DepthFirst).Prepend(dag.Cid);

    private static IEnumerable<Cid> Leaves(PlainDag dag) => dag.Children.Count == 0 ? [dag.Cid] : dag.Children.SelectMany(Leaves);

    private static (IEnumerable<Cid> Cids, long End) OnTheWay(PlainDag dag, long start, long first, long last)
    {
        var (cids, at) = (new List<Cid> { dag.Cid }, start);
        foreach (var child in dag.Children)
        {
            var (below, end) = OnTheWay(child, at, first, last);
            if (at <= last && end > first)
                cids.AddRange(below);
            at = end;
        }
        if (dag.Children.Count == 0)
            at += dag.Cid.Codec == Cid.Raw ? dag.Block.Length : UnixFsData.Decode(DagPbNode.Decode(dag.Block).Data).Data.Length;
        return (cids, at);
    }
}

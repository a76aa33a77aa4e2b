using System.Diagnostics;
using System.Globalization;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>The upstream of the tests, as a gateway without faults.</summary>
public sealed class TestUpstreamTests
{
    private static readonly UpstreamImage Image = UpstreamImage.Of(UpstreamImage.SmallLargeRepeated());
    private static readonly UpstreamImage Sharded = UpstreamImage.Sharded(Keystream.Bytes("one", 1000));
    private static readonly UpstreamImage RawLeaves = UpstreamImage.OfProfile(CidProfile.UnixFsV1, UpstreamImage.SmallLargeRepeated());

    public static TheoryData<string> Images => ["plain", "sharded", "raw leaves"];

    private static UpstreamImage Named(string name) => name switch { "plain" => Image, "sharded" => Sharded, _ => RawLeaves };

    [Theory]
    [MemberData(nameof(Images))]
    public async Task A_CAR_of_a_path_proves_it_and_holds_the_file(string name)
    {
        var image = Named(name);
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(image.Blocks));
        using var client = new UpstreamClient(upstream);
        foreach (var digest in image.Layers.Append(image.Config))
        {
            var got = await client.GetAsync($"/ipfs/{image.Root}/app/blobs/{digest}?format=car&dag-scope=entity");
            Assert.Equal(200, got.Status);
            var (roots, blocks) = Car.Read(got.Body);
            Assert.All(blocks, b => Assert.True(b.Cid.Matches(b.Bytes.Span)));
            Assert.Equal(blocks.Count, blocks.DistinctBy(b => b.Cid).Count());
            Assert.Equal(image.CidOf(digest), Assert.Single(roots));
            Assert.Equal($"{image.CidOf(digest)}", got["X-Ipfs-Roots"]!.Split(',')[^1]);
            Assert.Equal($"{image.Root}", got["X-Ipfs-Roots"]!.Split(',')[0]);

            // Down the path with the blocks of this answer alone.
            var byCid = blocks.ToDictionary(b => b.Cid, b => b.Bytes);
            Assert.Equal(image.Root, blocks[0].Cid);
            var app = Entry(image.Root, "app");
            var blobs = Entry(app, "blobs");
            Assert.Equal(image.CidOf(digest), name == "sharded" ? image.CidOf(digest) : Entry(blobs, digest.ToString()));
            Assert.Equal(image[digest], UnixFsFile.Read(image.CidOf(digest), cid => byCid[cid], int.MaxValue));

            Cid Entry(Cid directory, string entry) => DirectoryDag.Entries(directory, cid => byCid[cid]).Single(e => e.Name == entry).Cid;
        }
    }

    [Fact]
    public async Task The_way_into_a_sharded_directory_is_its_shards()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Sharded.Blocks));
        using var client = new UpstreamClient(upstream);
        var way = Car.Read((await client.GetAsync($"/ipfs/{Sharded.Root}/app/blobs/{Sharded.Config}?format=car&dag-scope=block")).Body).Blocks;
        var all = Car.Read((await client.GetAsync($"/ipfs/{Sharded.Root}/app/blobs?format=car&dag-scope=entity")).Body).Blocks;
        Assert.InRange(way.Count, 4, 6); // root, app, two or three shards, the file
        Assert.InRange(all.Count, 257, 2000);
    }

    [Theory]
    [InlineData("0:0", 1)]
    [InlineData("262143:262144", 2)]
    [InlineData("300000:600000", 2)]
    [InlineData("*", 13)]
    [InlineData("-10:*", 1)]
    [InlineData("1000000:*", 10)]
    public async Task A_CAR_of_a_part_has_the_leaves_of_the_part(string part, int leaves)
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        using var client = new UpstreamClient(upstream);
        var query = part == "*" ? "" : $"&entity-bytes={part}";
        var got = await client.GetAsync($"/ipfs/{Image.CidOf(Image.Layers[1])}?format=car&dag-scope=entity{query}");
        Assert.Equal(leaves + 1, Car.Read(got.Body).Blocks.Count);
    }

    [Fact]
    public async Task Repeated_blocks_come_once()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        using var client = new UpstreamClient(upstream);
        var got = await client.GetAsync($"/ipfs/{Image.CidOf(Image.Layers[2])}", ("Accept", "application/vnd.ipld.car"));
        Assert.Equal("application/vnd.ipld.car; version=1; order=dfs; dups=n", got["Content-Type"]);
        Assert.Equal(6, Car.Read(got.Body).Blocks.Count); // the root, four chunks, the last one
    }

    [Fact]
    public async Task A_raw_block_is_its_bytes()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        using var client = new UpstreamClient(upstream);
        foreach (var cid in new[] { Image.Root, Image.Root.ToV1(), Image.CidOf(Image.Layers[1]) })
        {
            var got = await client.GetAsync($"/ipfs/{cid}?format=raw");
            Assert.True(cid.Matches(got.Body));
            Assert.Equal("application/vnd.ipld.raw", got["Content-Type"]);
            Assert.Equal(got.Body.Length.ToString(CultureInfo.InvariantCulture), got["Content-Length"]);
        }
        Assert.Empty((await client.GetAsync("/ipfs/bafkqaaa?format=raw")).Body);
        Assert.Equal(406, (await client.GetAsync($"/ipfs/{Image.Root}/app?format=raw")).Status);
    }

    [Theory]
    [MemberData(nameof(Images))]
    public async Task Files_come_whole_and_in_parts(string name)
    {
        var image = Named(name);
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(image.Blocks));
        using var client = new UpstreamClient(upstream);
        var content = image[image.Layers[^1]];
        var path = $"/ipfs/{image.Root}/app/blobs/{image.Layers[^1]}";
        var whole = await client.GetAsync(path);
        Assert.Equal(200, whole.Status);
        Assert.Equal(content, whole.Body);
        Assert.Equal($"\"{image.CidOf(image.Layers[^1])}\"", whole["Etag"]);
        Assert.Equal(304, (await client.GetAsync(path, ("If-None-Match", whole["Etag"]!))).Status);

        foreach (var (range, first, last) in new[] { ("5-9", 5, 9), ("500-", 500, content.Length - 1), ("-7", content.Length - 7, content.Length - 1), ("1-99999999", 1, content.Length - 1) })
        {
            var part = await client.GetAsync(path, ("Range", $"bytes={range}"));
            Assert.Equal(206, part.Status);
            Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"bytes {first}-{last}/{content.Length}"), part["Content-Range"]);
            Assert.Equal(content[first..(last + 1)], part.Body);
        }
        Assert.Equal(416, (await client.GetAsync(path, ("Range", "bytes=99999999-"))).Status);
    }

    [Fact]
    public async Task A_way_that_is_off_is_as_with_other_gateways()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks), Ways.Path);
        using var client = new UpstreamClient(upstream);
        var (file, folder) = ($"/ipfs/{Image.Root}/app/index.json", $"/ipfs/{Image.Root}/app");
        foreach (var format in new[] { "car", "raw" })
        {
            Assert.Equal("application/json", (await client.GetAsync($"{file}?format={format}"))["Content-Type"]);
            var redirect = await client.GetAsync($"{folder}?format={format}");
            Assert.Equal(301, redirect.Status);
            Assert.Equal($"{folder}/?format={format}", redirect["Location"]);
        }
        upstream.Unknown = UnknownFormat.NotAcceptable;
        Assert.Equal(406, (await client.GetAsync($"{file}?format=car")).Status);
        Assert.Equal(200, (await client.GetAsync(file)).Status);
        upstream.Ways = Ways.Car | Ways.Raw;
        Assert.Equal(406, (await client.GetAsync(file)).Status);
        Assert.Equal(200, (await client.GetAsync($"{file}?format=car")).Status);
    }

    [Fact]
    public async Task What_is_not_there_is_404_or_400()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        using var client = new UpstreamClient(upstream);
        Assert.Equal(404, (await client.GetAsync($"/ipfs/{Image.Root}/app/no")).Status);
        Assert.Equal(404, (await client.GetAsync("/ipfs/QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn?format=raw")).Status);
        Assert.Equal(400, (await client.GetAsync("/ipfs/nonsense")).Status);
        Assert.Equal(404, (await client.GetAsync("/")).Status);
    }

    [Fact]
    public async Task It_counts_waits_stops_and_comes_back()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        using var client = new UpstreamClient(upstream);
        var path = $"/ipfs/{Image.Root}/app/blobs/{Image.Layers[1]}";
        upstream.Delay = TimeSpan.FromMilliseconds(150);
        upstream.BytesPerSecond = 6 << 20;
        var started = Stopwatch.GetTimestamp();
        Assert.Equal(200, (await client.GetAsync(path, ("X-Mine", "1"))).Status);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.6, 3);
        Assert.Equal(Image[Image.Layers[1]].Length, upstream.BytesSent);
        var request = Assert.Single(upstream.Requests);
        Assert.Equal("1", request["x-mine"]);
        Assert.InRange(Stopwatch.GetElapsedTime(request.Started, request.Answered!.Value).TotalSeconds, 0.14, 1);

        await upstream.StopAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(path));
        await upstream.RestartAsync();
        Assert.Equal(200, (await client.GetAsync(path)).Status);
    }

    [Fact]
    public async Task A_subdomain_is_its_CIDs_path()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        using var client = new UpstreamClient(upstream);
        var got = await client.GetAsync("/app/index.json", ("Host", $"{Image.Root.ToBase32()}.ipfs.localhost:{upstream.Address.Port}"));
        Assert.Equal(200, got.Status);
    }
}

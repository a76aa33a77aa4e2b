using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Image2Ipfs.Gateway.Find;
using Image2Ipfs.Gateway.Layouts;
using Image2Ipfs.Gateway.Lists;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Image2Ipfs.Gateway.Tests.Layouts;

/// <summary>A tree is anybody's: what is no image, or a broken one, says so, and costs neither the Gateway nor its upstreams more than it should.</summary>
public sealed class HostileTreeTests
{
    private static readonly byte[] Layer = TestImage.Content(3, 200_000);
    private static readonly byte[] Config = TestImage.ConfigOf([Layer]);
    private static readonly string LayerDigest = $"sha256:{TestImage.Hex(Layer)}";

    public static TheoryData<string, OlderTree> NoImages => new()
    {
        { "files whose names could be tags, and are long", OlderTree.Of("docs", ("docs/readme", new byte[1000])) },
        { "the folder above a tag store", OlderTree.Of("team", ("team/app/latest", Encoding.ASCII.GetBytes(OlderTree.Of("", ("a", [1])).Root.ToString()))) },
        { "a manifests folder of folders", OlderTree.Of("", ("manifests/latest/a", [1]), ("manifests/latest-v2/a", [1])) },
        { "a long file among the manifests", OlderTree.Of("", ("manifests/latest", new byte[5 << 20])) },
        { "an index that is a folder", OlderTree.Of("", ("index.json/a", [1]), ("disco.json/a", [1])) },
        { "a symbolic link among the manifests", Linked("manifests/latest") },
        { "a file that is long", File(6 << 20) },
        { "a short file", File(1000) },
    };

    [Theory]
    [MemberData(nameof(NoImages))]
    public async Task What_is_no_image_is_404_through_an_upstream(string what, OlderTree tree)
    {
        foreach (var ways in new[] { Ways.All, Ways.Raw })
        {
            await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(tree.Blocks), ways);
            await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
            var reply = await gateway.Running.GetAsync($"/v2/{tree.Repository}/manifests/latest");
            Assert.True(reply.Status == 404, $"{what}, {ways}: {Encoding.UTF8.GetString(reply.Body)}");
        }
    }

    [Theory]
    [MemberData(nameof(NoImages))]
    public async Task What_is_no_image_is_404_from_the_store(string what, OlderTree tree)
    {
        if (what.Contains("symbolic", StringComparison.Ordinal))
            return; // the store has none
        await using var gateway = await StoredGateway.StartAsync(tree);
        var reply = await gateway.Running.GetAsync($"/v2/{tree.Repository}/manifests/latest");
        Assert.True(reply.Status == 404, $"{what}: {Encoding.UTF8.GetString(reply.Body)}");
    }

    /// <summary>Whoever asks for it is nobody whom the upstreams should suffer for.</summary>
    [Fact]
    public async Task A_root_that_is_a_long_file_is_not_fetched_and_not_held_against_its_upstream()
    {
        var file = File(48 << 20);
        var image = OlderTree.All(Config, Layer).Single(t => t.Layout == "ipdr");
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks([.. file.Blocks, .. image.Blocks]));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        for (var i = 0; i < 10; i++)
            await gateway.Running.GetAsync($"/v2/{file.Repository}{(i == 0 ? "" : $"/{i}")}/manifests/latest");
        Assert.InRange(upstream.BytesSent, 0, 4 << 20);
        Assert.Equal(200, (await gateway.Running.GetAsync($"/v2/{image.Repository}/manifests/latest", ("Accept", "*/*"))).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_layer_is_no_manifest(bool stored)
    {
        byte[] layer = TestImage.Content(9, 9 << 20);
        var tree = OlderTree.All(TestImage.ConfigOf([layer, Layer]), layer, Layer).Single(t => t.Layout == "OCI image layout");
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(tree.Blocks));
        await using var remote = stored ? null : await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        await using var local = stored ? await StoredGateway.StartAsync(tree) : null;
        var gateway = remote?.Running ?? local!.Running;
        foreach (var digest in tree.LayerDigests)
            Assert.Equal(404, (await gateway.GetAsync($"/v2/{tree.Repository}/manifests/{digest}")).Status);
    }

    [Fact]
    public async Task What_an_upstreams_tree_has_wrong_is_502_and_no_damage_of_the_store()
    {
        var index = "{}"u8.ToArray();
        var wrong = Digest.Sha256("another"u8);
        var list = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["manifests"] = new JsonArray(
                TestLayout.With(TestLayout.Descriptor(MediaType.ManifestList.Value, index), "annotations", TestLayout.Texts((TestLayout.RefName, "index"))),
                TestLayout.With(TestLayout.Descriptor("text/html", "<script>"u8), "annotations", TestLayout.Texts((TestLayout.RefName, "page")))),
        };
        var tree = OlderTree.Of("app",
            ("app/index.json", Encoding.UTF8.GetBytes(list.ToJsonString())),
            ($"app/manifests/sha256:{TestImage.Hex(index)}", index),
            ($"app/manifests/sha256:{TestImage.Hex("<script>"u8.ToArray())}", "<script>"u8.ToArray()),
            ($"app/manifests/{wrong}", "{\"schemaVersion\":2}"u8.ToArray()),
            ($"app/blobs/{wrong}/file", [1]));
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(tree.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        var repository = $"/v2/{tree.Repository}";
        await IsWrongAsync(HttpMethod.Get, $"manifests/index", MediaType.Schema2.Value);
        await IsWrongAsync(HttpMethod.Get, $"manifests/page", "*/*");
        await IsWrongAsync(HttpMethod.Get, $"manifests/{wrong}", "*/*");
        await IsWrongAsync(HttpMethod.Get, $"blobs/{wrong}", "*/*");
        await IsWrongAsync(HttpMethod.Head, $"blobs/{wrong}", "*/*");
        Assert.DoesNotContain(gateway.Problems(), p => p.Contains("store", StringComparison.Ordinal));

        async Task IsWrongAsync(HttpMethod method, string path, string accept)
        {
            var reply = await gateway.Running.SendAsync(method, $"{repository}/{path}", ("Accept", accept));
            Assert.True(reply.Status is 404 or 502, $"{method} {path}: {reply.Status} {Encoding.UTF8.GetString(reply.Body)}");
        }
    }

    /// <summary>The same where nothing but plain paths is given: what a digest names may be anything.</summary>
    [Fact]
    public async Task A_descriptor_of_what_is_no_manifest_is_502()
    {
        var blocks = new List<Block>();
        var cid = UnixFsFile.Build(CidProfile.UnixFsV1, "no JSON"u8.ToArray(), blocks.Add).Cid;
        var descriptor = TestLayout.With(TestLayout.Descriptor(MediaType.OciIndex.Value, "no JSON"u8), "urls", new JsonArray($"ipfs://{cid}"));
        var root = UnixFsFile.Build(CidProfile.UnixFsV1, Encoding.UTF8.GetBytes(descriptor.ToJsonString()), blocks.Add).Cid;
        foreach (var ways in new[] { Ways.All, Ways.Path })
        {
            await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(blocks), ways);
            await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
            Assert.Equal(502, (await gateway.Running.GetAsync($"/v2/{root.ToRepositoryComponent()}/manifests/latest")).Status);
            Assert.DoesNotContain(gateway.Problems(), p => p.Contains("store", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(65_536)]
    [InlineData(100_000)]
    [InlineData(199_999)]
    [InlineData(200_001)]
    public async Task A_repaired_layer_whose_length_is_a_lie_has_no_end(int said)
    {
        var layer = new byte[200_000];
        var gzip = Compress.Gzip(layer);
        BitConverter.GetBytes(said).CopyTo(gzip, gzip.Length - 4);
        var tree = Repaired(gzip, layer);
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(tree.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        var manifest = await gateway.Running.GetAsync($"/v2/{tree.Repository}/manifests/latest", ("Accept", "*/*"));
        Assert.Equal(said, ImageManifest.Parse(manifest.Body).Layers.Single().Size);
        await Assert.ThrowsAsync<HttpRequestException>(() => gateway.Running.GetAsync($"/v2/{tree.Repository}/blobs/sha256:{TestImage.Hex(layer)}"));
        gateway.Problems();
    }

    /// <summary>An image of one's own may have the same layer, as it is.</summary>
    [Fact]
    public async Task A_layer_that_is_repaired_may_lie_in_the_store_unpacked()
    {
        var tree = Repaired(Compress.Gzip(Layer));
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(tree.Blocks));
        await using var gateway = await StoredGateway.StartAsync(OlderTree.Of("", ($"blobs/{LayerDigest}", Layer)), PullingGateway.To(upstream));
        var manifest = await gateway.Running.GetAsync($"/v2/{tree.Repository}/manifests/latest", ("Accept", "*/*"));
        Assert.Equal(Layer.Length, ImageManifest.Parse(manifest.Body).Layers.Single().Size);
        var reply = await gateway.Running.GetAsync($"/v2/{tree.Repository}/blobs/{LayerDigest}");
        Assert.Equal((200, LayerDigest), (reply.Status, reply.BodyDigest.ToString()));
    }

    /// <summary>Each part would be found by unpacking all that comes before.</summary>
    [Fact]
    public async Task Many_parts_of_a_repaired_layer_are_not_unpacked_for_each()
    {
        var layer = new byte[256 << 20];
        var tree = Repaired(Compress.Gzip(layer), layer);
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(tree.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        var ranges = string.Join(',', Enumerable.Range(0, 100).Select(i => string.Create(CultureInfo.InvariantCulture, $"{layer.Length - 1000 + (i * 10)}-{layer.Length - 1000 + (i * 10)}")));
        var reply = await gateway.Running.GetAsync($"/v2/{tree.Repository}/blobs/sha256:{TestImage.Hex(layer)}", ("Range", $"bytes={ranges}"));
        Assert.InRange(reply.Status, 200, 206);
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 15);
    }

    /// <summary>Anybody may ask for any name.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("/some/name")]
    public async Task A_root_that_nobody_has_is_not_looked_for_in_every_layout(string below)
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks());
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        var root = OlderTree.Of("", ("a", [1])).Root.ToRepositoryComponent();
        (await gateway.Running.GetAsync($"/v2/{root}{below}/manifests/latest")).IsError(404, "NAME_UNKNOWN");
        Assert.InRange(upstream.Requests.Count(r => !r.IsProbe), 1, 4);
    }

    /// <summary>One long file under many names has many times its length where each is read.</summary>
    [Fact]
    public async Task Many_tags_of_one_long_manifest_are_not_all_read()
    {
        var manifest = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{MediaType.OciManifest}}","config":"{{new string('x', 4_000_000)}}"}""");
        var tree = OlderTree.Of("", [.. Enumerable.Range(0, 256).Select(i => ($"manifests/{i}", manifest))]);
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(tree.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        var before = GC.GetTotalAllocatedBytes();
        Assert.Equal(502, (await gateway.Running.GetAsync($"/v2/{tree.Repository}/manifests/1")).Status);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 1L << 30);
    }

    /// <summary>The cache has a limit, and counts what it is told.</summary>
    [Fact]
    public async Task A_repository_says_about_how_much_memory_it_takes()
    {
        var manifest = TestLayout.Descriptor(MediaType.OciManifest.Value, "{}"u8);
        var entries = Enumerable.Range(0, 20_000).Select(i => TestLayout.With(manifest, "annotations", TestLayout.Texts((TestLayout.RefName, $"{i}"), ("note", $"This is {i}")))).ToArray();
        var index = new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(entries) };
        var tree = OlderTree.Of("", ("index.json", Encoding.UTF8.GetBytes(index.ToJsonString())), ("oci-layout", "{}"u8.ToArray()));
        await using var gateway = await StoredGateway.StartAsync(tree);
        var repositories = gateway.Running.Services.GetRequiredService<Repositories>();
        // Other tests take and leave memory at the same time: what most openings took is what one takes.
        var opened = new List<Repository?> { await repositories.OpenStoredAsync(new Place(tree.Root, ""), RunningGateway.Cancel) };
        var taken = new List<long>();
        for (var i = 0; i < 9; i++)
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            opened.Add(await repositories.OpenStoredAsync(new Place(tree.Root, ""), RunningGateway.Cancel));
            taken.Add(GC.GetTotalMemory(forceFullCollection: true) - before);
        }
        Assert.InRange(taken.Order().ElementAt(taken.Count / 2), 1, opened[1]!.Bytes * 1.2);
        GC.KeepAlive(opened);
    }

    /// <summary>What is remembered of one is small, and it may be large.</summary>
    [Fact]
    public async Task A_repository_that_is_forgotten_is_not_kept_by_what_was_read_of_it()
    {
        var tree = OlderTree.All(Config, Layer).Single(t => t.Layout == "ipdr");
        await using var gateway = await StoredGateway.StartAsync(tree);
        var repository = await ReadAsync();
        for (var i = 0; i < 20 && repository.IsAlive; i++)
        {
            GC.Collect();
            await Task.Delay(50, RunningGateway.Cancel);
        }
        Assert.False(repository.IsAlive);

        async Task<WeakReference> ReadAsync()
        {
            var opened = (await gateway.Running.Services.GetRequiredService<Repositories>().OpenStoredAsync(new Place(tree.Root, ""), RunningGateway.Cancel))!;
            Assert.NotNull(await gateway.Running.Services.GetRequiredService<Manifests>().ReadAsync(opened, opened.Tags[Tag.Latest][0].Digest, RunningGateway.Cancel));
            await gateway.Running.Services.GetRequiredService<ReferrerLists>().OfAsync(opened, RunningGateway.Cancel);
            return new WeakReference(opened);
        }
    }

    [Fact]
    public async Task An_old_client_gets_every_one_of_many_tags()
    {
        var oci = new TestLayout();
        var image = oci.Image(TestLayer.Gzip(Layer));
        for (var i = 0; i < 300; i++)
            oci.List(image, $"{i}");
        var index = new JsonObject { ["schemaVersion"] = 2, ["manifests"] = oci.Entries.DeepClone() };
        var tree = OlderTree.Of("", [.. oci.Files.Select(f => (f.Key, f.Value)), ("index.json", Encoding.UTF8.GetBytes(index.ToJsonString()))]);
        await using var gateway = await StoredGateway.StartAsync(tree);
        for (var i = 0; i < 300; i++)
        {
            var reply = await gateway.Running.GetAsync($"/v2/{tree.Repository}/manifests/{i}");
            Assert.Equal((200, MediaType.Schema1Signed.Value), (reply.Status, reply["Content-Type"]));
            Assert.Equal(200, (await gateway.Running.HeadAsync($"/v2/{tree.Repository}/manifests/{reply["Docker-Content-Digest"]}")).Status);
        }
    }

    /// <summary>A page of a directory is an answer, and not the one that is looked for.</summary>
    [Fact]
    public async Task A_folder_that_is_no_image_is_not_asked_for_as_long_as_patience_lasts_of_an_upstream_of_plain_paths()
    {
        var tree = OlderTree.Of("docs", ("docs/readme", new byte[1000]), ("docs/large", TestImage.Content(1, 6 << 20)));
        var image = OlderTree.All(Config, Layer).Single(t => t.Layout == "ipdr");
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks([.. tree.Blocks, .. image.Blocks]), Ways.Path);
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient(patience: 20));
        var root = tree.Root.ToRepositoryComponent();
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        foreach (var name in new[] { root, $"{root}/docs", $"{root}/docs/readme", $"{root}/docs/large" })
            Assert.True((await gateway.Running.GetAsync($"/v2/{name}/manifests/latest", ("Accept", "*/*"))).Status is 404 or 502, name);
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 10);
        Assert.InRange(upstream.Requests.Count, 0, 200);
        Assert.Equal(200, (await gateway.Running.GetAsync($"/v2/{image.Repository}/manifests/latest", ("Accept", "*/*"))).Status);
    }

    private static OlderTree Repaired(byte[] gzip, byte[]? layer = null)
    {
        var config = layer is null ? Config : TestImage.ConfigOf([layer]);
        var digest = $"sha256:{TestImage.Hex(layer ?? Layer)}";
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaType.Schema2.Value,
            ["config"] = TestLayout.Descriptor(MediaType.DockerConfig.Value, config),
            ["layers"] = new JsonArray(TestLayout.With(TestLayout.Descriptor(MediaType.DockerLayerGzip.Value, gzip), "digest", digest)),
        };
        return OlderTree.Of("app",
            ("app/manifests/latest-v2", Encoding.UTF8.GetBytes(manifest.ToJsonString())),
            ($"app/blobs/sha256:{TestImage.Hex(config)}", config),
            ($"app/blobs/{digest}", gzip));
    }

    private static OlderTree File(int length)
    {
        var blocks = new List<Block>();
        var cid = UnixFsFile.Build(CidProfile.UnixFsV1, TestImage.Content(11, length), blocks.Add).Cid;
        return new OlderTree("none", [cid], blocks, "");
    }

    private static OlderTree Linked(string path)
    {
        var blocks = new List<Block>();
        // UnixFS data of the type 4: a symbolic link to "1.0".
        byte[] link = [0x0A, 0x07, 0x08, 0x04, 0x12, 0x03, .. "1.0"u8];
        var cid = CidProfile.UnixFsV1.NodeCid(link);
        blocks.Add(new Block(cid, link));
        var tree = new Image2Ipfs.Tree.TreeBuilder(CidProfile.UnixFsV1);
        tree.Add(path, new DagLink("", cid, (ulong)link.Length));
        var root = tree.Build(blocks.Add).Cid;
        return new OlderTree("none", [root], blocks, "");
    }

    /// <summary>A Gateway whose store has one tree.</summary>
    private sealed class StoredGateway : IAsyncDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public RunningGateway Running { get; private set; } = null!;

        public static async Task<StoredGateway> StartAsync(OlderTree tree, params string[] settings)
        {
            var stored = new StoredGateway();
            using var car = new MemoryStream(tree.Car());
            CarImport.Run(new LocalStore(stored._folder["store"]), car, null, _ => { }, RunningGateway.Cancel);
            stored.Running = await RunningGateway.StartAsync(stored._folder["store"], [$"--Gateway:Cache:Folder={stored._folder["cache"]}", .. settings]);
            return stored;
        }

        public async ValueTask DisposeAsync()
        {
            await Running.DisposeAsync();
            _folder.Dispose();
        }
    }
}

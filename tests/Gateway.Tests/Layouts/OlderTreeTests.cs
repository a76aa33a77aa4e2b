using System.Text;
using System.Text.Json;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Layouts;

/// <summary>What other publishers put on IPFS is pulled as if it were ours: from the store, and through an upstream in each of its ways.</summary>
public sealed class OlderTreeTests
{
    private const string Accept = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json";

    // One of them has several blocks under any layout, and one lies in it twice.
    private static readonly byte[][] Layers =
        [TestImage.Layer("small"), [.. TestImage.Content(7, 3 << 20)], TestImage.Layer("small")];

    private static readonly byte[] Config = TestImage.ConfigOf(Layers);
    private static readonly IReadOnlyList<OlderTree> Trees = OlderTree.All(Config, Layers);

    public static TheoryData<string> Layouts => [.. Trees.Select(t => t.Layout)];

    public static TheoryData<string, string> LayoutsAndWays =>
        [.. Trees.SelectMany(t => new[] { Ways.All, Ways.Raw, Ways.Path }.Where(w => w != Ways.Path || (t.IsFoundByPaths && !t.IsRepaired)).Select(w => (t.Layout, w.ToString())))];

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task It_is_pulled_from_the_store(string layout)
    {
        var tree = Tree(layout);
        using var folder = new TemporaryFolder();
        using var car = new MemoryStream(tree.Car());
        CarImport.Run(new LocalStore(folder["store"]), car, null, _ => { }, RunningGateway.Cancel);
        await using var gateway = await RunningGateway.StartAsync(folder["store"]);
        await PullAsync(gateway, tree);
        await AbsentAsync(gateway, tree);
        if (tree.IsFoundByPaths && tree.Layout != "ipdr's tag store")
        {
            using var catalog = JsonDocument.Parse((await gateway.GetAsync("/v2/_catalog")).Body);
            Assert.Equal([tree.Repository], catalog.RootElement.GetProperty("repositories").EnumerateArray().Select(n => n.GetString()));
        }
    }

    [Theory]
    [MemberData(nameof(LayoutsAndWays))]
    public async Task It_is_pulled_through_an_upstream(string layout, string ways)
    {
        var tree = Tree(layout);
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(tree.Blocks), Enum.Parse<Ways>(ways));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        await PullAsync(gateway.Running, tree);
        await AbsentAsync(gateway.Running, tree);
    }

    /// <summary>As js-ipfs: 500 for every path that is not there.</summary>
    [Theory]
    [InlineData("nerdctl")]
    [InlineData("disco")]
    public async Task It_is_pulled_through_an_upstream_that_answers_500_for_what_is_not_there(string layout)
    {
        var tree = Tree(layout);
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(tree.Blocks), Ways.Path);
        upstream.Absent = 500;
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient(patience: 30));
        await PullAsync(gateway.Running, tree);
    }

    /// <summary>Nobody can change a layout that lies on IPFS: its CIDs are what they were.</summary>
    [Fact]
    public void The_trees_are_what_their_publishers_make() => Assert.Equal(File.ReadAllLines(Vectors.File("ipfs", "older-trees.tsv")), Trees.Select(t => $"{t.Layout}\t{t.Root}"));

    [Fact]
    public async Task Layers_that_were_named_by_what_they_unpack_to_are_repaired()
    {
        var tree = Trees.Single(t => t.IsRepaired);
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(tree.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        var manifest = ImageManifest.Parse((await gateway.Running.GetAsync($"/v2/{tree.Repository}/manifests/latest", ("Accept", Accept))).Body);
        foreach (var (layer, unpacked) in manifest.Layers.Zip(Layers))
        {
            Assert.Equal((Digest.Sha256(unpacked), unpacked.Length), (layer.Digest, layer.Size));
            var reply = await gateway.Running.GetAsync($"/v2/{tree.Repository}/blobs/{layer.Digest}");
            Assert.Equal((200, layer.Digest), (reply.Status, reply.BodyDigest));
            Assert.Equal(unpacked.Length, int.Parse(reply["Content-Length"]!, System.Globalization.CultureInfo.InvariantCulture));
            var part = await gateway.Running.GetAsync($"/v2/{tree.Repository}/blobs/{layer.Digest}", ("Range", "bytes=100-199"));
            Assert.Equal(206, part.Status);
            Assert.Equal(unpacked[100..200], part.Body);
        }
    }

    /// <summary>The oldest clients read nothing else, and say nothing.</summary>
    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task A_client_without_an_Accept_header_gets_schema_1(string layout)
    {
        var tree = Tree(layout);
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(tree.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        var reply = await gateway.Running.GetAsync($"/v2/{tree.Repository}/manifests/{tree.Tag}");
        Assert.Equal((200, MediaType.Schema1Signed.Value), (reply.Status, reply["Content-Type"]));
        var payload = Schema1.TryWritePayload(RepositoryName.Parse(tree.Repository), Tag.Parse(tree.Tag), ImageConfig.Parse(Config), [.. tree.LayerDigests.Select(Digest.Parse)])!;
        Assert.Equal(Digest.Sha256(payload).ToString(), reply["Docker-Content-Digest"]);
        Assert.StartsWith(Encoding.UTF8.GetString(payload[..^2]), Encoding.UTF8.GetString(reply.Body), StringComparison.Ordinal);
        var again = await gateway.Running.GetAsync($"/v2/{tree.Repository}/manifests/{Digest.Sha256(payload)}");
        Assert.Equal((200, reply["Content-Type"]), (again.Status, again["Content-Type"]));
        Assert.Equal(reply.Body, again.Body);
    }

    /// <summary>An image by tag and by digest, its blobs, parts of them, and what is not there.</summary>
    private static async Task PullAsync(RunningGateway gateway, OlderTree tree)
    {
        var repository = $"/v2/{tree.Repository}";
        var reply = await gateway.GetAsync($"{repository}/manifests/{tree.Tag}", ("Accept", Accept));
        Assert.True(reply.Status == 200, Encoding.UTF8.GetString(reply.Body));
        Assert.Equal(reply.BodyDigest.ToString(), reply["Docker-Content-Digest"]);
        var again = await gateway.GetAsync($"{repository}/manifests/{reply.BodyDigest}", ("Accept", Accept));
        Assert.Equal((200, reply.BodyDigest, reply["Content-Type"]), (again.Status, again.BodyDigest, again["Content-Type"]));

        if (new MediaType(reply["Content-Type"]!).IsIndex)
        {
            var child = ImageIndex.Parse(reply.Body).Single(d => d.Platform?.Architecture == "amd64");
            reply = await gateway.GetAsync($"{repository}/manifests/{child.Digest}", ("Accept", Accept));
            Assert.Equal((200, child.Digest, child.MediaType.Value), (reply.Status, reply.BodyDigest, reply["Content-Type"]));
        }
        var manifest = ImageManifest.Parse(reply.Body);
        Assert.Equal(Digest.Sha256(Config), manifest.Config.Digest);
        Assert.Equal(Layers.Length, manifest.Layers.Count);
        foreach (var (blob, unpacked) in manifest.Layers.Prepend(manifest.Config).Zip(Layers.Prepend(Config)))
        {
            var head = await gateway.HeadAsync($"{repository}/blobs/{blob.Digest}");
            Assert.Equal((200, $"{blob.Size}", blob.Digest.ToString()), (head.Status, head["Content-Length"], head["Docker-Content-Digest"]));
            var whole = await gateway.GetAsync($"{repository}/blobs/{blob.Digest}");
            Assert.Equal((200, blob.Digest), (whole.Status, whole.BodyDigest));
            Assert.Equal(unpacked, whole.Body is [0x1F, 0x8B, ..] ? Unzip(whole.Body) : whole.Body);
            var part = await gateway.GetAsync($"{repository}/blobs/{blob.Digest}", ("Range", "bytes=-7"));
            Assert.Equal(206, part.Status);
            Assert.Equal(whole.Body[^7..], part.Body);
        }

        var tags = await gateway.GetAsync($"{repository}/tags/list");
        Assert.Equal(200, tags.Status);
        using var json = JsonDocument.Parse(tags.Body);
        Assert.Contains(tree.Tag, json.RootElement.GetProperty("tags").EnumerateArray().Select(t => t.GetString()));
    }

    private static async Task AbsentAsync(RunningGateway gateway, OlderTree tree)
    {
        var nothing = Digest.Sha256("nothing"u8);
        (await gateway.GetAsync($"/v2/{tree.Repository}/manifests/no-such-tag", ("Accept", Accept))).IsError(404, "MANIFEST_UNKNOWN");
        (await gateway.GetAsync($"/v2/{tree.Repository}/manifests/{nothing}")).IsError(404, "MANIFEST_UNKNOWN");
        (await gateway.GetAsync($"/v2/{tree.Repository}/blobs/{nothing}")).IsError(404, "BLOB_UNKNOWN");
    }

    private static byte[] Unzip(byte[] gzip)
    {
        using var stream = new System.IO.Compression.GZipStream(new MemoryStream(gzip), System.IO.Compression.CompressionMode.Decompress);
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }

    private static OlderTree Tree(string layout) => Trees.Single(t => t.Layout == layout);
}

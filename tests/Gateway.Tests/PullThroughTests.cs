using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>An image that only an upstream has is pulled, in every way that an upstream gives it.</summary>
public sealed class PullThroughTests
{
    private static readonly UpstreamImage V0 = UpstreamImage.Of(UpstreamImage.SmallLargeRepeated());
    private static readonly UpstreamImage V1 = UpstreamImage.OfProfile(CidProfile.UnixFsV1, UpstreamImage.SmallLargeRepeated());
    private static readonly UpstreamImage Sharded = UpstreamImage.Sharded(UpstreamImage.SmallLargeRepeated());

    public static TheoryData<string, string, long> All()
    {
        var rows = new TheoryData<string, string, long>();
        foreach (var ways in new[] { "All", "Car", "Raw", "Path" })
        {
            foreach (var image in new[] { "v0", "v1", "sharded" })
                rows.Add(ways, image, 1L << 30);
        }
        rows.Add("Car", "v0", 0);
        rows.Add("Raw", "v1", 0);
        rows.Add("Path", "v0", 0);
        return rows;
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Everything_of_an_image_comes_as_it_was_published(string ways, string which, long cacheBytes)
    {
        var image = which switch { "v0" => V0, "v1" => V1, _ => Sharded };
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(image.Blocks), Enum.Parse<Ways>(ways));
        using var store = new TemporaryFolder();
        await using var gateway = await RunningGateway.StartAsync(store["store"], $"--IPFS_GATEWAY={upstream.Address}", $"--Gateway:Cache:Folder={store["cache"]}", $"--Gateway:Cache:MaxBytes={cacheBytes}");

        var byTag = await gateway.GetAsync(image.ByTag, [("Accept", MediaType.Schema2.Value)]);
        Assert.Equal(200, byTag.Status);
        Assert.Equal(image.Schema2, byTag.BodyDigest);
        foreach (var digest in new[] { image.Oci, image.Schema2 })
            Assert.Equal(digest, (await gateway.GetAsync($"{image.Repository}/manifests/{digest}")).BodyDigest);
        foreach (var blob in image.Layers.Append(image.Config))
        {
            var head = await gateway.HeadAsync(image.PathOf(blob));
            Assert.Equal((200, $"{image[blob].Length}"), (head.Status, head["Content-Length"]));
            if (image[blob].Length > 1000)
            {
                var range = await gateway.GetAsync(image.PathOf(blob), [("Range", $"bytes={image[blob].Length - 1000}-{image[blob].Length - 501}")]);
                Assert.Equal(206, range.Status);
                Assert.Equal(image[blob][^1000..^500], range.Body);
            }
            var reply = await gateway.GetAsync(image.PathOf(blob));
            Assert.Equal((200, blob), (reply.Status, reply.BodyDigest));
            Assert.Equal("application/octet-stream", reply["Content-Type"]);
        }
        Assert.Equal(404, (await gateway.GetAsync($"{image.Repository}/manifests/no-such-tag")).Status);
        Assert.Equal(404, (await gateway.GetAsync($"{image.Repository}/blobs/{Digest.Sha256("nothing"u8)}")).Status);
    }
}

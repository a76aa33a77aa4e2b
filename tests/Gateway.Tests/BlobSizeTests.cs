using System.Globalization;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>The length by which a damaged blob is known comes of its DAG, which says it in three ways: a wrong one would refuse a good blob.</summary>
public sealed class BlobSizeTests
{
    // Around every length at which a number in a leaf's envelope takes a byte more, and a file a block more.
    private static readonly int[] Sizes =
    [
        .. Enumerable.Range(0, 140), .. Enumerable.Range(16_360, 40), .. Enumerable.Range((256 << 10) - 20, 40), (512 << 10) - 1, 512 << 10, (512 << 10) + 1,
        .. Enumerable.Range((1 << 20) - 20, 40), .. Enumerable.Range((2 << 20) - 20, 40),
    ];

    [Theory]
    [InlineData("unixfs-v0-2015")]
    [InlineData("unixfs-v1-2025")]
    public void Every_DAG_says_how_long_its_file_is(string profileName)
    {
        using var folder = new TemporaryFolder();
        var profile = CidProfile.All.Single(p => p.Name == profileName);
        var store = new LocalStore(folder.Path);
        var blocks = new List<Block>();
        var tree = new TreeBuilder(profile);
        var content = new byte[Sizes.Max()];
        foreach (var size in Sizes)
        {
            using var file = new FileDag(profile, blocks.Add);
            file.Append(content.AsSpan(0, size));
            tree.Add(string.Create(CultureInfo.InvariantCulture, $"{size}/{Digest.Sha256(content.AsSpan(0, size))}"), file.Finish());
        }
        var root = tree.Build(blocks.Add).Cid;
        using (var staging = store.Stage(profile))
            staging.Commit(root, blocks, []);

        var stored = store.Open(root)!;
        Assert.Equal(Sizes.Length, stored.Files.Count);
        Assert.All(stored.Files, f => Assert.Equal(f.Path.Split('/')[0], stored.SizeOf(f.Link).ToString(CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task A_file_of_more_blocks_than_a_node_holds_is_served()
    {
        using var store = new TemporaryFolder();
        await using var gateway = await RunningGateway.StartAsync(store.Path);
        using var tree = new SyntheticTree(store.Path);
        Digest digest;
        using (var blob = tree.BeginBlob())
        {
            // 174 blocks of 256 KiB in one node, and three bytes.
            blob.Write(new byte[174 * (256 << 10) + 3]);
            digest = tree.AddBlob(blob.Finish());
        }
        var path = $"{tree.Commit()}/blobs/{digest}";
        Assert.Equal("45613059", (await gateway.HeadAsync(path))["Content-Length"]);
        Assert.Equal(5, (await gateway.GetAsync(path, ("Range", "bytes=-5"))).Body.Length);
    }
}

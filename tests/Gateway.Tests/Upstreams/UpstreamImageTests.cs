using Image2Ipfs.Ipfs;
using Image2Ipfs.Publisher.Describe;
using Image2Ipfs.Publisher.Images;
using Image2Ipfs.Publisher.Layers;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

public sealed class UpstreamImageTests
{
    /// <summary>Or the tests would pull a tree that nobody publishes.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void It_is_the_tree_that_the_publisher_ties(int cidVersion)
    {
        var profile = CidProfile.All.Single(p => p.CidVersion == cidVersion);
        var layers = UpstreamImage.SmallLargeRepeated();
        var image = UpstreamImage.OfProfile(profile, layers);

        using var folder = new TemporaryFolder();
        var store = new LocalStore(folder.Path);
        using (var staging = store.Stage(profile))
        {
            var source = new SourceImage(ImageConfig.Parse(image[image.Config]), [.. layers.Select(l => SourceLayer.Of(new StagedLayer(Digest.Sha256(l), staging.AddBlob(l), LayerType.Gzip)))]);
            var forms = ImageForms.Describe(new TaggedImage(RepositoryName.Parse("app"), Tag.Latest, source), staging);
            var tree = ImageTree.Tie(profile, [forms], staging);
            Assert.Equal(image.Root, tree.Root.Cid);
            staging.Commit(tree.Root.Cid, tree.Blocks, tree.Blobs);
        }
        var stored = store.Open(image.Root)!.Blocks().ToDictionary(b => b.Cid, b => b.Bytes.ToArray());
        Assert.Equal(stored.Count, image.Blocks.Count);
        Assert.All(image.Blocks, b => Assert.Equal(stored[b.Cid], b.Bytes.ToArray()));
    }
}

using System.Security.Cryptography;
using System.Text.Json;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Testing;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Tests;

public sealed class TreeBuilderTests
{
    private static readonly JsonElement Vector = VectorTree.Vector;

    [Fact]
    public void The_vectors_tree_has_the_cids_sizes_and_archive_that_other_implementations_make()
    {
        var (root, blocks, links) = BuildVector(CidProfile.UnixFsV0);
        foreach (var (path, link) in links)
        {
            var file = VectorTree.File(path);
            Assert.Equal((file.GetProperty("cid").GetString(), file.GetProperty("tsize").GetUInt64()), (link.Cid.ToString(), link.TotalSize));
        }
        Assert.Equal((Vector.GetProperty("root").GetString(), Vector.GetProperty("tsize").GetUInt64()), (root.Cid.ToString(), root.TotalSize));
        Assert.Equal(Vector.GetProperty("blocks").GetInt32(), blocks.Count);

        foreach (var entry in DirectoryDag.Entries(root.Cid, blocks.Get))
        {
            var directory = VectorTree.Directory(entry.Name);
            Assert.Equal((directory.GetProperty("cid").GetString(), directory.GetProperty("tsize").GetUInt64()), (entry.Cid.ToString(), entry.TotalSize));
        }

        var car = Vector.GetProperty("carV1");
        Assert.Equal((car.GetProperty("bytes").GetInt64(), car.GetProperty("sha256").GetString()), CarOf(root.Cid, blocks));
        var sixty = CarOf(links.Single(l => l.Path.EndsWith("4815c991", StringComparison.Ordinal)).Link.Cid, blocks);
        var all = Vector.GetProperty("carSubsets_boxo0.37").GetProperty("sixty, format=car&dag-scope=all");
        Assert.Equal((all.GetProperty("bytes").GetInt64(), all.GetProperty("sha256Prefix").GetString()), (sixty.Bytes, sixty.Sha256[..16]));
    }

    [Fact]
    public void The_vectors_tree_has_the_v1_root_that_ipfs_car_prints() =>
        Assert.Equal(Vector.GetProperty("rootCidV1RawLeaves_ipfsCar").GetString(), BuildVector(CidProfile.UnixFsV1).Root.Cid.ToString());

    [Fact]
    public void The_order_of_adding_does_not_matter()
    {
        string[] paths = ["b/c", "a", "b-c", "b/a/d", "B", "b/c-"];
        var file = UnixFsFile.Build(CidProfile.UnixFsV1, "x"u8.ToArray(), _ => { });
        Assert.Single(new[] { paths, [.. paths.Reverse()], [.. paths, .. paths] }.Select(order =>
        {
            var tree = new TreeBuilder(CidProfile.UnixFsV1);
            foreach (var path in order)
                tree.Add(path, file);
            return tree.Build(_ => { });
        }).Distinct());
    }

    [Fact]
    public void Folders_are_tied_as_an_independent_builder_ties_them()
    {
        var profile = CidProfile.UnixFsV0;
        var (one, two) = (PlainDag.File(profile, [1]), PlainDag.File(profile, [2]));
        var tree = new TreeBuilder(profile);
        tree.Add("team/app/x", one.Link);
        tree.Add("team/app-2", two.Link);
        var expected = PlainDag.Directory(profile, ("team", PlainDag.Directory(profile,
            ("app", PlainDag.Directory(profile, ("x", one))), ("app-2", two))));
        Assert.Equal(expected.Link, tree.Build(_ => { }));
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a/b/c/d")]
    [InlineData("a")]
    [InlineData("a/b/c")]
    public void Two_things_at_one_place_are_refused(string path)
    {
        var tree = new TreeBuilder(CidProfile.UnixFsV1);
        tree.Add("a/b/c", UnixFsFile.Build(CidProfile.UnixFsV1, "x"u8.ToArray(), _ => { }));
        var other = UnixFsFile.Build(CidProfile.UnixFsV1, "y"u8.ToArray(), _ => { });
        Assert.Throws<FormatException>(() => tree.Add(path, other));
    }

    private static (DagLink Root, BlockMap Blocks, List<(string Path, DagLink Link)> Files) BuildVector(CidProfile profile)
    {
        var blocks = new BlockMap();
        var tree = new TreeBuilder(profile);
        var links = new List<(string Path, DagLink Link)>();
        foreach (var (path, content) in VectorTree.Files())
        {
            Assert.Equal(VectorTree.File(path).GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(content)));
            var link = UnixFsFile.Build(profile, content, blocks.Add);
            links.Add((path, link));
            tree.Add(path, link);
        }
        return (tree.Build(blocks.Add), blocks, links);
    }

    private static (long Bytes, string Sha256) CarOf(Cid root, BlockMap blocks)
    {
        using var car = new MemoryStream();
        blocks.WriteCar(root, car);
        return (car.Length, Convert.ToHexStringLower(SHA256.HashData(car.GetBuffer().AsSpan(0, (int)car.Length))));
    }
}

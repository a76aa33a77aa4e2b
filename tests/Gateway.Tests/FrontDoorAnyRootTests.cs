using System.Globalization;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>What lies below /ipfs/ where the store has roots of other publishers.</summary>
public sealed class FrontDoorAnyRootTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<ForeignRoot> ForeignRoots => [.. ForeignRoot.All];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(ForeignRoots))]
    public async Task What_older_publishers_made_is_served_as_it_was(ForeignRoot tree)
    {
        Import(tree.Car());
        // The second one reads what the first one read.
        for (var start = 0; start < 2; start++)
        {
            await using var gateway = await RunningGateway.StartAsync(_folder.Path);
            foreach (var (root, path, content) in tree.Files)
                await ServesAsync(gateway, path.Length == 0 ? $"/ipfs/{root.Cid}" : $"/ipfs/{root.Cid}/{path}", content);
            foreach (var root in tree.Roots)
                await ServesBlocksAsync(gateway, root);
        }
    }

    [Fact]
    public async Task Leaves_of_every_kind_are_served()
    {
        var (v0, chunks) = (CidProfile.UnixFsV0, Keystream.Bytes("odd", 9000).Chunk(1000).ToArray());
        AnyFile[] leaves =
        [
            AnyFile.Leaf(v0, AnyFile.FileType, chunks[0]), AnyFile.RawLeaf(chunks[1]), AnyFile.Leaf(v0, AnyFile.RawType, chunks[2]),
            AnyFile.Leaf(v0, AnyFile.FileType, chunks[3], 0x38, 0xA4, 0x03), AnyFile.Leaf(CidProfile.UnixFsV1, AnyFile.FileType, chunks[4]), AnyFile.Join(v0, [AnyFile.RawLeaf(chunks[5])], chunks[6]),
        ];
        AnyFile[] files = [AnyFile.Join(v0, leaves[..2]), AnyFile.Join(v0, leaves[1..3]), AnyFile.Join(v0, leaves, chunks[7]), AnyFile.Balanced(v0, [.. leaves.Reverse()], 2)];
        var root = ForeignRoot.Folder(v0, files.Select(f => ($"blobs/{Digest.Sha256(f.Content)}", f.Dag)));
        Import(root.Car());
        await using var gateway = await RunningGateway.StartAsync(_folder.Path);
        await ServesBlocksAsync(gateway, root);
        foreach (var file in files)
        {
            await ServesAsync(gateway, $"/ipfs/{root.Cid}/blobs/{Digest.Sha256(file.Content)}", file.Content);
            await ServesAsync(gateway, $"/ipfs/{file.Dag.Cid}", file.Content);
            await ServesBlocksAsync(gateway, file.Dag);
        }
    }

    /// <summary>The same bytes, chunked as ours and otherwise, as a blob of one root and as blocks of another.</summary>
    [Fact]
    public async Task Roots_that_share_a_blob_are_served_side_by_side()
    {
        var content = Keystream.Bytes("shared", 3_000_000);
        PlainDag[] dags = [PlainDag.File(CidProfile.UnixFsV0, content), PlainDag.File(CidProfile.UnixFsV1, content), PlainDag.File(CidProfile.UnixFsV1 with { ChunkSize = 70_000, MaxLinks = 7 }, content)];
        PlainDag[] roots = [.. dags, .. dags.Select(d => PlainDag.Directory(CidProfile.UnixFsV1, ("small", d))), .. dags.Select(d => PlainDag.Directory(CidProfile.UnixFsV1, (Digest.Sha256(content).ToString(), d)))];
        foreach (var root in roots)
            Import(root.Car());
        await using (var gateway = await RunningGateway.StartAsync(_folder.Path))
            foreach (var root in roots)
                await ServesBlocksAsync(gateway, root);
        var store = new LocalStore(_folder.Path);
        foreach (var root in roots[..6])
            store.Remove(root.Cid);
        await using (var gateway = await RunningGateway.StartAsync(_folder.Path))
            foreach (var root in roots[6..])
                await ServesBlocksAsync(gateway, root);
    }

    private static async Task ServesAsync(RunningGateway gateway, string path, byte[] content)
    {
        var whole = await gateway.GetAsync(path);
        Assert.Equal(200, whole.Status);
        Assert.True(content.AsSpan().SequenceEqual(whole.Body), path);
        Assert.Equal(content.Length.ToString(CultureInfo.InvariantCulture), (await gateway.HeadAsync(path))["Content-Length"]);
        foreach (var (first, last) in new[] { (0, 0), (999, 1000), (19_990, 40_010), (content.Length - 3, content.Length - 1) })
        {
            if (first < 0 || last >= content.Length)
                continue;
            var part = await gateway.GetAsync(path, ("Range", $"bytes={first}-{last}"));
            Assert.Equal(206, part.Status);
            Assert.Equal($"bytes {first}-{last}/{content.Length}", part["Content-Range"]);
            Assert.True(content.AsSpan(first..(last + 1)).SequenceEqual(part.Body), path);
        }
    }

    private static async Task ServesBlocksAsync(RunningGateway gateway, PlainDag root)
    {
        var car = root.Car();
        Assert.Equal(car, (await gateway.GetAsync($"/ipfs/{root.Cid}?format=car")).Body);
        foreach (var (cid, block) in ReadCar.Parse(car).Blocks.Take(40))
            Assert.Equal(block, (await gateway.GetAsync($"/ipfs/{cid}?format=raw")).Body);
    }

    private void Import(byte[] car)
    {
        using var archive = new MemoryStream(car);
        CarImport.Run(new LocalStore(_folder.Path), archive, null, _ => { }, CancellationToken.None);
    }
}

using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>The store changes, or is damaged, under a Gateway that serves it below /ipfs/.</summary>
public sealed class FrontDoorStoreTests(Samples samples)
{
    [Fact]
    public async Task A_root_is_there_soon_after_it_is_published_and_gone_when_it_is_removed()
    {
        using var store = new TemporaryFolder();
        await using var gateway = await RunningGateway.StartAsync(store["later"]);
        Assert.Equal(404, (await gateway.GetAsync($"/ipfs/{samples.Tiny}/")).Status);

        await Samples.PublishAsync(store["later"], "docker-20.10.24.tar");
        await UntilAsync(gateway, $"/ipfs/{samples.Tiny}?format=car", 200);
        await Samples.PublishAsync(store["later"], "docker-20.10.24-two.tar");
        await UntilAsync(gateway, $"/ipfs/{samples.Two}?format=car", 200);

        // A block of the one root, another of both.
        var files = new LocalStore(store["later"]);
        var (tiny, two) = (files.Open(samples.Tiny)!, files.Open(samples.Two)!);
        var shared = tiny.Blobs.Values.First(l => two.Blobs.Values.Any(o => o.Cid.Equals(l.Cid))).Cid;
        files.Remove(samples.Tiny);
        await UntilAsync(gateway, $"/ipfs/{samples.Tiny}?format=raw", 404);
        Assert.Equal(200, (await gateway.GetAsync($"/ipfs/{shared}?format=raw")).Status);
        Assert.Equal(200, (await gateway.GetAsync($"/ipfs/{shared}")).Status);
        Assert.Equal(200, (await gateway.GetAsync($"/ipfs/{samples.Two}?format=car")).Status);

        await Samples.PublishAsync(store["later"], "docker-20.10.24.tar");
        await UntilAsync(gateway, $"/ipfs/{samples.Tiny}?format=car", 200);
    }

    [Fact]
    public async Task The_archive_of_an_image_is_the_one_that_the_store_exports()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder);
        foreach (var root in new[] { samples.Tiny, samples.Two, samples.Old })
        {
            using var exported = new MemoryStream();
            exported.Write(Car.Header(root));
            foreach (var block in samples.Store.Open(root)!.Blocks())
                Car.WriteSection(exported, block);
            Assert.Equal(exported.ToArray(), (await gateway.GetAsync($"/ipfs/{root}?format=car")).Body);
        }
    }

    [Fact]
    public async Task A_gateway_can_be_the_upstream_of_another()
    {
        await using var upstream = await RunningGateway.StartAsync(samples.Folder);
        using var empty = new TemporaryFolder();
        await using var gateway = await RunningGateway.StartAsync(
            empty["store"],
            "--ReverseProxy:Routes:content:ClusterId=ipfs",
            "--ReverseProxy:Routes:content:Match:Path=/ipfs/{**path}",
            "--ReverseProxy:Clusters:ipfs:Destinations:one:Address=" + upstream.Address);
        foreach (var path in new[] { $"/ipfs/{samples.Tiny}?format=car", $"/ipfs/{samples.Tiny}?format=raw", $"/ipfs/{samples.Tiny}/", $"/ipfs/{samples.Tiny}/t", $"/ipfs/{samples.Tiny}/nope" })
        {
            var (near, far) = (await gateway.GetAsync(path), await upstream.GetAsync(path));
            Assert.Equal(far.Status, near.Status);
            Assert.Equal(far.Body, near.Body);
            Assert.Equal(far["ETag"], near["ETag"]);
            Assert.Equal(far["X-Ipfs-Roots"], near["X-Ipfs-Roots"]);
        }
        Assert.Equal(412, (await gateway.GetAsync($"/ipfs/{samples.Tiny}", ("Cache-Control", "only-if-cached"))).Status);
    }

    [Fact]
    public async Task What_is_damaged_is_never_sent_as_a_block_nor_as_a_file_of_another_length()
    {
        using var store = samples.Copy();
        await using var gateway = await RunningGateway.StartAsync(store.Path);
        var files = new LocalStore(store.Path);
        var (digest, link) = files.Open(samples.Tiny)!.Blobs.First();
        Assert.Equal(200, (await gateway.GetAsync($"/ipfs/{link.Cid}?format=raw")).Status);
        var content = await File.ReadAllBytesAsync(files.BlobFile(digest), RunningGateway.Cancel);
        content[content.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(files.BlobFile(digest), content, RunningGateway.Cancel);
        Assert.Equal(500, (await gateway.GetAsync($"/ipfs/{link.Cid}?format=raw")).Status);
        await File.WriteAllBytesAsync(files.BlobFile(digest), content[1..], RunningGateway.Cancel);
        Assert.Equal(500, (await gateway.GetAsync($"/ipfs/{link.Cid}")).Status);
        Assert.Equal(500, (await gateway.GetAsync($"/ipfs/{samples.Tiny}?format=car")).Status);
        Assert.Equal(3, gateway.TakeProblems().Count);
        File.Delete(files.BlobFile(digest));
        Assert.Equal(404, (await gateway.GetAsync($"/ipfs/{link.Cid}")).Status);
        Assert.Equal(404, (await gateway.GetAsync($"/ipfs/{samples.Tiny}?format=car")).Status);
    }

    [Fact]
    public async Task A_root_that_cannot_be_read_does_not_touch_another()
    {
        using var store = samples.Copy();
        await File.WriteAllTextAsync(new LocalStore(store.Path).RootFile(samples.Tiny), "damaged", RunningGateway.Cancel);
        await using var gateway = await RunningGateway.StartAsync(store.Path);
        Assert.Equal(404, (await gateway.GetAsync($"/ipfs/{samples.Tiny}/")).Status);
        Assert.Equal(200, (await gateway.GetAsync($"/ipfs/{samples.Two}/")).Status);
    }

    [Fact]
    public async Task A_name_made_up_to_look_like_a_block_is_no_damage()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder);
        byte[] hash = [.. samples.Tiny.Hash[..8], .. new byte[24]];
        Assert.Equal(404, (await gateway.GetAsync($"/ipfs/{Cid.V0(hash)}?format=raw")).Status);
    }

    private static async Task UntilAsync(RunningGateway gateway, string path, int status)
    {
        for (var i = 0; i < 100 && (await gateway.GetAsync(path)).Status != status; i++)
            await Task.Delay(20, RunningGateway.Cancel);
        Assert.Equal(status, (await gateway.GetAsync(path)).Status);
    }
}

using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>The store changes under a running Gateway: there is nothing to restart and nothing to wait for.</summary>
public sealed class StoreChangesTests(Samples samples)
{
    [Fact]
    public async Task A_removed_root_is_soon_gone_and_back_at_once()
    {
        using var store = samples.Copy();
        await using var gateway = await RunningGateway.StartAsync(store.Path);
        var path = $"/v2/{samples.Tiny.ToRepositoryComponent()}/t/tiny";
        var manifest = await gateway.GetAsync($"{path}/manifests/s2", ("Accept", "*/*"));
        var digest = manifest["Docker-Content-Digest"];
        Assert.Equal(200, manifest.Status);

        Assert.NotNull(new LocalStore(store.Path).Remove(samples.Tiny));
        // Whether a root is still there is looked up some times a second, not for each request.
        while ((await gateway.GetAsync($"{path}/manifests/s2")).Status == 200)
            await Task.Delay(20, RunningGateway.Cancel);
        (await gateway.GetAsync($"{path}/manifests/s2")).IsError(404, "NAME_UNKNOWN");
        (await gateway.GetAsync($"{path}/manifests/{digest}")).IsError(404, "NAME_UNKNOWN");
        (await gateway.GetAsync($"{path}/tags/list")).IsError(404, "NAME_UNKNOWN");
        (await gateway.GetAsync($"{path}/blobs/{digest}")).IsError(404, "BLOB_UNKNOWN");
        // The other roots share its layers and keep them.
        Assert.Equal(200, (await gateway.GetAsync($"/v2/{samples.Two.ToRepositoryComponent()}/t/tiny/manifests/s2")).Status);

        Assert.Equal(samples.Tiny, await Samples.PublishAsync(store.Path, "docker-20.10.24.tar"));
        Assert.Equal(manifest.Body, (await gateway.GetAsync($"{path}/manifests/s2", ("Accept", "*/*"))).Body);
        Assert.Equal(manifest.Body, (await gateway.GetAsync($"{path}/blobs/{digest}")).Body);
    }

    [Fact]
    public async Task A_store_that_is_not_there_yet_is_empty()
    {
        using var folder = new TemporaryFolder();
        await using var gateway = await RunningGateway.StartAsync(folder["later"]);
        var path = $"/v2/{samples.Tiny.ToRepositoryComponent()}/t/tiny/manifests/s2";
        (await gateway.GetAsync(path)).IsError(404, "NAME_UNKNOWN");
        await Samples.PublishAsync(folder["later"], "docker-20.10.24.tar");
        Assert.Equal(200, (await gateway.GetAsync(path)).Status);
    }

    [Fact]
    public async Task A_root_of_the_newer_profile_is_served_too()
    {
        using var store = new TemporaryFolder();
        var root = await Samples.PublishAsync(store.Path, "docker-20.10.24.tar", "--cid-profile", "unixfs-v1-2025");
        Assert.Equal(1, root.Version);
        await using var gateway = await RunningGateway.StartAsync(store.Path);
        foreach (var digest in new LocalStore(store.Path).Open(root)!.Blobs.Keys)
            Assert.Equal(digest, (await gateway.GetAsync($"/v2/{root.ToRepositoryComponent()}/t/tiny/blobs/{digest}")).BodyDigest);
        Assert.Equal(200, (await gateway.GetAsync($"/v2/{root.ToBase36()}/t/tiny/manifests/latest")).Status);
    }
}

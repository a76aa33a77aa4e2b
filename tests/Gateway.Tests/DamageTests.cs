using System.Text;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>Whatever lies in the store: the right bytes, or an error JSON and one line in the log.</summary>
public sealed class DamageTests(Samples samples)
{
    [Fact]
    public async Task Every_byte_of_a_roots_file_that_matters_is_checked()
    {
        using var store = samples.Copy();
        await using var gateway = await RunningGateway.StartAsync(store.Path, "--Gateway:MemoryCacheBytes=1048576");
        var file = new LocalStore(store.Path).RootFile(samples.Tiny);
        var car = await File.ReadAllBytesAsync(file, RunningGateway.Cancel);
        var path = $"/v2/{samples.Tiny.ToRepositoryComponent()}/t/tiny/manifests/s2";

        // The header and the first section byte by byte, then every 97th.
        foreach (var i in Enumerable.Range(0, car.Length).Where(i => i < 150 || i % 97 == 0))
        {
            byte[] damaged = [.. car];
            damaged[i] ^= 0xA5;
            await IsDamagedAsync(damaged);
        }
        foreach (var length in new[] { 0, 1, 10, 58, 59, 100, car.Length / 2, car.Length - 1 })
            await IsDamagedAsync(car[..length]);

        async Task IsDamagedAsync(byte[] content)
        {
            await File.WriteAllBytesAsync(file, content, RunningGateway.Cancel);
            (await gateway.GetAsync(path)).IsError(500, "UNKNOWN");
            Assert.Contains("damaged", Assert.Single(gateway.TakeProblems()), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_damaged_manifest_is_never_sent()
    {
        using var store = samples.Copy();
        await using var gateway = await RunningGateway.StartAsync(store.Path);
        var path = $"/v2/{samples.Tiny.ToRepositoryComponent()}/t/tiny/manifests";
        foreach (var form in new[] { MediaType.Schema2, MediaType.OciManifest, MediaType.Schema1Signed })
        {
            string digest;
            await using (var asking = await RunningGateway.StartAsync(samples.Folder))
                digest = (await asking.HeadAsync($"{path}/s2", ("Accept", form.Value)))["Docker-Content-Digest"]!;
            var file = new LocalStore(store.Path).BlobFile(Digest.Parse(digest));
            var content = await File.ReadAllBytesAsync(file, RunningGateway.Cancel);
            content[content.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(file, content, RunningGateway.Cancel);

            (await gateway.GetAsync($"{path}/s2", ("Accept", form.Value))).IsError(500, "UNKNOWN");
            (await gateway.GetAsync($"{path}/{digest}")).IsError(500, "UNKNOWN");
            Assert.All(gateway.TakeProblems(), p => Assert.Contains(digest, p, StringComparison.Ordinal));

            File.Delete(file);
            (await gateway.GetAsync($"{path}/s2", ("Accept", form.Value))).IsError(404, "MANIFEST_UNKNOWN");
            (await gateway.GetAsync($"{path}/{digest}")).IsError(404, "MANIFEST_UNKNOWN");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData("[]")]
    [InlineData("{\"manifests\":{}}")]
    [InlineData("{\"manifests\":[{\"mediaType\":1,\"digest\":\"sha256:x\",\"size\":0}]}")]
    public async Task An_index_json_that_is_none_is_damage(string index)
    {
        using var store = new TemporaryFolder();
        await using var gateway = await RunningGateway.StartAsync(store.Path);
        using var tree = new SyntheticTree(store.Path);
        var repository = tree.Commit(Encoding.UTF8.GetBytes(index));
        (await gateway.GetAsync($"{repository}/manifests/latest")).IsError(500, "UNKNOWN");
        Assert.Single(gateway.TakeProblems());
    }

    [Theory]
    [InlineData("no JSON", "a manifest list that is none")]
    [InlineData("{}", "one without manifests")]
    [InlineData("{\"manifests\":[{\"mediaType\":\"m\",\"digest\":\"none\",\"size\":0}]}", "one with a wrong digest")]
    public async Task An_index_that_is_none_is_damage_for_who_needs_its_children(string content, string what)
    {
        using var store = new TemporaryFolder();
        await using var gateway = await RunningGateway.StartAsync(store.Path);
        using var tree = new SyntheticTree(store.Path);
        tree.AddManifest("latest", MediaType.ManifestList, Encoding.UTF8.GetBytes(content));
        var repository = tree.Commit();
        Assert.True(200 == (await gateway.GetAsync($"{repository}/manifests/latest", ("Accept", "*/*"))).Status, what);
        (await gateway.GetAsync($"{repository}/manifests/latest", ("Accept", MediaType.Schema2.Value))).IsError(500, "UNKNOWN");
        Assert.Single(gateway.TakeProblems());
    }

    [Theory]
    [InlineData("{\"mediaType\":\"text/html\"}")]
    [InlineData("{\"mediaType\":\"application/a\\r\\nX-Injected: 1\"}")]
    [InlineData("{\"mediaType\":\"application/\\u00e9\"}")]
    [InlineData("{\"mediaType\":7}")]
    [InlineData("{\"schemaVersion\":1}")]
    [InlineData("no JSON")]
    [InlineData("7")]
    public async Task A_manifest_that_calls_itself_something_else_is_not_sent_as_that(string content)
    {
        using var store = new TemporaryFolder();
        await using var gateway = await RunningGateway.StartAsync(store.Path);
        using var tree = new SyntheticTree(store.Path);
        var manifest = tree.AddManifest(MediaType.OciManifest, Encoding.UTF8.GetBytes(content));
        var repository = tree.Commit();
        var reply = await gateway.GetAsync($"{repository}/manifests/{manifest.Digest}");
        reply.IsError(404, "MANIFEST_UNKNOWN");
        Assert.Null(reply["X-Injected"]);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("")]
    [InlineData("application/a b")]
    public async Task Nor_does_the_index_json_decide_what_a_browser_sees(string mediaType)
    {
        using var store = new TemporaryFolder();
        await using var gateway = await RunningGateway.StartAsync(store.Path);
        using var tree = new SyntheticTree(store.Path);
        tree.AddManifest("latest", new MediaType(mediaType), "<script>"u8);
        (await gateway.GetAsync($"{tree.Commit()}/manifests/latest")).IsError(500, "UNKNOWN");
        Assert.Single(gateway.TakeProblems());
    }

    [Fact]
    public async Task A_folder_where_a_file_should_be_is_damage()
    {
        using var store = samples.Copy();
        await using var gateway = await RunningGateway.StartAsync(store.Path);
        var files = new LocalStore(store.Path);
        var config = files.Open(samples.Tiny)!.Blobs.Keys.First();
        File.Delete(files.BlobFile(config));
        Directory.CreateDirectory(files.BlobFile(config));
        (await gateway.GetAsync($"/v2/{samples.Tiny.ToRepositoryComponent()}/t/tiny/blobs/{config}")).IsError(500, "UNKNOWN");
        Assert.Single(gateway.TakeProblems());
    }

    [Fact]
    public async Task One_damaged_root_does_not_touch_another()
    {
        using var store = samples.Copy();
        await using var gateway = await RunningGateway.StartAsync(store.Path);
        await File.WriteAllTextAsync(new LocalStore(store.Path).RootFile(samples.Tiny), "damaged", RunningGateway.Cancel);
        Assert.Equal(200, (await gateway.GetAsync($"/v2/{samples.Two.ToRepositoryComponent()}/t/tiny/manifests/s2")).Status);
        Assert.Equal(500, (await gateway.GetAsync($"/v2/{samples.Tiny.ToRepositoryComponent()}/t/tiny/manifests/s2")).Status);
        Assert.Single(gateway.TakeProblems());
    }

    [Fact]
    public async Task A_root_under_another_roots_name_is_not_taken_for_it()
    {
        using var store = samples.Copy();
        await using var gateway = await RunningGateway.StartAsync(store.Path);
        var files = new LocalStore(store.Path);
        File.Copy(files.RootFile(samples.Two), files.RootFile(samples.Tiny), overwrite: true);
        (await gateway.GetAsync($"/v2/{samples.Tiny.ToRepositoryComponent()}/t/tiny/manifests/s2")).IsError(500, "UNKNOWN");
        Assert.Contains(samples.Tiny.ToString(), Assert.Single(gateway.TakeProblems()), StringComparison.Ordinal);
    }
}

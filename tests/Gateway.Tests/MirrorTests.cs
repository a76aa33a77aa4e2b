using System.Text.Json;
using Image2Ipfs.Gateway.Mirror;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>The Gateway as a mirror of other registries: containerd says with ns= whose name it asks for, Docker says nothing.</summary>
public sealed class MirrorTests(Samples samples)
{
    private static readonly (string, string)[] Schema2 = [("Accept", MediaType.Schema2.Value)];

    private string Tiny => $"{samples.Tiny.ToRepositoryComponent()}/t/tiny";

    private string Two => samples.Two.ToRepositoryComponent();

    [Theory]
    [InlineData("/v2/library/tiny/manifests/s2", null)]                                 // Docker
    [InlineData("/v2/library/tiny/manifests/s2?ns=docker.io", "docker.io")]             // containerd
    [InlineData("/v2/library/tiny/manifests/s2?ns=registry-1.docker.io", "docker.io")]
    [InlineData("/v2/team/app2/manifests/x", null)]
    [InlineData("/v2/team/app2/manifests/x?ns=docker.io", "docker.io")]
    [InlineData("/v2/any/thing/manifests/s2?ns=registry.example:5000", "registry.example:5000")]
    [InlineData("/v2/any/manifests/s2?ns=localhost", "localhost")]
    public async Task A_mirrored_name_is_served_from_its_root(string path, string? ns)
    {
        await using var gateway = await StartAsync();
        var reply = await gateway.GetAsync(path, Schema2);
        Assert.Equal((200, ns), (reply.Status, reply["OCI-Namespace"]));
        Assert.Equal(reply.BodyDigest.ToString(), reply["Docker-Content-Digest"]);
        var head = await gateway.HeadAsync(path, Schema2);
        Assert.Equal((200, reply["Content-Length"], ns), (head.Status, head["Content-Length"], head["OCI-Namespace"]));
        // What the manifest names is there under the same name.
        var config = JsonElement.Parse(reply.Body).GetProperty("config").GetProperty("digest").GetString();
        var blob = await gateway.GetAsync(path[..path.IndexOf("/manifests", StringComparison.Ordinal)] + $"/blobs/{config}{(path.Contains('?', StringComparison.Ordinal) ? path[path.IndexOf('?', StringComparison.Ordinal)..] : "")}");
        Assert.Equal((200, config, ns), (blob.Status, blob.BodyDigest.ToString(), blob["OCI-Namespace"]));
    }

    [Theory]
    [InlineData("/v2/library/busybox/manifests/latest", "NAME_UNKNOWN")]
    [InlineData("/v2/library/busybox/manifests/latest?ns=docker.io", "NAME_UNKNOWN")]
    [InlineData("/v2/library/tiny/manifests/latest?ns=quay.io", "NAME_UNKNOWN")]
    [InlineData("/v2/library/tiny/manifests/latest?ns=docker.io/library", "NAME_UNKNOWN")]
    [InlineData("/v2/library/tiny/manifests/latest?ns=%0d%0a", "NAME_UNKNOWN")]
    [InlineData("/v2/library/tiny/manifests/none?ns=docker.io", "MANIFEST_UNKNOWN")]
    [InlineData("/v2/library/tiny2/manifests/s2", "NAME_UNKNOWN")]
    [InlineData("/v2/ipfs/kubo/manifests/latest", "NAME_UNKNOWN")]
    public async Task A_name_that_is_not_mirrored_is_an_ordinary_404_and_the_client_goes_to_its_hub(string path, string code)
    {
        await using var gateway = await StartAsync();
        (await gateway.GetAsync(path)).IsError(404, code);
    }

    [Fact]
    public async Task The_longest_beginning_counts_and_the_rest_of_the_name_follows()
    {
        await using var gateway = await StartAsync(("docker.io", Two), ("docker.io/t", "no/such"), ("docker.io/t/tiny", $"{Two}/t/tiny"));
        Assert.Equal(200, (await gateway.GetAsync("/v2/t/tiny/manifests/other")).Status);
        Assert.Equal(404, (await gateway.GetAsync("/v2/t/app2/manifests/x")).Status);
        Assert.Equal(404, (await gateway.GetAsync($"/v2/{string.Join('/', Enumerable.Repeat("name", 40))}/manifests/x")).Status);
    }

    [Fact]
    public async Task A_name_that_begins_with_a_root_is_that_root_whatever_is_said()
    {
        await using var gateway = await StartAsync(("docker.io", Two), ("quay.io", Two));
        foreach (var query in new[] { "", "?ns=docker.io", "?ns=quay.io", "?ns=unknown.example" })
        {
            var reply = await gateway.GetAsync($"/v2/{Tiny}/manifests/s2{query}", Schema2);
            Assert.Equal((200, null), (reply.Status, reply["OCI-Namespace"]));
        }
    }

    [Fact]
    public async Task Lists_speak_of_the_name_that_was_asked_for()
    {
        await using var gateway = await StartAsync();
        var all = new List<string>();
        for (var next = "/v2/library/many/tags/list?n=1&ns=docker.io"; next is not null;)
        {
            var reply = await gateway.GetAsync(next);
            Assert.Equal("docker.io", reply["OCI-Namespace"]);
            var json = JsonElement.Parse(reply.Body);
            Assert.Equal("library/many", json.GetProperty("name").GetString());
            all.Add(Assert.Single(json.GetProperty("tags").EnumerateArray()).GetString()!);
            next = reply.Next();
        }
        Assert.Equal(["latest", "other", "s2"], all);
        Assert.Equal(200, (await gateway.GetAsync($"/v2/library/many/referrers/{Digest.Sha256([])}?ns=docker.io")).Status);
    }

    [Fact]
    public async Task What_has_a_digest_is_served_under_every_name_of_another_registry()
    {
        await using var gateway = await StartAsync();
        foreach (var accept in new[] { MediaType.Schema2, MediaType.OciManifest, MediaType.Schema1Signed })
        {
            var manifest = await gateway.GetAsync($"/v2/{Tiny}/manifests/s2", ("Accept", accept.Value));
            var alone = await gateway.GetAsync($"/v2/library/other/manifests/{manifest["Docker-Content-Digest"]}?ns=docker.io", ("Accept", accept.Value));
            Assert.Equal((200, accept.Value, manifest["Docker-Content-Digest"]), (alone.Status, alone["Content-Type"], alone["Docker-Content-Digest"]));
            Assert.Equal(manifest.Body, alone.Body);
            if (accept.IsSchema1)
                continue;
            foreach (var digest in JsonElement.Parse(manifest.Body).GetProperty("layers").EnumerateArray().Select(l => l.GetProperty("digest").GetString()))
            {
                Assert.Equal(digest, (await gateway.GetAsync($"/v2/library/other/blobs/{digest}")).BodyDigest.ToString());
                Assert.Equal(206, (await gateway.GetAsync($"/v2/library/other/blobs/{digest}?ns=quay.io", ("Range", "bytes=1-2"))).Status);
            }
        }
    }

    /// <summary>A configuration is JSON as well, and a root is asked for what it holds alone.</summary>
    [Fact]
    public async Task Only_a_manifest_is_served_as_one_and_a_root_has_only_its_own()
    {
        await using var gateway = await StartAsync();
        var manifest = await gateway.GetAsync($"/v2/{Two}/t/app2/manifests/x", Schema2);
        var config = JsonElement.Parse(manifest.Body).GetProperty("config").GetProperty("digest").GetString();
        var layer = JsonElement.Parse(manifest.Body).GetProperty("layers")[0].GetProperty("digest").GetString();
        foreach (var blob in new[] { config, layer })
            (await gateway.GetAsync($"/v2/library/other/manifests/{blob}")).IsError(404, "NAME_UNKNOWN");
        (await gateway.GetAsync($"/v2/library/other/manifests/{Digest.Sha256("nothing"u8)}")).IsError(404, "NAME_UNKNOWN");
        (await gateway.GetAsync($"/v2/library/other/blobs/{Digest.Sha256("nothing"u8)}")).IsError(404, "BLOB_UNKNOWN");
        (await gateway.GetAsync($"/v2/library/other/blobs/sha512:{new string('a', 128)}")).IsError(404, "BLOB_UNKNOWN");
        (await gateway.GetAsync($"/v2/{samples.Old.ToRepositoryComponent()}/t/tiny/manifests/{manifest["Docker-Content-Digest"]}")).IsError(404, "MANIFEST_UNKNOWN");
        (await gateway.GetAsync($"/v2/{samples.Old.ToRepositoryComponent()}/t/tiny/blobs/{config}")).IsError(404, "BLOB_UNKNOWN");
    }

    [Fact]
    public async Task By_digest_alone_is_off_without_mirrors_and_can_be_set()
    {
        await using var without = await RunningGateway.StartAsync(samples.Folder);
        await using var on = await RunningGateway.StartAsync(samples.Folder, "--Gateway:Mirrors:ByDigestAlone=true");
        await using var off = await RunningGateway.StartAsync(samples.Folder, ["--Gateway:Mirrors:ByDigestAlone=false", .. Arguments(("docker.io/library/tiny", Tiny))]);
        var digest = (await without.GetAsync($"/v2/{Tiny}/manifests/s2", Schema2))["Docker-Content-Digest"];
        Assert.Equal(404, (await without.GetAsync($"/v2/library/other/manifests/{digest}")).Status);
        Assert.Equal(200, (await on.GetAsync($"/v2/library/other/manifests/{digest}")).Status);
        Assert.Equal(404, (await off.GetAsync($"/v2/library/other/manifests/{digest}")).Status);
        Assert.Equal(200, (await off.GetAsync($"/v2/library/tiny/manifests/{digest}")).Status);
    }

    [Fact]
    public async Task A_damaged_manifest_is_not_served_by_its_digest()
    {
        using var store = samples.Copy();
        await using var gateway = await RunningGateway.StartAsync(store.Path, "--Gateway:Mirrors:ByDigestAlone=true");
        var digest = Digest.Parse((await gateway.GetAsync($"/v2/{Tiny}/manifests/s2", Schema2))["Docker-Content-Digest"]!);
        await File.AppendAllTextAsync(new LocalStore(store.Path).BlobFile(digest), " ", RunningGateway.Cancel);
        Assert.Equal(404, (await gateway.GetAsync($"/v2/library/other/manifests/{digest}")).Status);
    }

    /// <summary>A node of a cluster that has pulled once serves the others, whatever became of the upstream.</summary>
    [Theory]
    [InlineData(Ways.Car)]
    [InlineData(Ways.Path)]
    internal async Task A_mirrored_root_may_lie_with_an_upstream(Ways ways)
    {
        var image = UpstreamImage.Of(UpstreamImage.SmallLargeRepeated("mirror"));
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(image.Blocks), ways);
        await using var gateway = await PullingGateway.StartAsync(upstream, [.. PullingGateway.Patient(), .. Arguments(("docker.io/library/app", image.Repository["/v2/".Length..]))]);
        var running = gateway.Running;
        Assert.Equal(image.Schema2, (await running.GetAsync("/v2/library/app/manifests/latest?ns=docker.io", Schema2)).BodyDigest);
        foreach (var layer in image.Layers)
            Assert.Equal(layer, (await running.GetAsync($"/v2/library/app/blobs/{layer}?ns=docker.io")).BodyDigest);
        upstream.ClearRequests();
        if (ways == Ways.Path)
            Assert.Equal(image.Layers[1], (await running.GetAsync($"/v2/library/other/blobs/{image.Layers[1]}")).BodyDigest);
        Assert.Equal(404, (await running.GetAsync($"/v2/library/other/blobs/{Digest.Sha256("nothing"u8)}")).Status);
        Assert.Equal(404, (await running.GetAsync("/v2/library/other/manifests/latest")).Status);
        Assert.DoesNotContain(upstream.Requests, r => !r.IsProbe);
    }

    [Theory]
    [InlineData("docker.io", "docker.io", "")]
    [InlineData("docker.io/library/busybox", "docker.io", "library/busybox")]
    [InlineData("INDEX.docker.io/a", "docker.io", "a")]
    [InlineData("registry-1.docker.io", "docker.io", "")]
    [InlineData("localhost/a", "localhost", "a")]
    [InlineData("localhost:5000", "localhost:5000", "")]
    [InlineData("127.0.0.1:5000/a/b", "127.0.0.1:5000", "a/b")]
    [InlineData("[::1]:5000/a", "[::1]:5000", "a")]
    public void Names_of_registries_are_understood(string text, string registry, string path)
    {
        Assert.True(HubName.TryParse(text, out var name));
        Assert.Equal((registry, path), (name.Registry, name.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("busybox")]
    [InlineData("library/busybox")]
    [InlineData("docker.io/")]
    [InlineData("docker.io/A")]
    [InlineData("docker.io/a:latest")]
    [InlineData("docker.io//a")]
    [InlineData("https://docker.io")]
    [InlineData(".docker.io")]
    [InlineData("docker.io:port")]
    [InlineData("docker.io\r\nX: y")]
    public void What_is_no_name_of_a_registry_is_refused(string text) => Assert.False(HubName.TryParse(text, out _));

    private static IEnumerable<string> Arguments(params (string Name, string Root)[] names) =>
        names.SelectMany((n, i) => new[] { $"--Gateway:Mirrors:Names:{i}:Name={n.Name}", $"--Gateway:Mirrors:Names:{i}:Root={n.Root}" });

    private Task<RunningGateway> StartAsync() => StartAsync(
        ("docker.io/library/tiny", Tiny), ("docker.io/library/many", $"{Two}/t/tiny"), ("docker.io/team", $"{Two}/t"), ("registry.example:5000/any/thing", Tiny), ("localhost/any", Tiny));

    private Task<RunningGateway> StartAsync(params (string, string)[] names) => RunningGateway.StartAsync(samples.Folder, [.. Arguments(names)]);
}

using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>Images of several platforms, and images that lack a form: trees made here.</summary>
public sealed class PlatformTests : IAsyncLifetime
{
    private readonly TemporaryFolder _store = new();
    private RunningGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await RunningGateway.StartAsync(_store.Path);

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _store.Dispose();
    }

    [Fact]
    public async Task A_client_that_reads_indexes_gets_the_index_and_finds_its_children_by_digest()
    {
        var repository = Multi("linux/amd64", "linux/arm64");
        foreach (var accept in new[] { Accepts.Docker, Accepts.OldDocker, Accepts.Containerd, Accepts.Skopeo, Accepts.Crane })
            await IndexAsync(accept, MediaType.ManifestList, MediaType.Schema2);
        await IndexAsync(Accepts.Conformance, MediaType.OciIndex, MediaType.OciManifest);

        async Task IndexAsync(string[] accept, MediaType form, MediaType childForm)
        {
            var index = await _gateway.GetAsync($"{repository}/manifests/multi", ("Accept", string.Join(',', accept)));
            Assert.Equal(form.Value, index["Content-Type"]);
            Assert.Equal(index.BodyDigest.ToString(), index["Docker-Content-Digest"]);
            foreach (var child in ImageIndex.Parse(index.Body))
            {
                var reply = await _gateway.GetAsync($"{repository}/manifests/{child.Digest}", ("Accept", childForm.Value));
                Assert.Equal(childForm.Value, reply["Content-Type"]);
                Assert.Equal(child.Digest, reply.BodyDigest);
                Assert.Equal(child.Size, reply.Body.Length);
            }
        }
    }

    [Theory]
    [InlineData("application/vnd.docker.distribution.manifest.v2+json", "application/vnd.docker.distribution.manifest.v2+json")]
    [InlineData("application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.v1+prettyjws", "application/vnd.docker.distribution.manifest.v2+json")]
    [InlineData("application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.manifest.v1+json")]
    public async Task A_client_that_reads_no_index_gets_the_manifest_of_linux_amd64(string accept, string expected)
    {
        var repository = Multi("linux/arm64", "linux/amd64", "windows/amd64");
        var reply = await _gateway.GetAsync($"{repository}/manifests/multi", ("Accept", accept));
        Assert.Equal(200, reply.Status);
        Assert.Equal(expected, reply["Content-Type"]);
        Assert.Equal(SyntheticTree.Image(new MediaType(expected), "linux/amd64"), reply.Body);
        Assert.Equal(reply.BodyDigest.ToString(), reply["Docker-Content-Digest"]);
    }

    [Fact]
    public async Task Of_a_list_alone_a_client_of_OCI_manifests_gets_the_child_in_schema_2()
    {
        using var tree = new SyntheticTree(_store.Path);
        var child = tree.AddManifest(MediaType.Schema2, SyntheticTree.Image(MediaType.Schema2, "amd64"));
        tree.AddManifest("multi", MediaType.ManifestList, ImageIndex.Write(MediaType.ManifestList, [child with { Platform = new Platform("linux", "amd64") }]));
        var repository = tree.Commit();
        var reply = await _gateway.GetAsync($"{repository}/manifests/multi", ("Accept", MediaType.OciManifest.Value));
        Assert.Equal(child.Digest, reply.BodyDigest);
    }

    [Fact]
    public async Task Without_linux_amd64_a_client_that_reads_no_index_gets_a_clear_404()
    {
        var repository = Multi("linux/arm64", "windows/amd64");
        var reply = await _gateway.GetAsync($"{repository}/manifests/multi", ("Accept", MediaType.Schema2.Value));
        Assert.Contains("Accept", reply.IsError(404, "MANIFEST_UNKNOWN"), StringComparison.Ordinal);
        Assert.Equal(404, (await _gateway.HeadAsync($"{repository}/manifests/multi", ("Accept", MediaType.Schema1Signed.Value))).Status);
    }

    [Fact]
    public async Task An_image_that_is_OCI_only_is_a_clear_404_for_a_client_of_Dockers_types()
    {
        using var tree = new SyntheticTree(_store.Path);
        tree.AddManifest("oci", MediaType.OciManifest, SyntheticTree.Image(MediaType.OciManifest, "oci"));
        var repository = tree.Commit();
        var reply = await _gateway.RawGetAsync($"{repository}/manifests/oci", Accepts.Lines(Accepts.OldDocker));
        Assert.Contains("app:oci has no manifest of a type that the Accept header names", reply.IsError(404, "MANIFEST_UNKNOWN"), StringComparison.Ordinal);
        foreach (var accept in new[] { Accepts.Docker, Accepts.Containerd, Accepts.Conformance, ["*/*"], [], ["application/json"] })
            Assert.Equal(MediaType.OciManifest.Value, (await _gateway.RawGetAsync($"{repository}/manifests/oci", Accepts.Lines(accept)))["Content-Type"]);
    }

    [Fact]
    public async Task An_image_that_is_schema_2_only_is_sent_to_everybody_but_a_client_of_schema_1()
    {
        using var tree = new SyntheticTree(_store.Path);
        tree.AddManifest("s2", MediaType.Schema2, SyntheticTree.Image(MediaType.Schema2, "s2"));
        var repository = tree.Commit();
        foreach (var accept in new[] { Accepts.Docker, Accepts.OldDocker, Accepts.Conformance, ["*/*"], [], ["application/json"] })
            Assert.Equal(MediaType.Schema2.Value, (await _gateway.RawGetAsync($"{repository}/manifests/s2", Accepts.Lines(accept)))["Content-Type"]);
        (await _gateway.GetAsync($"{repository}/manifests/s2", ("Accept", MediaType.Schema1Signed.Value))).IsError(404, "MANIFEST_UNKNOWN");
    }

    /// <summary>A manifest list and an index over children of every platform.</summary>
    private string Multi(params string[] platforms)
    {
        using var tree = new SyntheticTree(_store.Path);
        foreach (var (index, form) in new[] { (MediaType.OciIndex, MediaType.OciManifest), (MediaType.ManifestList, MediaType.Schema2) })
        {
            var children = platforms.Select(p => tree.AddManifest(form, SyntheticTree.Image(form, p)) with { Platform = new Platform(p.Split('/')[0], p.Split('/')[1]) }).ToList();
            tree.AddManifest("multi", index, ImageIndex.Write(index, children));
        }
        return tree.Commit();
    }
}

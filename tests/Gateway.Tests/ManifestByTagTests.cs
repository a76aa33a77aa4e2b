using System.Globalization;
using System.Text.Json;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Tests;

public sealed class ManifestByTagTests(SamplesGateway gateway) : IClassFixture<SamplesGateway>
{
    public static TheoryData<string, string[], string> Clients => new()
    {
        { "docker", Accepts.Docker, MediaType.Schema2.Value },
        { "docker, another order", [.. Accepts.Docker.Reverse()], MediaType.Schema2.Value },
        { "docker to 17.03", Accepts.OldDocker, MediaType.Schema2.Value },
        { "containerd", Accepts.Containerd, MediaType.Schema2.Value },
        { "skopeo", Accepts.Skopeo, MediaType.Schema2.Value },
        { "crane", Accepts.Crane, MediaType.Schema2.Value },
        { "oras", Accepts.Oras, MediaType.Schema2.Value },
        { "conformance", Accepts.Conformance, MediaType.OciManifest.Value },
        { "curl", ["*/*"], MediaType.Schema2.Value },
        { "anything of an application", ["application/*"], MediaType.Schema2.Value },
        { "docker to 1.9", [], MediaType.Schema1Signed.Value },
        { "an old script", ["application/json"], MediaType.Schema1Signed.Value },
        { "schema 1 only", [MediaType.Schema1.Value], MediaType.Schema1Signed.Value },
        { "garbage", ["%%%", "a;b;c;q=x", ",,,"], MediaType.Schema1Signed.Value },
    };

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Every_client_gets_the_form_that_it_reads(string client, string[] accept, string expected)
    {
        var get = await gateway.Running.RawGetAsync($"{gateway.Tiny}/manifests/s2", Accepts.Lines(accept));
        Assert.True(get.Status == 200, client);
        Assert.Equal(expected, get["Content-Type"]);
        var digest = get["Docker-Content-Digest"];
        if (expected != MediaType.Schema1Signed.Value)
            Assert.Equal(get.BodyDigest.ToString(), digest);
        Assert.Equal($"\"{digest}\"", get["ETag"]);
        Assert.Equal("public, max-age=31536000, immutable", get["Cache-Control"]);
        Assert.Equal("Accept", get["Vary"]);
        Assert.Equal("registry/2.0", get["Docker-Distribution-Api-Version"]);
        Assert.Equal(get.Body.Length.ToString(CultureInfo.InvariantCulture), get["Content-Length"]);
        Assert.Null(get["Content-Encoding"]);

        (string, string)[] headers = accept.Length == 0 ? [] : [("Accept", string.Join(", ", accept))];
        var head = await gateway.Running.HeadAsync($"{gateway.Tiny}/manifests/s2", headers);
        Assert.Equal(200, head.Status);
        Assert.Empty(head.Body);
        foreach (var header in new[] { "Content-Type", "Content-Length", "Docker-Content-Digest", "ETag", "Cache-Control", "Vary" })
            Assert.Equal(get[header], head[header]);
    }

    [Fact]
    public async Task Without_the_setting_nobody_is_taken_for_one_of_the_oldest()
    {
        await using var running = await RunningGateway.StartAsync(gateway.Samples.Folder, "--Gateway:Schema1WithoutAccept=false");
        Assert.Equal(MediaType.Schema2.Value, (await running.GetAsync($"{gateway.Tiny}/manifests/s2"))["Content-Type"]);
        Assert.Equal(MediaType.Schema1Signed.Value, (await running.GetAsync($"{gateway.Tiny}/manifests/s2", ("Accept", MediaType.Schema1Signed.Value)))["Content-Type"]);
    }

    [Fact]
    public async Task Without_a_tag_of_that_name_latest_is_the_first_tags_image()
    {
        Assert.Equal(
            (await gateway.Running.GetAsync($"{gateway.Tiny}/manifests/s2", ("Accept", "*/*"))).BodyDigest,
            (await gateway.Running.GetAsync($"{gateway.Tiny}/manifests/latest", ("Accept", "*/*"))).BodyDigest);
    }

    [Fact]
    public async Task The_three_tags_of_an_archive_with_two_images_are_theirs()
    {
        async Task<Digest> ImageAsync(string tag) => (await gateway.Running.GetAsync($"{gateway.Two}/manifests/{tag}", ("Accept", "*/*"))).BodyDigest;

        Assert.Equal(await ImageAsync("s2"), await ImageAsync("latest"));
        Assert.NotEqual(await ImageAsync("s2"), await ImageAsync("other"));
    }

    [Fact]
    public async Task Two_writers_of_one_image_give_the_same_layers()
    {
        var (_, layers) = await gateway.ContentAsync(gateway.Tiny, "s2");
        var (_, others) = await gateway.ContentAsync(gateway.Two, "s2");
        Assert.Equal(layers, others);
    }

    [Fact]
    public async Task The_oldest_archives_can_be_pulled_by_the_newest_clients()
    {
        var reply = await gateway.Running.GetAsync($"{gateway.Old}/manifests/s2", ("Accept", Accepts.Conformance[0]));
        Assert.Equal(MediaType.OciManifest.Value, reply["Content-Type"]);
        using var manifest = JsonDocument.Parse(reply.Body);
        Assert.NotEmpty(manifest.RootElement.GetProperty("layers").EnumerateArray());
    }

    [Theory]
    [InlineData("nosuchtag")]
    [InlineData("latest-v2")] // a file of the tree, not a tag
    [InlineData("index.json")]
    public async Task An_unknown_tag_is_a_clear_404(string tag)
    {
        var message = (await gateway.Running.GetAsync($"{gateway.Tiny}/manifests/{tag}")).IsError(404, "MANIFEST_UNKNOWN");
        Assert.Contains(tag, message, StringComparison.Ordinal);
        var head = await gateway.Running.HeadAsync($"{gateway.Tiny}/manifests/{tag}");
        Assert.Equal(404, head.Status);
        Assert.Empty(head.Body);
    }
}

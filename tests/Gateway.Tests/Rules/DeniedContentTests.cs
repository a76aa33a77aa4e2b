using System.Text;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Image2Ipfs.Gateway.Tests.Rules;

/// <summary>What is denied leaves by no way below /ipfs/ and /ipns/, from the store or through an upstream.</summary>
public sealed class DeniedContentTests : IDisposable
{
    private static readonly UpstreamImage Image = UpstreamImage.Of(Keystream.Bytes("denied", 600_000));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("root")]
    [InlineData("app")]
    [InlineData("app/blobs")]
    [InlineData("file")]
    public async Task Every_block_on_the_way_counts_in_every_representation(string what)
    {
        var tree = new ContentTree(_folder["store"], CidProfile.UnixFsV0);
        var file = tree.Dag(ContentTree.Large).Cid;
        var denied = what switch { "root" => tree.Root, "file" => file, _ => new Store.LocalStore(_folder["store"]).Open(tree.Root)!.Directories[what] };
        await using var gateway = await StartAsync($"/ipfs/{denied.ToBase36()}");
        var path = $"{tree.Path}/{ContentTree.Blob(ContentTree.Large)}";
        foreach (var query in new[] { "", "?format=raw", "?format=car", "?format=car&dag-scope=block", "?format=car&entity-bytes=0:10" })
        {
            foreach (var asked in new[] { path, $"/ipfs/{denied.ToV1()}", $"/ipfs/{Cid.V1(Cid.Raw, denied.Hash)}" })
                IsGone(await gateway.GetAsync(asked + query), asked);
        }
        IsGone(await gateway.GetAsync(path, ("Range", "bytes=0-1")), path);
        IsGone(await gateway.GetAsync(path, ("Accept", "application/vnd.ipld.car")), path);
        Assert.Equal(410, (await gateway.HeadAsync(path)).Status);
        // An archive of something else that holds it is not begun.
        IsGone(await gateway.GetAsync($"{tree.Path}?format=car"), tree.Path);
        Assert.Equal(what == "root" ? 410 : 200, (await gateway.GetAsync($"{tree.Path}/files/text")).Status);
        Assert.Equal(what == "root" ? 410 : 200, (await gateway.GetAsync($"{tree.Path}/?format=car&dag-scope=block")).Status);
    }

    [Fact]
    public async Task A_piece_of_a_file_is_denied_where_it_is_asked_for_as_a_block()
    {
        var tree = new ContentTree(_folder["store"], CidProfile.UnixFsV1);
        var piece = tree.Dag(ContentTree.Repeated).Children[^1].Cid;
        await using var gateway = await StartAsync($"/ipfs/{piece}");
        Assert.Equal(410, (await gateway.GetAsync($"/ipfs/{piece}?format=raw")).Status);
        Assert.Equal(410, (await gateway.GetAsync($"{tree.Path}/{ContentTree.Blob(ContentTree.Repeated)}?format=car")).Status);
    }

    [Theory]
    [InlineData("/files/text", "files/text", true)]
    [InlineData("/files/te*", "files/text", true)]
    [InlineData("/files/*", "files/data.json", true)]
    [InlineData("/files", "files/text", false)]
    [InlineData("/files/a%20b%25%C3%A9.txt", "files/a%20b%25%c3%a9.txt", true)]
    [InlineData("/files/a%20b%25%C3%A9.txt", "files/a b", false)]
    public async Task Paths_are_denied_as_they_are_written(string rule, string path, bool isDenied)
    {
        var tree = new ContentTree(_folder["store"], CidProfile.UnixFsV0);
        await using var gateway = await StartAsync($"/ipfs/{tree.Root.ToBase32()}{rule}");
        Assert.Equal(isDenied, (await gateway.RawGetAsync($"{tree.Path}/{path.Replace(" ", "%20", StringComparison.Ordinal)}")).Status == 410);
        Assert.Equal(200, (await gateway.GetAsync($"{tree.Path}/site/")).Status);
    }

    [Fact]
    public async Task Only_what_Allow_names_is_served()
    {
        var tree = new ContentTree(_folder["store"], CidProfile.UnixFsV0);
        await using var gateway = await RunningGateway.StartAsync(_folder["store"], $"--Gateway:Content:Allow:0={tree.Root.ToBase36()}/files");
        Assert.Equal(200, (await gateway.GetAsync($"{tree.Path}/files/text")).Status);
        foreach (var path in new[] { tree.Path, $"{tree.Path}/site/", $"{tree.Path}/filesystem", $"/ipfs/{tree.Dag(ContentTree.Large).Cid}", "/ipns/images.example.org", "/ipns/unknown" })
        {
            var reply = await gateway.GetAsync(path);
            Assert.Equal((403, $"failed to resolve {path}: it is not on the list of what may be had here\n"), (reply.Status, Encoding.UTF8.GetString(reply.Body)));
        }
    }

    [Theory]
    [InlineData("/ipns/domain.example")]
    [InlineData("/ipns/domain-example")]
    [InlineData("/ipns/DOMAIN.example/")]
    [InlineData("/ipns/other.example/path")]
    [InlineData("/ipns/other.example/%70ath/")]
    [InlineData("/ipns/12D3KooWDkNqEJNmreF3NYYFK1ws7Ra2fuW6cHBTu567SPV3LdYA")]
    [InlineData("/ipns/bafzaajaiaejcaotjfs57kieazxny5japcmy5p2pgv2cic77tu6ogghttvurnrufx")]
    [InlineData("/ipns/name-of-another-system")]
    public async Task A_name_is_denied_before_anybody_is_asked(string path)
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        await using var gateway = await StartAsync(
            "/ipns/domain.example\n/ipns/other.example/path\n/ipns/k51qzi5uqu5dhmzyv3zac033i7rl9hkgczxyl81lwoukda2htteop7d3x0y1mf\n/ipns/name-of-another-system", [PullingGateway.To(upstream), .. Quiet]);
        Assert.Equal(410, (await gateway.GetAsync(path)).Status);
        Assert.DoesNotContain(upstream.Requests, r => !r.IsProbe);
    }

    [Fact]
    public async Task A_path_that_a_server_reads_otherwise_than_it_is_written_leads_to_no_upstream()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        await using var gateway = await StartAsync($"/ipfs/{Image.Root}", [PullingGateway.To(upstream), .. Quiet]);
        foreach (var path in new[]
        {
            $"/%69pfs/{Image.Root}/app/index.json", $"/IPFS/{Image.Root}/app/index.json", $"/x/../ipfs/{Image.Root}/app/index.json", $"/ipns/a.example/../../ipfs/{Image.Root}/app/index.json",
            $"/ipns/a.example/%2e%2e/%2e%2e/ipfs/{Image.Root}", $"/ipfs/bafkqaaa/../{Image.Root}/app/index.json", $"/./ipfs/{Image.Root}", "/ipns//x", "/ipns/",
        })
        {
            Assert.Equal(400, (await gateway.RawGetAsync(path)).Status);
        }
        IsGone(await gateway.RawGetAsync($"/ipfs/{Image.Root}/app/index.json"), $"/ipfs/{Image.Root}/app/index.json");
        Assert.DoesNotContain(upstream.Requests, r => !r.IsProbe);
    }

    /// <summary>Where nobody here can follow the path, the upstream's answer says what it led over.</summary>
    [Fact]
    public async Task What_is_passed_on_is_denied_by_what_the_upstream_says_that_it_is()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        await using var open = await StartAsync("# nothing", [PullingGateway.To(upstream), .. Quiet]);
        var path = $"/ipfs/{Image.Root}/app/blobs/{Image.Layers[0]}";
        var reply = await open.GetAsync(path);
        Assert.Equal((200, Image.Layers[0]), (reply.Status, reply.BodyDigest));

        await using var gateway = await StartAsync($"/ipfs/{Image.CidOf(Image.Layers[0])} reason=that", [PullingGateway.To(upstream), .. Quiet]);
        var denied = await gateway.GetAsync(path);
        Assert.Equal((410, "text/plain; charset=utf-8"), (denied.Status, denied["Content-Type"]));
        Assert.EndsWith(" is blocked and cannot be provided: that\n", Encoding.UTF8.GetString(denied.Body), StringComparison.Ordinal);
        Assert.Null(denied["ETag"]);
        Assert.Null(denied["X-Ipfs-Roots"]);
        Assert.Equal(200, (await gateway.GetAsync($"/ipfs/{Image.Root}/app/blobs/{Image.Config}")).Status);
    }

    [Fact]
    public async Task A_name_that_an_upstream_resolves_is_denied_by_what_it_points_to()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        upstream.Names.Roots["images.example.org"] = Image.Root;
        string[] settings = [PullingGateway.To(upstream), .. Quiet, "--Gateway:Names:DnsLinks=Upstream"];
        await using (var open = await StartAsync("# nothing", settings))
            Assert.Equal(200, (await open.GetAsync("/ipns/images.example.org/")).Status);
        await using (var gateway = await StartAsync($"/ipfs/{Image.Root}", settings))
            IsGone(await gateway.GetAsync("/ipns/images.example.org/"), "/ipns/images.example.org/");
        await using (var gateway = await StartAsync($"/ipfs/{Image.Root}/app/*", settings))
            IsGone(await gateway.GetAsync("/ipns/images.example.org/app/index.json"), "/ipns/images.example.org/app/index.json");
        await using (var limited = await StartAsync("# nothing", [.. settings, $"--Gateway:Content:Allow:0={Image.Root}"]))
            Assert.Equal(200, (await limited.GetAsync("/ipns/images.example.org/")).Status);
        await using (var limited = await StartAsync("# nothing", [.. settings, $"--Gateway:Content:Allow:0={Image.Config.ToString()[7..]}.example.org"]))
            Assert.Equal(403, (await limited.GetAsync("/ipns/images.example.org/")).Status);
    }

    [Fact]
    public async Task A_rule_that_comes_while_it_runs_holds_at_once()
    {
        var tree = new ContentTree(_folder["store"], CidProfile.UnixFsV0);
        await using var gateway = await StartAsync("# nothing");
        Assert.Equal(200, (await gateway.GetAsync($"{tree.Path}/files/text")).Status);
        File.AppendAllText(_folder["a.deny"], $"/ipfs/{tree.Root}\n");
        gateway.Services.GetRequiredService<Denylists>().Look();
        IsGone(await gateway.GetAsync($"{tree.Path}/files/text"), $"{tree.Path}/files/text");
    }

    private string[] Quiet => [.. PullingGateway.Patient(patience: 2), $"--Gateway:Cache:Folder={_folder["cache"]}", "--Gateway:Names:DnsLinks=Never"];

    private Task<RunningGateway> StartAsync(string rules, params string[] settings)
    {
        File.WriteAllText(_folder["a.deny"], $"{rules}\n");
        return RunningGateway.StartAsync(_folder["store"], [$"--Gateway:Content:Denylists:0={_folder["a.deny"]}", .. settings]);
    }

    private static void IsGone(Reply reply, string path)
    {
        var text = Encoding.UTF8.GetString(reply.Body);
        Assert.True(reply.Status == 410, $"{path}: {reply.Status} {text[..Math.Min(text.Length, 200)]}");
        Assert.StartsWith($"failed to resolve {path}: ", text, StringComparison.Ordinal);
        Assert.EndsWith(" is blocked and cannot be provided\n", text, StringComparison.Ordinal);
        Assert.Equal(("text/plain; charset=utf-8", null, null), (reply["Content-Type"], reply["ETag"], reply["Cache-Control"]));
    }
}

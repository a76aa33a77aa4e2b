using System.Text.Json;
using System.Text.Json.Nodes;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Tests.Observe;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Image2Ipfs.Gateway.Tests.Rules;

/// <summary>What is denied leaves by no way below /v2/; what lies in the store.</summary>
public sealed class DeniedPullTests : IDisposable
{
    private static readonly (string, string)[] Schema2 = [("Accept", MediaType.Schema2.Value)];

    private readonly Samples _samples;
    private readonly TemporaryFolder _folder = new();

    public DeniedPullTests(Samples samples)
    {
        _samples = samples;
        File.WriteAllText(_folder["a.deny"], "# nothing yet\n");
    }

    private string Tiny => $"/v2/{_samples.Tiny.ToRepositoryComponent()}/t/tiny";

    private string Two => $"/v2/{_samples.Two.ToRepositoryComponent()}/t/tiny";

    private string App2 => $"/v2/{_samples.Two.ToRepositoryComponent()}/t/app2";

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Forms => ["v0", "dockerized", "base32", "base36", "base16", "/ipfs/ and v0", "a path", "a path and more", "raw"];

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_root_or_path_that_Deny_names_is_gone_whatever_form_it_has(string form)
    {
        var root = _samples.Tiny;
        await using var gateway = await StartAsync($"--Gateway:Content:Deny:0={form switch
        {
            "v0" => $"{root.ToV0()}",
            "dockerized" => root.ToV0()!.ToRepositoryComponent(),
            "base32" => root.ToBase32(),
            "base36" => root.ToBase36(),
            "base16" => root.ToBase16(),
            "a path" => $"{root.ToBase36()}/t/tiny",
            "a path and more" => $"/ipfs/{root}/t/",
            "raw" => Cid.V1(Cid.Raw, root.Hash).ToString(),
            _ => $"/ipfs/{root.ToV0()}",
        }}");
        var (config, layers) = await ContentAsync(_samples.Tiny);
        foreach (var name in new[] { root.ToRepositoryComponent(), root.ToBase36(), $"ipfs/{root.ToBase32()}" })
            await IsGoneAsync(gateway, $"/v2/{name}/t/tiny", config, layers);
        Assert.Equal(200, (await gateway.GetAsync($"{Two}/manifests/s2", Schema2)).Status);
    }

    [Fact]
    public async Task A_path_is_denied_by_components()
    {
        await using var gateway = await StartAsync($"--Gateway:Content:Deny:0={_samples.Two}/t/app", $"--Gateway:Content:Deny:1={_samples.Tiny}/t/tiny");
        Assert.Equal(200, (await gateway.GetAsync($"{App2}/manifests/x", Schema2)).Status);
        Assert.Equal(200, (await gateway.GetAsync($"{Two}/manifests/s2", Schema2)).Status);
        Assert.Equal(410, (await gateway.GetAsync($"{Tiny}/manifests/s2", Schema2)).Status);
    }

    /// <summary>The CID of a directory on the way, of the file, or its path.</summary>
    [Theory]
    [InlineData("root", true)]
    [InlineData("t", true)]
    [InlineData("t/tiny", true)]
    [InlineData("the path", true)]
    [InlineData("the path's beginning", true)]
    [InlineData("hashed root", true)]
    [InlineData("t/tiny/blobs", false)]
    public async Task A_denylist_reaches_every_block_on_the_way(string what, bool all)
    {
        var stored = _samples.Store.Open(_samples.Tiny)!;
        Deny(what switch
        {
            "root" => $"/ipfs/{stored.Cid.ToBase32()}",
            "the path" => $"/ipfs/{stored.Cid}/t/tiny",
            "the path's beginning" => $"/ipfs/{stored.Cid}/t/ti*",
            "hashed root" => DoubleHash(stored.Cid.ToV0()!.ToString()),
            _ => $"/ipfs/{stored.Directories[what].ToBase36()}",
        });
        await using var gateway = await StartAsync();
        var (config, layers) = await ContentAsync(_samples.Tiny);
        if (all)
            await IsGoneAsync(gateway, Tiny, config, layers);
        else
            Assert.Equal(200, (await gateway.GetAsync($"{Tiny}/manifests/s2", Schema2)).Status);
        foreach (var blob in layers.Append(config))
            (await gateway.GetAsync($"{Tiny}/blobs/{blob}")).IsError(410, "DENIED");
        Assert.Equal(!all, (await CatalogAsync(gateway)).Contains(Tiny["/v2/".Length..]));
    }

    [Theory]
    [InlineData("as a raw CID")]
    [InlineData("as a raw CID, hashed")]
    [InlineData("as a raw CID, hashed as before")]
    [InlineData("as the file that it is")]
    [InlineData("by path")]
    public async Task A_layer_is_denied_and_the_others_are_not(string how)
    {
        var (config, layers) = await ContentAsync(_samples.Two);
        var layer = layers[0];
        var file = _samples.Store.Open(_samples.Two)!.Blobs[layer].Cid;
        var raw = Cid.V1(Cid.Raw, layer.ToHash());
        Deny(how switch
        {
            "as a raw CID" => $"/ipfs/{raw}",
            "as a raw CID, hashed" => DoubleHash(Cid.V0(layer.ToHash()).ToString()),
            "as a raw CID, hashed as before" => Legacy($"{raw}/"),
            "by path" => $"/ipfs/{_samples.Two}/t/tiny/blobs/{layer}",
            _ => $"/ipfs/{file}",
        });
        await using var gateway = await StartAsync();
        Assert.Equal(200, (await gateway.GetAsync($"{Two}/manifests/s2", Schema2)).Status);
        Assert.Equal(200, (await gateway.GetAsync($"{Two}/blobs/{config}")).Status);
        (await gateway.GetAsync($"{Two}/blobs/{layer}")).IsError(410, "DENIED");
        (await gateway.GetAsync($"{Two}/blobs/{layer}", ("Range", "bytes=0-1"))).IsError(410, "DENIED");
        Assert.Equal(410, (await gateway.HeadAsync($"{Two}/blobs/{layer}")).Status);
    }

    [Fact]
    public async Task A_manifest_that_is_denied_is_gone_by_tag_and_digest_and_its_tag_from_the_list()
    {
        await using var open = await RunningGateway.StartAsync(_samples.Folder);
        var digests = new List<string>();
        foreach (var form in new[] { MediaType.Schema2, MediaType.OciManifest, MediaType.Schema1Signed })
            digests.Add((await open.GetAsync($"{App2}/manifests/x", ("Accept", form.Value)))["Docker-Content-Digest"]!);
        Deny([.. digests.Distinct().Select(d => $"/ipfs/{Cid.V1(Cid.Raw, Digest.Parse(d).ToHash())}")]);
        await using var gateway = await StartAsync();
        (await gateway.GetAsync($"{App2}/manifests/x", Schema2)).IsError(410, "DENIED");
        (await gateway.GetAsync($"{App2}/manifests/x")).IsError(410, "DENIED");
        foreach (var digest in digests.Distinct())
        {
            (await gateway.GetAsync($"{App2}/manifests/{digest}")).IsError(410, "DENIED");
            (await gateway.GetAsync($"{App2}/blobs/{digest}")).IsError(410, "DENIED");
            (await gateway.GetAsync($"{App2}/referrers/{digest}")).IsError(410, "DENIED");
        }
        Assert.DoesNotContain("\"x\"", System.Text.Encoding.UTF8.GetString((await gateway.GetAsync($"{App2}/tags/list")).Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_child_of_an_index_and_a_referrer_are_denied_by_their_digests()
    {
        var layout = new TestLayout();
        var image = layout.Image(TestLayer.Gzip(TestImage.Layer("file")));
        JsonObject one = layout.Referrer(image, "test/one", [1]), two = layout.Referrer(image, "test/two", [2]);
        layout.List(image, "app:1").List(one).List(two);
        using var site = await PublishedLayout.OfAsync(layout);
        Deny($"/ipfs/{Cid.V1(Cid.Raw, Digest.Parse(TestLayout.Digest(one)).ToHash())}");
        await using var gateway = await RunningGateway.StartAsync(site.Store, Lists);
        var repository = site.Repository("app");
        var listed = JsonElement.Parse((await gateway.GetAsync($"{repository}/referrers/{TestLayout.Digest(image)}")).Body).GetProperty("manifests").EnumerateArray().Select(d => d.GetProperty("digest").GetString());
        Assert.Equal([TestLayout.Digest(two)], listed);
        (await gateway.GetAsync($"{repository}/manifests/{TestLayout.Digest(one)}")).IsError(410, "DENIED");
        Deny();
        gateway.Services.GetRequiredService<Denylists>().Look();
        Assert.Equal(200, (await gateway.GetAsync($"{repository}/manifests/{TestLayout.Digest(one)}")).Status);
    }

    /// <summary>What lies in memory from before is no way round either.</summary>
    [Fact]
    public async Task A_rule_that_comes_while_it_runs_holds_at_once_and_one_that_goes_too()
    {
        await using var gateway = await StartAsync();
        var (config, layers) = await ContentAsync(_samples.Tiny);
        var manifest = (await gateway.GetAsync($"{Tiny}/manifests/s2", Schema2))["Docker-Content-Digest"];
        Assert.Equal(200, (await gateway.GetAsync($"{Tiny}/manifests/{manifest}")).Status);
        Assert.Equal(4, (await CatalogAsync(gateway)).Count);
        var stored = _samples.Store.Open(_samples.Tiny)!;
        foreach (var rule in new[] { $"/ipfs/{stored.Cid}", $"/ipfs/{stored.Cid}/t/*", $"/ipfs/{stored.Directories["t/tiny"]}" })
        {
            Deny(rule);
            Assert.True(gateway.Services.GetRequiredService<Denylists>().Look());
            await IsGoneAsync(gateway, Tiny, config, layers);
            (await gateway.GetAsync($"{Tiny}/manifests/{manifest}")).IsError(410, "DENIED");
            Assert.Equal(3, (await CatalogAsync(gateway)).Count);
        }
        // The manifest's own file, which memory has.
        Deny($"/ipfs/{stored.Find($"t/tiny/manifests/{manifest}")!.Value.Cid}");
        gateway.Services.GetRequiredService<Denylists>().Look();
        (await gateway.GetAsync($"{Tiny}/manifests/{manifest}")).IsError(410, "DENIED");
        Deny();
        gateway.Services.GetRequiredService<Denylists>().Look();
        Assert.Equal(200, (await gateway.GetAsync($"{Tiny}/manifests/s2", Schema2)).Status);
        Assert.Equal(4, (await CatalogAsync(gateway)).Count);
    }

    [Fact]
    public async Task The_reason_and_the_status_are_said_and_each_refusal_is_counted()
    {
        Deny($"/ipfs/{_samples.Two} gateway_status=451 reason=order-12");
        await using var gateway = await StartAsync($"--Gateway:Content:Deny:0={_samples.Tiny}", $"--Gateway:Content:Allow:0={_samples.Tiny}", $"--Gateway:Content:Allow:1={_samples.Two}", "--Gateway:Content:DeniedStatus=451");
        using var measured = new Measured(gateway);
        Assert.Equal($"/ipfs/{_samples.Two} is blocked and cannot be provided: order-12", (await gateway.GetAsync($"{Two}/manifests/s2")).IsError(451, "DENIED"));
        Assert.Equal($"/ipfs/{_samples.Tiny}/t/tiny is blocked and cannot be provided", (await gateway.GetAsync($"{Tiny}/manifests/s2")).IsError(451, "DENIED"));
        Assert.Equal("it is not on the list of what may be had here", (await gateway.GetAsync($"/v2/{_samples.Old.ToRepositoryComponent()}/t/tiny/manifests/s2")).IsError(403, "DENIED"));
        foreach (var list in new[] { "denylist", "deny", "allow" })
            Assert.Equal(1, measured.Sum("image2ipfs.denied", list));
        await measured.UntilAsync(() => gateway.Reports.Count == 3);
        Assert.Contains($"GET manifest {Two["/v2/".Length..]} s2: 451 whole", gateway.Reports[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_a_mirror_names_of_other_registries_and_what_they_mean_are_denied()
    {
        string[] mirror = [$"--Gateway:Mirrors:Names:0:Name=docker.io/library", $"--Gateway:Mirrors:Names:0:Root={_samples.Two.ToRepositoryComponent()}/t", $"--Gateway:Mirrors:Names:1:Name=docker.io/other", $"--Gateway:Mirrors:Names:1:Root={_samples.Tiny.ToRepositoryComponent()}/t"];
        await using var gateway = await StartAsync([.. mirror, "--Gateway:Content:Deny:0=docker.io/library/tiny", $"--Gateway:Content:Deny:1={_samples.Tiny}"]);
        (await gateway.GetAsync("/v2/library/tiny/manifests/s2")).IsError(410, "DENIED");
        (await gateway.GetAsync("/v2/library/tiny/manifests/s2?ns=docker.io")).IsError(410, "DENIED");
        (await gateway.GetAsync("/v2/other/tiny/manifests/s2?ns=docker.io")).IsError(410, "DENIED");
        Assert.Equal(200, (await gateway.GetAsync("/v2/library/app2/manifests/x?ns=docker.io")).Status);
        // By its own name it is another thing.
        Assert.Equal(200, (await gateway.GetAsync($"{Two}/manifests/s2")).Status);
    }

    /// <summary>Under a name of another registry a digest is served from wherever it lies: not where all that hold it are denied.</summary>
    [Fact]
    public async Task As_a_mirror_a_digest_alone_is_served_only_of_what_may_be_had()
    {
        var (_, tiny) = await ContentAsync(_samples.Tiny);
        var (_, two) = await ContentAsync(_samples.Two);
        var shared = tiny.Intersect(two).First();
        var own = _samples.Store.Open(_samples.Old)!.Blobs.Keys.Except(_samples.Store.Open(_samples.Two)!.Blobs.Keys).Except(_samples.Store.Open(_samples.Tiny)!.Blobs.Keys).First();
        await using (var open = await StartAsync("--Gateway:Mirrors:ByDigestAlone=true"))
        {
            Assert.Equal(200, (await open.GetAsync($"/v2/library/any/blobs/{shared}")).Status);
            Assert.Equal(200, (await open.GetAsync($"/v2/library/any/blobs/{own}")).Status);
            Deny($"/ipfs/{_samples.Tiny}/t/*", $"/ipfs/{_samples.Old}/t/*");
            open.Services.GetRequiredService<Denylists>().Look();
            Assert.Equal(200, (await open.GetAsync($"/v2/library/any/blobs/{shared}")).Status);
            Assert.Equal(404, (await open.GetAsync($"/v2/library/any/blobs/{own}")).Status);
            Deny($"/ipfs/{Cid.V1(Cid.Raw, shared.ToHash())}");
            open.Services.GetRequiredService<Denylists>().Look();
            (await open.GetAsync($"/v2/library/any/blobs/{shared}")).IsError(410, "DENIED");
        }
        Deny();
        await using var limited = await StartAsync("--Gateway:Mirrors:ByDigestAlone=true", $"--Gateway:Content:Allow:0={_samples.Two}", "--Gateway:Content:Allow:1=docker.io/library");
        Assert.Equal(200, (await limited.GetAsync($"/v2/library/any/blobs/{shared}")).Status);
        Assert.Equal(404, (await limited.GetAsync($"/v2/library/any/blobs/{own}")).Status);
        (await limited.GetAsync($"/v2/other/any/blobs/{shared}")).IsError(403, "DENIED");
    }

    [Fact]
    public async Task Only_what_Allow_names_is_served_and_listed()
    {
        await using var gateway = await StartAsync($"--Gateway:Content:Allow:0={_samples.Two.ToBase36()}/t/app2", $"--Gateway:Content:Allow:1={_samples.Old}");
        Assert.Equal(200, (await gateway.GetAsync($"{App2}/manifests/x", Schema2)).Status);
        Assert.Equal(200, (await gateway.GetAsync($"/v2/{_samples.Old.ToBase32()}/t/tiny/tags/list")).Status);
        foreach (var path in new[] { $"{Two}/manifests/s2", $"{Two}/tags/list", $"{Tiny}/manifests/s2", "/v2/library/busybox/manifests/latest", $"{Two}/referrers/{Digest.Sha256([])}", $"{Tiny}/blobs/{Digest.Sha256([])}", $"/v2/{_samples.Two.ToRepositoryComponent()}/t/app22/tags/list" })
            (await gateway.GetAsync(path)).IsError(403, "DENIED");
        Assert.Equal(new[] { App2["/v2/".Length..], $"{_samples.Old.ToRepositoryComponent()}/t/tiny" }.Order(StringComparer.Ordinal), await CatalogAsync(gateway));
        Assert.Equal(200, (await gateway.GetAsync("/v2/")).Status);
        (await gateway.GetAsync("/v2/NAME/tags/list")).IsError(400, "NAME_INVALID");
    }

    [Theory]
    [InlineData("Allow", "no such name")]
    [InlineData("Deny", "ipfs/images.example.org")]
    [InlineData("Deny", "ipns/")]
    [InlineData("Deny", "QmecDgNqCRirkc3Cjz9eoRBNwXGckJ9WvTdmY16HP88768/../a")]
    [InlineData("Allow", "")]
    public async Task A_wrong_entry_stops_the_start(string list, string entry)
    {
        var (exit, _, error) = await GatewayProgram.RunAsync(["--urls=http://127.0.0.1:0", $"--Gateway:Content:{list}:0={entry}", "--Gateway:Content:DeniedStatus=404"]);
        Assert.Equal(1, exit);
        var lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Contains(lines, l => l.Contains($"Content:{list}: '{entry}' is no root and no name", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("Content:DeniedStatus: it is 410 or 451", StringComparison.Ordinal));
    }

    private string[] Lists => [$"--Gateway:Content:Denylists:0={_folder.Path}"];

    private Task<RunningGateway> StartAsync(params string[] settings) => RunningGateway.StartAsync(_samples.Folder, [.. Lists, .. settings]);

    private void Deny(params string[] rules) => File.WriteAllText(_folder["a.deny"], string.Concat(rules.Select(r => $"{r}\n")));

    private static string DoubleHash(string text) => $"//{Cid.V0(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)))}";

    private static string Legacy(string text) => $"//{Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(text)).Hex}";

    private async Task<(Digest Config, IReadOnlyList<Digest> Layers)> ContentAsync(Cid root)
    {
        await using var open = await RunningGateway.StartAsync(_samples.Folder);
        var manifest = JsonElement.Parse((await open.GetAsync($"/v2/{root.ToRepositoryComponent()}/t/tiny/manifests/s2", Schema2)).Body);
        return (DigestOf(manifest.GetProperty("config")), [.. manifest.GetProperty("layers").EnumerateArray().Select(DigestOf)]);
    }

    private static Digest DigestOf(JsonElement descriptor) => Digest.Parse(descriptor.GetProperty("digest").GetString()!);

    private static async Task IsGoneAsync(RunningGateway gateway, string repository, Digest config, IReadOnlyList<Digest> layers)
    {
        foreach (var path in (string[])["manifests/s2", "manifests/none", "tags/list", $"referrers/{config}", $"manifests/{config}", .. layers.Append(config).Select(d => $"blobs/{d}")])
        {
            (await gateway.GetAsync($"{repository}/{path}")).IsError(410, "DENIED");
            Assert.Equal(410, (await gateway.HeadAsync($"{repository}/{path}")).Status);
        }
    }

    private static async Task<IReadOnlyList<string>> CatalogAsync(RunningGateway gateway) =>
        [.. JsonElement.Parse((await gateway.GetAsync("/v2/_catalog")).Body).GetProperty("repositories").EnumerateArray().Select(n => n.GetString()!)];
}

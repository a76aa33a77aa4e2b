using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Tests.Names;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Testing;
using Microsoft.Extensions.DependencyInjection;
using static Image2Ipfs.Gateway.Tests.Names.NamedImages;

namespace Image2Ipfs.Gateway.Tests.Rules;

/// <summary>What lies with upstreams: what is denied is not fetched, nor served from what was fetched before, and names count with what they point to.</summary>
public sealed class DeniedUpstreamTests : IAsyncLifetime
{
    private const string Domain = "images.example.org";

    private readonly TemporaryFolder _folder = new();
    private readonly TestDns _dns = new();
    private TestUpstream _upstream = null!;

    public async ValueTask InitializeAsync() => _upstream = await TestUpstream.StartAsync(Blocks);

    public async ValueTask DisposeAsync()
    {
        await _upstream.DisposeAsync();
        _dns.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("Car")]
    [InlineData("Raw")]
    [InlineData("Path")]
    public async Task Of_a_root_that_is_denied_nothing_is_asked(string way)
    {
        _upstream.Ways = Enum.Parse<Ways>(way);
        await using var gateway = await StartAsync($"/ipfs/{First.Root.ToBase32()}");
        foreach (var path in new[] { First.ByTag, $"{First.Repository}/manifests/{First.Oci}", First.PathOf(First.Layers[0]), $"{First.Repository}/tags/list", $"{First.Repository}/referrers/{First.Oci}" })
            (await gateway.Running.GetAsync(path)).IsError(410, "DENIED");
        Assert.DoesNotContain(_upstream.Requests, r => !r.IsProbe);
        Assert.Equal(200, (await gateway.Running.GetAsync(Second.ByTag)).Status);
    }

    [Theory]
    [InlineData("Car")]
    [InlineData("Raw")]
    public async Task A_layer_is_denied_by_the_CID_that_only_the_way_to_it_tells(string way)
    {
        _upstream.Ways = Enum.Parse<Ways>(way);
        var layer = First.CidOf(First.Layers[0]);
        await using var gateway = await StartAsync($"/ipfs/{layer.ToBase36()}");
        await gateway.GetTagAsync(First);
        await gateway.GetBlobAsync(First, First.Config);
        foreach (var path in new[] { First.PathOf(First.Layers[0]), $"/ipfs/{layer}" })
            Assert.Equal(410, (await gateway.Running.GetAsync(path)).Status);
        Assert.DoesNotContain(_upstream.Requests, r => r.Path.StartsWith($"/ipfs/{layer}", StringComparison.Ordinal) || r.Path.EndsWith($"{First.Layers[0]}", StringComparison.Ordinal));
    }

    /// <summary>A folder of the image, as an upstream's blocks tell it.</summary>
    [Theory]
    [InlineData("Car")]
    [InlineData("Raw")]
    public async Task A_directory_on_the_way_is_denied(string way)
    {
        _upstream.Ways = Enum.Parse<Ways>(way);
        var app = DirectoryDag.Find(First.Root, "app", cid => Blocks.Get(cid).Bytes)!.Value.Cid;
        await using var gateway = await StartAsync($"/ipfs/{app.ToBase32()}");
        foreach (var path in new[] { First.ByTag, First.PathOf(First.Layers[0]), $"{First.Repository}/tags/list" })
            (await gateway.Running.GetAsync(path)).IsError(410, "DENIED");
        Assert.DoesNotContain(_upstream.Requests, r => r.Root?.NamesSameAs(app) == true);
    }

    /// <summary>Where upstreams give plain files only, nobody tells CIDs: paths and digests count.</summary>
    [Fact]
    public async Task Of_plain_files_paths_and_digests_are_denied()
    {
        _upstream.Ways = Ways.Path;
        await using var gateway = await StartAsync($"/ipfs/{First.Root}/app/blobs/{First.Config}\n/ipfs/{Cid.V1(Cid.Raw, First.Layers[0].ToHash())}");
        await gateway.GetTagAsync(First);
        foreach (var blob in new[] { First.Config, First.Layers[0] })
        {
            (await gateway.Running.GetAsync(First.PathOf(blob))).IsError(410, "DENIED");
            Assert.DoesNotContain(_upstream.Requests, r => r.Path.EndsWith($"{blob}", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("Car")]
    [InlineData("Path")]
    public async Task What_the_cache_has_is_denied_too(string way)
    {
        _upstream.Ways = Enum.Parse<Ways>(way);
        await using var gateway = await StartAsync("# nothing");
        await gateway.PullAsync(First);
        Deny(gateway, $"/ipfs/{First.Root}");
        foreach (var path in new[] { First.ByTag, $"{First.Repository}/manifests/{First.Schema2}", First.PathOf(First.Layers[0]), $"/ipfs/{First.Root}/app/index.json" })
            Assert.Equal(410, (await gateway.Running.GetAsync(path)).Status);
        await gateway.RestartAsync([_upstream], Settings());
        (await gateway.Running.GetAsync(First.PathOf(First.Layers[0]))).IsError(410, "DENIED");
        // Under another name, of which nobody knows that it has it, no digest brings it back.
        Assert.NotEqual(200, (await gateway.Running.GetAsync($"/v2/{Cid.V0(new byte[32]).ToRepositoryComponent()}/app/blobs/{First.Layers[0]}")).Status);
        Assert.Equal(200, (await gateway.Running.GetAsync(Second.ByTag)).Status);
    }

    [Theory]
    [InlineData($"/ipns/{Domain}/*", true)]
    [InlineData($"/ipns/{Domain}/app", true)]
    [InlineData($"/ipns/{Domain}", false)] // the name itself, and no path below it: nobody pulls that
    public async Task A_domain_is_denied_before_it_is_asked_for(string rule, bool isDenied)
    {
        _dns.Set($"_dnslink.{Domain}", $"dnslink=/ipfs/{First.Root}");
        await using var gateway = await StartAsync(rule);
        foreach (var name in new[] { $"{Domain}/app", $"ipns/{Domain}/app" })
            Assert.Equal(isDenied ? 410 : 200, (await gateway.GetTagAsync(name)).Status);
        Assert.Equal(isDenied, _dns.Asked.Count == 0);
    }

    [Fact]
    public async Task What_a_name_points_to_counts_and_the_names_between_them()
    {
        _dns.Set($"_dnslink.{Domain}", "dnslink=/ipns/second.example.org");
        _dns.Set("_dnslink.second.example.org", $"dnslink=/ipfs/{First.Root}");
        foreach (var denied in new[] { $"{First.Root}", $"{First.Root.ToBase36()}/app", "second.example.org", "ipns/second.example.org/app", Domain })
        {
            await using var gateway = await StartAsync("# nothing", $"--Gateway:Content:Deny:0={denied}");
            (await gateway.GetTagAsync($"{Domain}/app")).IsError(410, "DENIED");
            Assert.Equal(410, (await gateway.Running.GetAsync($"/ipns/{Domain}/app")).Status);
            Assert.DoesNotContain(_upstream.Requests, r => !r.IsProbe);
        }
    }

    [Fact]
    public async Task A_name_that_comes_to_point_to_what_is_denied_is_denied_and_serves_no_past_of_such()
    {
        var key = IpnsKey.Ed25519("denied");
        _upstream.Names.Records[$"{key.Name}"] = To(First, ttl: 0.01).Sign(key);
        await using var gateway = await StartAsync($"/ipfs/{Second.Root}");
        await gateway.MeansAsync($"ipns/{key.Name}/app", First);
        _upstream.Names.Records[$"{key.Name}"] = (To(Second, ttl: 0.01) with { Sequence = 2 }).Sign(key);
        await Task.Delay(50, RunningGateway.Cancel);
        (await gateway.GetTagAsync($"ipns/{key.Name}/app")).IsError(410, "DENIED");

        Deny(gateway, $"/ipfs/{First.Root}");
        await gateway.MeansAsync($"ipns/{key.Name}/app", Second);
        Assert.Equal(404, (await gateway.Running.GetAsync($"/v2/ipns/{key.Name}/app/blobs/{First.Layers[0]}")).Status);
        Deny(gateway, $"/ipns/{key.Name}/*");
        (await gateway.GetTagAsync($"{key.Name}/app")).IsError(410, "DENIED");
    }

    [Fact]
    public async Task A_name_is_allowed_by_itself_or_by_what_it_points_to()
    {
        _dns.Set($"_dnslink.{Domain}", $"dnslink=/ipfs/{First.Root}");
        _dns.Set("_dnslink.second.example.org", $"dnslink=/ipfs/{Second.Root}");
        await using (var gateway = await StartAsync("# nothing", $"--Gateway:Content:Allow:0={Domain}"))
        {
            Assert.Equal(200, (await gateway.GetTagAsync($"{Domain}/app")).Status);
            (await gateway.Running.GetAsync(First.ByTag)).IsError(403, "DENIED");
            (await gateway.GetTagAsync("second.example.org/app")).IsError(403, "DENIED");
        }
        await using (var gateway = await StartAsync("# nothing", $"--Gateway:Content:Allow:0={Second.Root.ToBase32()}/app"))
        {
            Assert.Equal(200, (await gateway.GetTagAsync("second.example.org/app")).Status);
            Assert.Equal(200, (await gateway.Running.GetAsync(Second.PathOf(Second.Layers[0]))).Status);
            (await gateway.GetTagAsync($"{Domain}/app")).IsError(403, "DENIED");
        }
    }

    private Task<PullingGateway> StartAsync(string rules, params string[] settings)
    {
        Write(rules);
        return PullingGateway.StartAsync(_upstream, [.. Settings(), .. settings]);
    }

    private string[] Settings() => [.. Eager, .. _dns.Setting, $"--Gateway:Content:Denylists:0={_folder["a.deny"]}"];

    private void Write(string rules) => File.WriteAllText(_folder["a.deny"], $"{rules}\n");

    private void Deny(PullingGateway gateway, string rules)
    {
        Write(rules);
        Assert.True(gateway.Running.Services.GetRequiredService<Denylists>().Look());
    }
}

using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Testing;
using static Image2Ipfs.Gateway.Tests.Names.NamedImages;

namespace Image2Ipfs.Gateway.Tests.Names;

/// <summary>Domains, whose links a name server gives.</summary>
public sealed class DnsLinkTests : IAsyncLifetime
{
    private const string Domain = "images.example.org";
    private const string Name = $"ipns/{Domain}/app";

    private readonly TestDns _dns = new();
    private TestUpstream _upstream = null!;

    public async ValueTask InitializeAsync() => _upstream = await TestUpstream.StartAsync(Blocks);

    public async ValueTask DisposeAsync()
    {
        await _upstream.DisposeAsync();
        _dns.Dispose();
    }

    [Theory]
    [InlineData($"ipns/{Domain}/app")]
    [InlineData($"{Domain}/app")]
    public async Task An_image_is_pulled_by_a_domain(string name)
    {
        _dns.Set($"_dnslink.{Domain}", "v=spf1 -all", "dnslink=/other/thing", $"dnslink=/ipfs/{First.Root}");
        await using var gateway = await StartAsync();
        var reply = await gateway.MeansAsync(name, First);
        Assert.Equal("no-cache", reply["Cache-Control"]);
        Assert.Equal(200, (await gateway.Running.GetAsync($"/v2/{name}/blobs/{First.Layers[0]}")).Status);
        Assert.Equal([$"_dnslink.{Domain}"], _dns.Asked);
        // No name leads to its own hosts, nor is an upstream asked about it.
        Assert.Empty(_upstream.NameRequests());
    }

    [Fact]
    public async Task A_link_of_the_domain_itself_counts_where_there_is_no_other()
    {
        _dns.Set(Domain, $"dnslink=/ipfs/{First.Root.ToBase32()}/app");
        await using var gateway = await StartAsync();
        await gateway.MeansAsync($"ipns/{Domain}", First);
        Assert.Equal([$"_dnslink.{Domain}", Domain], _dns.Asked);
        // Nor where there is a name without a link.
        _dns.Set("_dnslink.other.example.org", "hello");
        _dns.Set("other.example.org", $"dnslink=/ipfs/{Second.Root}");
        await gateway.MeansAsync("other.example.org/app", Second);
    }

    [Fact]
    public async Task A_domain_may_lead_to_a_key_and_a_key_to_a_domain()
    {
        var key = IpnsKey.Ed25519("linked");
        _dns.Set($"_dnslink.{Domain}", $"dnslink=/ipns/{key.Name}");
        _dns.Set("_dnslink.tree.example.org", $"dnslink=/ipfs/{First.Root}");
        _upstream.Names.Records[$"{key.Name}"] = To("/ipns/Tree.Example.ORG").Sign(key);
        await using var gateway = await StartAsync();
        await gateway.MeansAsync(Name, First);
        _dns.Set("_dnslink.circle.example.org", "dnslink=/ipns/circle.example.org");
        Assert.Contains("without end", (await gateway.GetTagAsync("circle.example.org/app")).IsFailure(502), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_is_asked_for_again_when_its_time_is_over()
    {
        _dns.Set($"_dnslink.{Domain}", ttl: 1, $"dnslink=/ipfs/{First.Root}");
        await using var gateway = await StartAsync();
        await gateway.MeansAsync(Name, First);
        _dns.Set($"_dnslink.{Domain}", ttl: 0, $"dnslink=/ipfs/{Second.Root}");
        Assert.Equal(First.Schema2, (await gateway.GetTagAsync(Name)).BodyDigest);
        Assert.Single(_dns.Asked);
        await gateway.MeansAsync(Name, Second);
    }

    [Fact]
    public async Task Bounds_hold_whatever_the_time_to_live_is()
    {
        _dns.Set("_dnslink.short.example.org", ttl: 0, $"dnslink=/ipfs/{First.Root}");
        _dns.Set("_dnslink.long.example.org", ttl: int.MaxValue, $"dnslink=/ipfs/{First.Root}");
        await using var gateway = await StartAsync("--Gateway:Names:MinTtl=00:01:00", "--Gateway:Names:MaxTtl=00:01:00");
        await gateway.MeansAsync("short.example.org/app", First);
        await gateway.MeansAsync("short.example.org/app", First);
        Assert.Single(_dns.Asked);
        await using var impatient = await StartAsync("--Gateway:Names:MaxTtl=00:00:00.010");
        await impatient.MeansAsync("long.example.org/app", First);
        await Task.Delay(50, RunningGateway.Cancel);
        await impatient.MeansAsync("long.example.org/app", First);
        Assert.True(_dns.Asked.Count >= 3);
    }

    [Fact]
    public async Task A_domain_without_a_link_is_404_and_not_asked_for_again_at_once()
    {
        _dns.Set("_dnslink.empty.example.org");
        _dns.Set("empty.example.org", "hello");
        await using var gateway = await StartAsync();
        (await gateway.GetTagAsync(Name)).IsError(404, "NAME_UNKNOWN");
        (await gateway.GetTagAsync("empty.example.org/app")).IsError(404, "NAME_UNKNOWN");
        _dns.ClearAsked();
        (await gateway.GetTagAsync(Name)).IsError(404, "NAME_UNKNOWN");
        (await gateway.Running.GetAsync($"/v2/{Name}/blobs/{First.Config}")).IsError(404, "BLOB_UNKNOWN");
        Assert.Empty(_dns.Asked);
    }

    [Theory]
    [InlineData("silent", 504)]
    [InlineData("server failure", 502)]
    [InlineData("refused", 502)]
    [InlineData("two links", 502)]
    [InlineData("nowhere", 502)]
    public async Task What_a_name_server_does_wrong_is_said(string what, int status)
    {
        _dns.IsSilent = what == "silent";
        _dns.Fails = what switch { "server failure" => 2, "refused" => 5, _ => null };
        _dns.Set($"_dnslink.{Domain}", what == "nowhere" ? ["dnslink=/ipfs/../x"] : [$"dnslink=/ipfs/{First.Root}", $"dnslink=/ipfs/{Second.Root}"]);
        await using var gateway = await StartAsync();
        (await gateway.GetTagAsync(Name)).IsFailure(status);
    }

    [Fact]
    public async Task While_no_name_server_answers_the_known_link_serves_and_one_that_is_gone_is_gone()
    {
        _dns.Set($"_dnslink.{Domain}", ttl: 0, $"dnslink=/ipfs/{First.Root}");
        await using var gateway = await StartAsync("--Gateway:Names:DnsTimeout=00:00:00.3");
        await gateway.MeansAsync(Name, First);
        _dns.IsSilent = true;
        await Task.Delay(50, RunningGateway.Cancel);
        Assert.Equal(First.Schema2, (await gateway.GetTagAsync(Name)).BodyDigest);

        _dns.IsSilent = false;
        await using var another = await StartAsync();
        await another.MeansAsync(Name, First);
        _dns.Remove($"_dnslink.{Domain}");
        await Task.Delay(50, RunningGateway.Cancel);
        (await another.GetTagAsync(Name)).IsError(404, "NAME_UNKNOWN");
    }

    [Theory]
    [InlineData("ipns/localhost/app")]
    [InlineData("ipns/a.localhost/app")]
    [InlineData("printer.local/app")]
    [InlineData("ipns/service.internal/app")]
    [InlineData("nas.lan/app")]
    [InlineData("router.home.arpa/app")]
    [InlineData("1.0.0.127.in-addr.arpa/app")]
    [InlineData("ipns/intranet/app")]
    [InlineData("127.0.0.1/app")]
    [InlineData("ipns/10.0.0.1/app")]
    [InlineData("0x7f.1/app")]
    [InlineData("v1.2/app")]
    [InlineData("my_images.example/a")]
    [InlineData("a.b-/app")]
    [InlineData("library/alpine.org")]
    [InlineData("ipfs/images.example.org/app")]
    [InlineData("ipns")]
    [InlineData("ipfs")]
    public async Task What_is_no_public_domain_is_never_asked_for(string name)
    {
        await using var gateway = await StartAsync();
        var status = (await gateway.GetTagAsync(name)).Status;
        Assert.True(status is 404 or 400, $"{status}");
        Assert.Empty(_dns.Asked);
        Assert.Empty(_upstream.NameRequests());
    }

    [Fact]
    public async Task A_setting_leaves_domains_to_an_upstream_that_is_believed()
    {
        _upstream.Names.Roots[Domain] = First.Root;
        await using var gateway = await StartAsync("--Gateway:Names:DnsLinks=Upstream");
        await gateway.MeansAsync(Name, First);
        await gateway.MeansAsync($"{Domain}/app", First);
        Assert.Equal(("HEAD", $"/ipns/{Domain}/"), (_upstream.NameRequests()[0].Method, _upstream.NameRequests()[0].Target));
        (await gateway.GetTagAsync("other.example.org/app")).IsError(404, "NAME_UNKNOWN");
        await using var strict = await StartAsync("--Gateway:Names:DnsLinks=Upstream", "--Gateway:Upstreams:PlainNames=Never");
        (await strict.GetTagAsync(Name)).IsFailure(502);
        Assert.Empty(_dns.Asked);
    }

    [Fact]
    public async Task A_setting_turns_domains_off()
    {
        _dns.Set($"_dnslink.{Domain}", $"dnslink=/ipfs/{First.Root}");
        await using var gateway = await StartAsync("--Gateway:Names:DnsLinks=Never");
        (await gateway.GetTagAsync(Name)).IsError(404, "NAME_UNKNOWN");
        Assert.Empty(_dns.Asked);
    }

    [Fact]
    public async Task Without_upstreams_a_domain_leads_to_the_store()
    {
        using var store = new TemporaryFolder();
        var root = await Samples.PublishAsync(store.Path, "docker-20.10.24.tar");
        _dns.Set($"_dnslink.{Domain}", $"dnslink=/ipfs/{root}");
        await using var gateway = await RunningGateway.StartAsync(store.Path, _dns.Setting);
        Assert.Equal(200, (await gateway.GetAsync($"/v2/{Domain}/t/tiny/manifests/s2")).Status);
        _dns.Set("_dnslink.elsewhere.example.org", $"dnslink=/ipfs/{First.Root}");
        (await gateway.GetAsync("/v2/elsewhere.example.org/app/manifests/latest")).IsError(404, "NAME_UNKNOWN");
    }

    private Task<PullingGateway> StartAsync(params string[] settings) => PullingGateway.StartAsync(_upstream, [.. PullingGateway.Patient(patience: 2), .. _dns.Setting, .. settings]);
}

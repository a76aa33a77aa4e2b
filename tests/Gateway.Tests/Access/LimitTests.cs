using System.Net;
using System.Text;
using Image2Ipfs.Gateway.Access;
using Image2Ipfs.Gateway.Tests.Observe;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Access;

/// <summary>How much one client may ask for.</summary>
public sealed class LimitTests(Samples samples)
{
    private const string Proxy = "--Gateway:Proxy:KnownProxies:0=127.0.0.1";

    private string Manifest => $"/v2/{samples.Tiny.ToRepositoryComponent()}/t/tiny/manifests/s2";

    [Fact]
    public async Task What_is_above_the_burst_is_refused_until_there_is_room_again()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, "--Gateway:Access:RequestsPerMinute=30", "--Gateway:Access:Burst=5");
        using var measured = new Measured(gateway);
        for (var i = 0; i < 5; i++)
            Assert.Equal(200, (await gateway.GetAsync(Manifest)).Status);
        var refused = await gateway.GetAsync(Manifest);
        refused.IsError(429, "TOOMANYREQUESTS");
        Assert.Equal("2", refused["Retry-After"]);
        var text = await gateway.GetAsync($"/ipfs/{samples.Tiny}");
        Assert.Equal((429, "2", "text/plain; charset=utf-8"), (text.Status, text["Retry-After"], text["Content-Type"]));
        Assert.Equal(429, (await gateway.HeadAsync("/metrics")).Status);
        // Whoever looks after it always gets in.
        foreach (var path in new[] { "/health/live", "/health/ready" })
            Assert.Equal(200, (await gateway.GetAsync(path)).Status);
        Assert.Equal(3, measured.Sum("image2ipfs.refused", "rate"));
        await Task.Delay(TimeSpan.FromSeconds(2.2), RunningGateway.Cancel);
        Assert.Equal(200, (await gateway.GetAsync(Manifest)).Status);
    }

    [Fact]
    public async Task Each_address_that_a_known_proxy_names_has_its_own_and_a_network_of_IPv6_one()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, Proxy, "--Gateway:Access:RequestsPerMinute=1", "--Gateway:Access:Burst=2");
        foreach (var (address, status) in new[]
        {
            ("192.0.2.1", 200), ("192.0.2.1", 200), ("192.0.2.1", 429), ("192.0.2.2", 200), ("::ffff:192.0.2.1", 429),
            ("2001:db8::1", 200), ("2001:db8::2", 200), ("2001:db8::ffff:3", 429), ("2001:db8:0:1::1", 200),
        })
            Assert.Equal((address, status), (address, (await gateway.GetAsync("/v2/", ("X-Forwarded-For", address))).Status));
    }

    [Fact]
    public async Task Nobody_gets_more_by_saying_that_he_is_somebody_else()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, "--Gateway:Access:RequestsPerMinute=1", "--Gateway:Access:Burst=2");
        for (var i = 1; i <= 4; i++)
            Assert.Equal(i <= 2 ? 200 : 429, (await gateway.GetAsync("/v2/", ("X-Forwarded-For", $"192.0.2.{i}"))).Status);
    }

    [Fact]
    public async Task A_user_has_the_same_wherever_he_comes_from_and_those_without_a_login_do_not_take_it()
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Basic", Proxy, "--Gateway:Access:RequestsPerMinute=1", "--Gateway:Access:Burst=2");
        foreach (var (address, login, status) in new[]
        {
            ("192.0.2.1", GuardedGateway.Alice, 200), ("192.0.2.2", GuardedGateway.Alice, 200), ("192.0.2.3", GuardedGateway.Alice, 429),
            ("192.0.2.1", GuardedGateway.Bob, 200),
            ("192.0.2.1", ("X-None", "x"), 401), ("192.0.2.1", ("X-None", "x"), 401), ("192.0.2.1", ("X-None", "x"), 429),
            ("192.0.2.1", GuardedGateway.Bob, 200), ("192.0.2.1", GuardedGateway.Bob, 429),
        })
            Assert.Equal(status, (await gateway.Running.GetAsync("/v2/", login, ("X-Forwarded-For", address))).Status);
    }

    [Fact]
    public async Task So_many_run_at_the_same_time_and_no_more()
    {
        var image = UpstreamImage.Of(Keystream.Bytes("at once", 16_000_000));
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(image.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, [.. PullingGateway.Patient(patience: 60), "--Gateway:Access:ConcurrentRequests=2", Proxy]);
        using var measured = new Measured(gateway.Running);
        await gateway.GetTagAsync(image);
        upstream.BytesPerSecond = 2_000_000;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(RunningGateway.Cancel);
        var path = image.PathOf(image.Layers[0]);
        var running = Enumerable.Range(0, 2).Select(_ => gateway.Running.Http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, end.Token)).ToList();
        foreach (var response in await Task.WhenAll(running))
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var refused = await gateway.Running.GetAsync("/v2/");
        refused.IsError(429, "TOOMANYREQUESTS");
        Assert.Equal("1", refused["Retry-After"]);
        Assert.Equal(200, (await gateway.Running.GetAsync("/health/ready")).Status);
        Assert.Equal(200, (await gateway.Running.GetAsync("/v2/", ("X-Forwarded-For", "192.0.2.1"))).Status);
        Assert.Equal(1, measured.Sum("image2ipfs.refused", "concurrency"));
        // Those that end, and those that leave, make room.
        foreach (var response in running)
            (await response).Dispose();
        for (var i = 0; i < 50 && (await gateway.Running.GetAsync("/v2/")).Status != 200; i++)
            await Task.Delay(100, RunningGateway.Cancel);
        Assert.Equal(200, (await gateway.Running.GetAsync("/v2/")).Status);
    }

    [Fact]
    public async Task Off_there_is_nothing_in_the_way()
    {
        await using var gateway = await RunningGateway.StartAsync(samples.Folder);
        Assert.Equal("public, max-age=31536000, immutable", (await gateway.GetAsync(Manifest, GuardedGateway.Basic("any", "body")))["Cache-Control"]);
        Assert.Contains("\"store\"", Encoding.UTF8.GetString((await gateway.GetAsync("/health/ready")).Body), StringComparison.Ordinal);
        Assert.Equal(404, (await gateway.GetAsync("/token")).Status);
    }

    [Fact]
    public void A_client_is_an_address_or_a_network()
    {
        Assert.Equal("192.0.2.1", Client.At(IPAddress.Parse("192.0.2.1")).Name);
        Assert.Equal("192.0.2.1", Client.At(IPAddress.Parse("::ffff:192.0.2.1")).Name);
        Assert.Equal("2001:db8:1:2::/64", Client.At(IPAddress.Parse("2001:db8:1:2:3:4:5:6")).Name);
        Assert.Equal("socket", Client.At(null).Name);
        Assert.NotEqual(Client.At(IPAddress.Parse("192.0.2.1")), new Client("192.0.2.1", IsUser: true));
    }
}

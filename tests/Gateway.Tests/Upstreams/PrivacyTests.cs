using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>What a client is known by stays here, and what upstreams want clients to be known by too.</summary>
public sealed class PrivacyTests
{
    private static readonly UpstreamImage Image = UpstreamImage.Of(Keystream.Bytes("private", 600_000));

    private static readonly (string Name, string Value)[] Known =
    [
        ("Authorization", "Bearer secret"),
        ("Proxy-Authorization", "Basic secret"),
        ("Cookie", "session=secret"),
        ("Host", "secret.example"),
        ("Referer", "http://secret.example/"),
        ("Origin", "http://secret.example"),
        ("X-Forwarded-Host", "secret.example"),
        ("X-Forwarded-For", "192.0.2.77"),
        ("User-Agent", "secret/1.0"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("tracestate", "secret=1"),
        ("baggage", "user=secret"),
    ];

    [Theory]
    [InlineData("Car")]
    [InlineData("Raw")]
    [InlineData("Path")]
    public async Task Nothing_that_a_client_is_known_by_goes_upstream(string way)
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks), Enum.Parse<Ways>(way));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        foreach (var path in new[] { Image.ByTag, Image.PathOf(Image.Config), Image.PathOf(Image.Layers[0]) })
            Assert.Equal(200, (await gateway.Running.GetAsync(path, Known)).Status);

        Assert.NotEmpty(upstream.Requests);
        Assert.All(upstream.Requests, request =>
        {
            Assert.Equal(upstream.Address.Authority, request["Host"]);
            foreach (var (name, value) in request.Headers)
            {
                Assert.DoesNotContain("secret", value, StringComparison.Ordinal);
                Assert.DoesNotContain("192.0.2.77", value, StringComparison.Ordinal);
                Assert.DoesNotContain("0af7651916cd43dd8448eb211c80319c", value, StringComparison.Ordinal);
                Assert.False(name.Equals("Cookie", StringComparison.OrdinalIgnoreCase));
            }
        });
    }

    [Fact]
    public async Task Cookies_of_an_upstream_do_not_come_back_to_it()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        upstream.Arm(Faults.Named("Set-Cookie and odd headers"));
        await gateway.PullAsync(Image);
        Assert.Contains(upstream.Requests, r => r.Fault is not null);
        Assert.All(upstream.Requests, r => Assert.Null(r["Cookie"]));
    }

    [Fact]
    public async Task Headers_of_an_upstream_do_not_come_down()
    {
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient());
        upstream.Arm(Faults.Named("Set-Cookie and odd headers"));
        foreach (var path in new[] { Image.ByTag, Image.PathOf(Image.Layers[0]), $"/ipfs/{Image.Root}/app/index.json" })
        {
            var reply = await gateway.Running.GetAsync(path);
            Assert.Equal(200, reply.Status);
            Assert.All(Faults.OddHeaders, odd => Assert.NotEqual(odd.Value, reply[odd.Name]));
        }
    }
}

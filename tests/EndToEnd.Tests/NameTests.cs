using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.EndToEnd.Tests.Upstreams;
using Image2Ipfs.Ipns;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>Clients pull by names that say where a tree is now. When the name moves, the same pull gives the image that it leads to then.</summary>
public sealed class NameTests(Site site, IpfsNode node)
{
    private const string Domain = "images.example.org";

    /// <summary>A name is asked for again after a second.</summary>
    private static readonly string[] Eager = ["--Gateway:Names:MinTtl=00:00:00.010", "--Gateway:Names:MaxTtl=00:00:01"];

    private static readonly TimeSpan MaxTtl = TimeSpan.FromSeconds(1.2);

    /// <summary>The node gives no records, nor takes a name in base36: it is asked where the name leads, and believed.</summary>
    [EndToEndTheory]
    [MemberData(nameof(ClientNames.Through), MemberType = typeof(ClientNames))]
    public async Task A_key_of_a_node(string client)
    {
        var key = Path.GetRandomFileName();
        var id = (await node.AskAsync($"key/gen?arg={key}&type=ed25519")).GetProperty("Id").GetString()!;
        await using var gateway = await site.EmptyGatewayAsync([await node.GatewayAsync()], Eager);
        await PullsWhatTheNameLeadsToAsync(client, $"{gateway.Authority}/ipns/{IpnsName.Parse(id)}", async image =>
        {
            await using (var car = File.OpenRead(image.Car))
                Assert.Equal(image.Root, await node.ImportAsync(car));
            await node.AskAsync($"name/publish?arg=/ipfs/{image.Root}&key={key}&allow-offline=true");
        });
    }

    /// <summary>The upstream's word alone would not do.</summary>
    [EndToEndTheory]
    [MemberData(nameof(ClientNames.Through), MemberType = typeof(ClientNames))]
    public async Task A_key_whose_record_an_upstream_has(string client)
    {
        var key = IpnsKey.Ed25519(client);
        var sequence = 0ul;
        await using var upstream = await RecordProxy.StartAsync((await site.GatewayAsync()).Address, $"{key.Name}");
        await using var gateway = await site.EmptyGatewayAsync([upstream.Address], [.. Eager, "--Gateway:Upstreams:PlainNames=Never"]);
        await PullsWhatTheNameLeadsToAsync(client, $"{gateway.Authority}/{key.Name}", image =>
        {
            upstream.Record = new IpnsEntry($"/ipfs/{image.Root}") { Sequence = ++sequence }.Sign(key);
            return Task.CompletedTask;
        });
        Assert.True(upstream.Answered > 1);
    }

    [EndToEndTheory]
    [MemberData(nameof(ClientNames.Through), MemberType = typeof(ClientNames))]
    public async Task A_domain(string client)
    {
        using var dns = new TestDns();
        await using var gateway = await GatewayProcess.StartAsync(site.Store, [.. Eager, .. dns.Setting]);
        await PullsWhatTheNameLeadsToAsync(client, $"{gateway.Authority}/ipns/{Domain}", image =>
        {
            dns.Set($"_dnslink.{Domain}", $"dnslink=/ipfs/{image.Root}");
            return Task.CompletedTask;
        });
        Assert.All(dns.Asked, name => Assert.Equal($"_dnslink.{Domain}", name));
    }

    /// <summary>The root itself, in any text form that a name can have.</summary>
    [EndToEndTheory]
    [MemberData(nameof(ClientNames.Through), MemberType = typeof(ClientNames))]
    public async Task A_root_after_ipfs(string client)
    {
        var published = await site.PublishAsync("docker-20.10.24.tar");
        var image = published.Image("s2");
        foreach (var root in new[] { published.Root.Component, published.Root.Base32, published.Root.Base36 })
            (await (await site.ClientAsync(client)).PullAsync(await site.ReferenceAsync(published, image, ":s2", $"ipfs/{root}"))).AssertIs(image);
    }

    /// <summary>Of one name and tag, two images, one after the other. The client still has the first when it pulls the second.</summary>
    private async Task PullsWhatTheNameLeadsToAsync(string client, string name, Func<NamedImage, Task> publish)
    {
        var runtime = await site.ClientAsync(client);
        foreach (var text in new[] { "the first", "the second" })
        {
            var (car, archive) = (site.NewPath("tree.car"), site.NewPath("image.tar"));
            await File.WriteAllBytesAsync(archive, new TestImage([TestImage.Layer("base"), TestImage.Layer("file", text)], "team/app:1").Save(), TestContext.Current.CancellationToken);
            var published = await site.Publisher.PublishAsync(archive, "--to", $"car:{car}");
            await publish(new NamedImage(published.Root.Cid, car));
            await Task.Delay(MaxTtl, TestContext.Current.CancellationToken);
            (await runtime.PullAsync($"{name}/team/app:1")).AssertIs(published.Images.Single());
        }
    }

    /// <param name="Root">The CID of its tree.</param>
    /// <param name="Car">The tree.</param>
    private sealed record NamedImage(string Root, string Car);
}

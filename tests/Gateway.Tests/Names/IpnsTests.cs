using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Ipns;
using Image2Ipfs.Testing;
using static Image2Ipfs.Gateway.Tests.Names.NamedImages;

namespace Image2Ipfs.Gateway.Tests.Names;

/// <summary>Names of keys, whose records the upstreams give.</summary>
public sealed class IpnsTests
{
    private static readonly IpnsKey Key = IpnsKey.Ed25519("a publisher");
    private static readonly IpnsKey Other = IpnsKey.Ed25519("another publisher");

    private static string Name => $"ipns/{Key.Name}/app";

    [Theory]
    [InlineData("ipns/", "base36")]
    [InlineData("ipns/", "base32")]
    [InlineData("ipns/", "base16")]
    [InlineData("", "base36")]
    [InlineData("", "base32")]
    public async Task An_image_is_pulled_by_the_name_of_a_key(string prefix, string form)
    {
        await using var upstream = await TestUpstream.StartAsync(Blocks);
        upstream.Names.Records[$"{Key.Name}"] = To(First).Sign(Key);
        await using var gateway = await PullingGateway.StartAsync(upstream, Eager);
        var name = $"{prefix}{Cid.Parse(Key.Name.ToString()).Forms(form)}/app";
        var manifest = await gateway.MeansAsync(name, First);
        // A tag may mean another image in a moment; a digest never does.
        Assert.Equal("no-cache", manifest["Cache-Control"]);
        Assert.Equal(304, (await gateway.Running.GetAsync($"/v2/{name}/manifests/latest", ("Accept", "*/*"), ("If-None-Match", $"\"{First.Oci}\", \"{First.Schema2}\""))).Status);
        foreach (var path in new[] { $"manifests/{First.Oci}", $"blobs/{First.Layers[0]}", $"blobs/{First.Config}" })
            Assert.Contains("immutable", (await gateway.Running.GetAsync($"/v2/{name}/{path}"))["Cache-Control"], StringComparison.Ordinal);
        Assert.Equal(200, (await gateway.Running.HeadAsync($"/v2/{name}/manifests/latest")).Status);
        Assert.Equal(200, (await gateway.Running.GetAsync($"/v2/{name}/tags/list")).Status);
        Assert.Equal($"/ipns/{Key.Name}?format=ipns-record", Assert.Single(upstream.NameRequests()).Target);
        Assert.Equal(IpnsRecord.MediaType, upstream.NameRequests()[0]["Accept"]);
        // And by its root nothing moves.
        Assert.Contains("immutable", (await gateway.Running.GetAsync(First.ByTag))["Cache-Control"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Rsa")]
    [InlineData("Secp256k1")]
    [InlineData("Ecdsa")]
    public async Task Keys_of_the_other_kinds_have_names_too(string kind)
    {
        var key = kind switch { "Rsa" => IpnsKey.Rsa(), "Ecdsa" => IpnsKey.Ecdsa(), _ => IpnsKey.Secp256k1("k") };
        await using var upstream = await TestUpstream.StartAsync(Blocks);
        upstream.Names.Records[$"{key.Name}"] = (To(First) with { HasOldFields = true }).Sign(key);
        await using var gateway = await PullingGateway.StartAsync(upstream, Eager);
        await gateway.MeansAsync($"ipns/{key.Name}/app", First);
        if (kind == "Rsa")
            await gateway.MeansAsync($"ipns/{Cid.Parse(key.Name.ToBase58()).ToRepositoryComponent()}/app", First);
    }

    [Fact]
    public async Task A_record_may_point_below_a_root()
    {
        await using var upstream = await TestUpstream.StartAsync(Blocks);
        upstream.Names.Records[$"{Key.Name}"] = To($"/ipfs/{First.Root}/app/").Sign(Key);
        await using var gateway = await PullingGateway.StartAsync(upstream, Eager);
        await gateway.MeansAsync($"ipns/{Key.Name}", First);
        await gateway.MeansAsync($"{Key.Name}", First);
        (await gateway.GetTagAsync($"{Key.Name}/other")).IsError(404, "NAME_UNKNOWN");
    }

    [Fact]
    public async Task A_newer_record_is_taken_when_the_time_of_the_old_one_is_over_and_what_it_named_stays_for_those_who_pull_it()
    {
        await using var upstream = await TestUpstream.StartAsync(Blocks);
        upstream.Names.Records[$"{Key.Name}"] = (To(First, ttl: 2) with { Sequence = 1 }).Sign(Key);
        await using var gateway = await PullingGateway.StartAsync(upstream, Eager);
        await gateway.MeansAsync(Name, First);
        upstream.Names.Records[$"{Key.Name}"] = (To(Second, ttl: 0.05) with { Sequence = 2 }).Sign(Key);
        // Nobody asks before.
        Assert.Equal(First.Schema2, (await gateway.GetTagAsync(Name)).BodyDigest);
        Assert.Single(upstream.NameRequests());
        await gateway.MeansAsync(Name, Second);
        foreach (var image in new[] { First, Second })
        {
            Assert.Equal(image.Schema2, (await gateway.Running.GetAsync($"/v2/{Name}/manifests/{image.Schema2}")).BodyDigest);
            Assert.Equal(image.Layers[0], (await gateway.Running.GetAsync($"/v2/{Name}/blobs/{image.Layers[0]}")).BodyDigest);
        }
        upstream.Names.Records[$"{Key.Name}"] = (To(First, ttl: 0.05) with { Sequence = 3 }).Sign(Key);
        await gateway.MeansAsync(Name, First);
    }

    [Fact]
    public async Task An_older_record_does_not_take_the_place_of_a_newer_one()
    {
        await using var upstream = await TestUpstream.StartAsync(Blocks);
        upstream.Names.Records[$"{Key.Name}"] = (To(Second, ttl: 0.05) with { Sequence = 7 }).Sign(Key);
        await using var gateway = await PullingGateway.StartAsync(upstream, Eager);
        await gateway.MeansAsync(Name, Second);
        upstream.Names.Records[$"{Key.Name}"] = (To(First, ttl: 0.05) with { Sequence = 6 }).Sign(Key);
        upstream.ClearRequests();
        for (var i = 0; i < 50 && upstream.NameRequests().Count < 3; i++)
        {
            await Task.Delay(60, RunningGateway.Cancel);
            Assert.Equal(Second.Schema2, (await gateway.GetTagAsync(Name)).BodyDigest);
        }
        Assert.True(upstream.NameRequests().Count >= 3);
    }

    [Fact]
    public async Task Of_several_upstreams_records_the_newest_counts_whoever_is_quicker()
    {
        await using var old = await TestUpstream.StartAsync(Blocks);
        await using var wrong = await TestUpstream.StartAsync(Blocks);
        await using var slow = await TestUpstream.StartAsync(Blocks);
        old.Names.Records[$"{Key.Name}"] = (To(First) with { Sequence = 6 }).Sign(Key);
        wrong.Names.Records[$"{Key.Name}"] = (To(First) with { Sequence = 9 }).Sign(Other);
        slow.Names.Records[$"{Key.Name}"] = (To(Second) with { Sequence = 7 }).Sign(Key);
        slow.Names.Delay = TimeSpan.FromMilliseconds(300);
        await using var gateway = await PullingGateway.StartAsync([old, wrong, slow], [.. Eager, "--Gateway:Upstreams:HedgeAfter=00:00:05"]);
        Assert.Equal(Second.Schema2, (await gateway.GetTagAsync(Name)).BodyDigest);
    }

    [Fact]
    public async Task A_silent_upstream_is_not_waited_for_where_another_has_answered()
    {
        await using var quick = await TestUpstream.StartAsync(Blocks);
        await using var silent = await TestUpstream.StartAsync(Blocks);
        quick.Names.Records[$"{Key.Name}"] = To(First).Sign(Key);
        silent.Names.Delay = TimeSpan.FromMinutes(1);
        await using var gateway = await PullingGateway.StartAsync([silent, quick], [.. Eager, "--Gateway:Upstreams:FirstByteTimeout=00:00:30", "--Gateway:Upstreams:Patience=00:00:30"]);
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        await gateway.MeansAsync(Name, First);
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 10);
    }

    public static TheoryData<string> Wrong => ["tampered", "of another key", "expired", "too long", "no record at all", "without a signature"];

    [Theory, MemberData(nameof(Wrong))]
    public async Task A_record_that_does_not_prove_itself_is_502_and_says_who_gave_it(string what)
    {
        await using var upstream = await TestUpstream.StartAsync(Blocks);
        var right = To(First).Sign(Key);
        upstream.Names.Records[$"{Key.Name}"] = what switch
        {
            "tampered" => [.. right[..^30], (byte)(right[^30] ^ 1), .. right[^29..]],
            "of another key" => To(First).Sign(Other),
            "expired" => (To(First) with { Validity = IpnsEntry.Time(DateTimeOffset.UtcNow.AddSeconds(-1)) }).Sign(Key),
            "too long" => To("/ipfs/" + new string('x', IpnsRecord.MaxBytes)).Sign(Key),
            "no record at all" => [1, 2, 3],
            _ => right[66..],
        };
        // It would say more, without a proof; where it gave a wrong record, it is not believed either.
        upstream.Names.Roots[Key.Name.ToBase58()] = First.Root;
        await using var gateway = await PullingGateway.StartAsync(upstream, Eager);
        Assert.Contains("gateway1", (await gateway.GetTagAsync(Name)).IsFailure(502), StringComparison.Ordinal);
        Assert.Equal(502, (await gateway.Running.GetAsync($"/v2/{Name}/blobs/{First.Config}")).Status);
        // Its circuit stays closed: what it gives rightly is still taken.
        for (var i = 0; i < 20; i++)
            Assert.Equal(502, (await gateway.GetTagAsync(Name)).Status);
        await gateway.GetTagAsync(First);
    }

    [Theory]
    [InlineData("/ipfs/QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH/../../api")]
    [InlineData("/ipfs/QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH/a?format=car")]
    [InlineData("/ipfs/QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH/a//b")]
    [InlineData("/ipfs/QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH/%2e%2e")]
    [InlineData("/ipfs/library")]
    [InlineData("/ipfs/")]
    [InlineData("/ipns/localhost")]
    [InlineData("/ipld/QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH")]
    [InlineData("http://127.0.0.1/")]
    [InlineData("")]
    public async Task A_record_that_points_nowhere_is_502_and_nobody_is_asked_for_it(string value)
    {
        await using var upstream = await TestUpstream.StartAsync(Blocks);
        upstream.Names.Records[$"{Key.Name}"] = To(value).Sign(Key);
        await using var gateway = await PullingGateway.StartAsync(upstream, Eager);
        Assert.Contains("no path that leads to a tree", (await gateway.GetTagAsync(Name)).IsFailure(502), StringComparison.Ordinal);
        Assert.All(upstream.Requests, r => Assert.True(r.IsProbe || r.Path == $"/ipns/{Key.Name}", r.Target));
    }

    [Fact]
    public async Task Names_may_point_to_names_but_not_in_a_circle_nor_without_end()
    {
        var keys = Enumerable.Range(0, 12).Select(i => IpnsKey.Ed25519($"step {i}")).ToList();
        await using var upstream = await TestUpstream.StartAsync(Blocks);
        void Point(int from, string to) => upstream.Names.Records[$"{keys[from].Name}"] = To(to).Sign(keys[from]);
        Point(0, $"/ipns/{keys[1].Name}");
        Point(1, $"/ipns/{keys[2].Name.ToBase58()}/app");
        Point(2, $"/ipfs/{First.Root}");
        Point(3, $"/ipns/{keys[4].Name}");
        Point(4, $"/ipns/{keys[3].Name}/a");
        for (var i = 5; i < 11; i++)
            Point(i, $"/ipns/{keys[i + 1].Name}");
        Point(11, $"/ipns/{keys[0].Name}");
        await using var gateway = await PullingGateway.StartAsync(upstream, Eager);
        await gateway.MeansAsync($"ipns/{keys[0].Name}", First);
        Assert.Contains("without end", (await gateway.GetTagAsync($"ipns/{keys[3].Name}/app")).IsFailure(502), StringComparison.Ordinal);
        Assert.Contains("more than", (await gateway.GetTagAsync($"ipns/{keys[5].Name}")).IsFailure(502), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_nobody_knows_is_404_and_not_asked_for_again_at_once()
    {
        await using var upstream = await TestUpstream.StartAsync(Blocks);
        await using var gateway = await PullingGateway.StartAsync(upstream, Eager);
        (await gateway.GetTagAsync(Name)).IsError(404, "NAME_UNKNOWN");
        upstream.ClearRequests();
        (await gateway.GetTagAsync(Name)).IsError(404, "NAME_UNKNOWN");
        (await gateway.Running.GetAsync($"/v2/{Name}/blobs/{First.Config}")).IsError(404, "BLOB_UNKNOWN");
        Assert.Empty(upstream.NameRequests());
    }

    /// <summary>As Kubo without a name system (500), a strict one (406), go-ipfs of 2019 (its entity tag) and js-ipfs (500 for the name, or overlooks the format).</summary>
    [Theory]
    [InlineData(404, "X-Ipfs-Roots")]
    [InlineData(400, "X-Ipfs-Roots")]
    [InlineData(406, "X-Ipfs-Roots")]
    [InlineData(500, "X-Ipfs-Roots")]
    [InlineData(200, "X-Ipfs-Roots")]
    [InlineData(200, "ETag")]
    [InlineData(200, "title")]
    [InlineData(500, "title")]
    public async Task Where_an_upstream_of_ones_own_gives_no_records_it_is_believed(int withoutRecord, string saysIn)
    {
        await using var upstream = await TestUpstream.StartAsync(Blocks);
        (upstream.Names.WithoutRecord, upstream.Names.SaysIn) = (withoutRecord, saysIn);
        upstream.Names.Roots[Key.Name.ToBase58()] = First.Root;
        await using var gateway = await PullingGateway.StartAsync(upstream, Eager);
        await gateway.MeansAsync(Name, First);
        string[] ways = saysIn == "title" ? ["HEAD", "GET"] : ["HEAD"];
        Assert.Equal(ways.Select(way => (way, $"/ipns/{Key.Name.ToBase58()}/")), upstream.NameRequests().TakeLast(ways.Length).Select(r => (r.Method, r.Target)));

        await using var strict = await PullingGateway.StartAsync(upstream, [.. Eager, "--Gateway:Upstreams:PlainNames=Never"]);
        upstream.ClearRequests();
        Assert.InRange((await strict.GetTagAsync(Name)).Status, 404, 502);
        Assert.DoesNotContain(upstream.NameRequests(), r => r.Method == "HEAD");
    }

    [Theory]
    [InlineData("<title>/ipfs/QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH/../x/</title>")]
    [InlineData("<title>/ipns/images.example.org/</title>")]
    [InlineData("<title>Images</title>")]
    [InlineData("<p>/ipfs/QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH/</p>")]
    public async Task A_page_that_does_not_say_where_the_name_leads_is_502(string page)
    {
        await using var upstream = await TestUpstream.StartAsync(Blocks);
        (upstream.Names.WithoutRecord, upstream.Names.Page) = (200, page);
        await using var gateway = await PullingGateway.StartAsync(upstream, Eager);
        Assert.Contains("does not say what", (await gateway.GetTagAsync(Name)).IsFailure(502), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_proven_is_not_given_up_for_what_is_only_said()
    {
        await using var upstream = await TestUpstream.StartAsync(Blocks);
        upstream.Names.Records[$"{Key.Name}"] = To(First, ttl: 0.05).Sign(Key);
        await using var gateway = await PullingGateway.StartAsync(upstream, Eager);
        await gateway.MeansAsync(Name, First);
        upstream.Names.Records.Clear();
        upstream.Names.Roots[Key.Name.ToBase58()] = Second.Root;
        await Task.Delay(100, RunningGateway.Cancel);
        Assert.Equal(First.Schema2, (await gateway.GetTagAsync(Name)).BodyDigest);
    }

    [Theory]
    [InlineData("absent")]
    [InlineData("down")]
    [InlineData("wrong")]
    public async Task While_nobody_gives_a_record_the_known_one_serves_until_it_ends(string failure)
    {
        await using var upstream = await TestUpstream.StartAsync(Blocks);
        var end = DateTimeOffset.UtcNow.AddSeconds(3);
        upstream.Names.Records[$"{Key.Name}"] = (To(First, ttl: 0.05) with { Validity = IpnsEntry.Time(end) }).Sign(Key);
        await using var gateway = await PullingGateway.StartAsync(upstream, Eager);
        await gateway.MeansAsync(Name, First);
        Assert.Equal(200, (await gateway.Running.GetAsync($"/v2/{Name}/blobs/{First.Config}")).Status);
        if (failure == "down")
            await upstream.StopAsync();
        else if (failure == "wrong")
            upstream.Names.Records[$"{Key.Name}"] = [1];
        else
            upstream.Names.Records.Clear();
        await Task.Delay(100, RunningGateway.Cancel);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(First.Schema2, (await gateway.GetTagAsync(Name)).BodyDigest);
            Assert.Equal(200, (await gateway.Running.GetAsync($"/v2/{Name}/blobs/{First.Config}")).Status);
        }
        await Task.Delay(end - DateTimeOffset.UtcNow + TimeSpan.FromMilliseconds(100), RunningGateway.Cancel);
        Assert.InRange((await gateway.GetTagAsync(Name)).Status, 404, 504);
    }

    [Fact]
    public async Task Fifty_clients_of_a_name_ask_once()
    {
        await using var upstream = await TestUpstream.StartAsync(Blocks);
        upstream.Names.Records[$"{Key.Name}"] = To(First).Sign(Key);
        upstream.Names.Delay = TimeSpan.FromMilliseconds(300);
        await using var gateway = await PullingGateway.StartAsync(upstream, Eager);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => gateway.MeansAsync(Name, First)));
        Assert.Single(upstream.NameRequests());
    }

    [Fact]
    public async Task A_request_that_came_through_here_before_asks_nobody()
    {
        await using var upstream = await TestUpstream.StartAsync(Blocks);
        upstream.Names.Records[$"{Key.Name}"] = To(First).Sign(Key);
        await using var gateway = await PullingGateway.StartAsync(upstream, Eager);
        (await gateway.Running.GetAsync($"/v2/{Name}/manifests/latest", ("Via", Loop.Via))).IsError(404, "NAME_UNKNOWN");
        Assert.Empty(upstream.NameRequests());
        await gateway.MeansAsync(Name, First);
        Assert.Equal(200, (await gateway.Running.GetAsync($"/v2/{Name}/manifests/latest", ("Via", Loop.Via))).Status);
    }

    [Fact]
    public async Task A_name_that_points_to_what_lies_in_the_store_is_served_from_there()
    {
        using var store = new TemporaryFolder();
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks());
        var root = await Samples.PublishAsync(store.Path, "docker-20.10.24.tar");
        upstream.Names.Records[$"{Key.Name}"] = To($"/ipfs/{root}").Sign(Key);
        await using var gateway = await RunningGateway.StartAsync(store.Path, [PullingGateway.To(upstream), $"--Gateway:Cache:Folder={store["cache"]}"]);
        Assert.Equal(200, (await gateway.GetAsync($"/v2/ipns/{Key.Name}/t/tiny/manifests/s2")).Status);
        Assert.All(upstream.Requests, r => Assert.True(r.IsProbe || r.Path == $"/ipns/{Key.Name}", r.Target));
    }
}

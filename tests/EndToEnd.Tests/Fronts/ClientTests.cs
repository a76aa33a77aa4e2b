using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Fronts;

/// <summary>Real clients pull from <c>example.org</c> over TLS, through each proxy of config/, and trust it by the tests' authority alone.</summary>
public sealed class ClientTests(Site site, FrontSite fronts) : IClassFixture<FrontSite>
{
    private static readonly string[] Clients = ["docker 20.10 graph", "docker 28.5 graph", "docker 28.5 store", "containerd 1.7", "containerd 2.1", "skopeo 1.9", "skopeo 1.22"];

    public static MatrixTheoryData<string, string> EachThroughEach => new(["nginx files", "caddy h2c", "haproxy h2c"], Clients);

    [EndToEndTheory]
    [MemberData(nameof(EachThroughEach))]
    public async Task A_client_pulls_by_tag_and_by_digest(string name, string client)
    {
        var front = await fronts.FrontAsync(name);
        var published = await site.PublishAsync("docker-20.10.24.tar");
        var image = published.Image("s2");
        foreach (var suffix in new[] { ":s2", $"@{image.Manifest(MediaType.Schema2).Digest}", $"@{image.Manifest(MediaType.OciManifest).Digest}" })
        {
            var runtime = await site.ClientAsync(client);
            (await PullAsync(runtime, front, await site.ReferenceAsync(published, image, suffix, authority: front.Authority))).AssertIs(image);
        }
    }

    /// <summary>Docker's graph drivers are not here: they ask no authority about whom they find on this machine.</summary>
    [EndToEndTheory]
    [InlineData("docker 28.5 store")]
    [InlineData("containerd 2.1")]
    [InlineData("skopeo 1.22")]
    public async Task A_client_pulls_nothing_from_whom_it_does_not_trust(string client)
    {
        await using var front = await fronts.StartAsync("nginx", (await fronts.GatewayAsync()).Address);
        var published = await site.PublishAsync("docker-20.10.24.tar");
        var reference = await site.ReferenceAsync(published, published.Image("s2"), ":s2", authority: front.Authority);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await ((await site.ClientAsync(client)) switch
        {
            Containerd containerd => containerd.PullAsync(reference, []),
            Skopeo skopeo => skopeo.CopyAsync($"docker://{reference}"),
            var other => other.PullAsync(reference),
        }));
        Assert.Contains("certificate", error.Message, StringComparison.Ordinal);
    }

    private async Task<PulledImage> PullAsync(Client client, Front front, string reference)
    {
        switch (client)
        {
            case DockerEngine docker:
                await DockerEngine.TrustAsync(front.Authority, fronts.Authority.File);
                return await docker.PullAsync(reference);
            case Containerd containerd:
                var hosts = Path.GetDirectoryName(site.NewPath("hosts"))!;
                Directory.CreateDirectory(Path.Combine(hosts, front.Authority));
                await File.WriteAllTextAsync(Path.Combine(hosts, front.Authority, "hosts.toml"), $"""
                    server = "https://{front.Authority}"

                    [host."https://{front.Authority}"]
                      ca = "{fronts.Authority.File}"
                    """);
                return await containerd.PullAsync(reference, "--hosts-dir", hosts);
            case Skopeo skopeo:
                return await skopeo.CopyAsync($"docker://{reference}", "--src-cert-dir", Path.GetDirectoryName(fronts.Authority.File)!);
            default:
                throw new ArgumentException($"{client} is not told whom to trust", nameof(client));
        }
    }
}

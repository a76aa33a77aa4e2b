using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>The Gateway as a mirror: clients pull a name of a hub from it, go on to the hub for what it does not have, and say what they always say where neither is there.</summary>
public sealed class MirrorTests(Site site)
{
    /// <summary>Nobody listens there.</summary>
    private const string NoHub = "http://127.0.0.1:9";

    private const string HubIsAway = "connection refused";

    [EndToEndTheory]
    [InlineData("docker 20.10 graph")]
    [InlineData("docker 28.5 graph")]
    [InlineData("docker 28.5 store")]
    public async Task Docker_pulls_a_name_of_its_hub_from_the_mirror(string client)
    {
        var docker = (DockerEngine)await site.ClientAsync(client);
        var (image, mirror) = await MirrorAsync();
        try
        {
            await docker.UseMirrorAsync(mirror.Address);
            (await docker.PullAsync("tiny:s2")).AssertIs(image);
            Assert.Equal("hello from tiny", (await docker.RunAsync("tiny:s2")).Trim());
            (await docker.PullAsync($"docker.io/library/tiny@{image.Manifest(MediaType.Schema2).Digest}")).AssertIs(image);
            // What the mirror does not have, the hub is asked for. Some clients then say what the one said, some what the other did.
            Assert.Matches(HubIsAway + "|not found", await docker.FailToPullAsync("other:s2"));

            await docker.ForgetAsync();
            await mirror.DisposeAsync();
            Assert.Matches(HubIsAway, await docker.FailToPullAsync("tiny:s2"));
        }
        finally
        {
            await docker.UseMirrorAsync(null);
            await mirror.DisposeAsync();
        }
    }

    [EndToEndTheory]
    [InlineData("containerd 1.7")]
    [InlineData("containerd 2.1")]
    public async Task Containerd_pulls_a_name_of_a_hub_from_the_mirror(string client)
    {
        var containerd = (Containerd)await site.ClientAsync(client);
        var (image, mirror) = await MirrorAsync();
        try
        {
            var hosts = await HostsAsync(mirror, new Uri(NoHub));
            (await containerd.PullAsync("docker.io/library/tiny:s2", "--hosts-dir", hosts)).AssertIs(image);
            Assert.Equal("hello from tiny", (await containerd.RunAsync("docker.io/library/tiny:s2")).Trim());
            Assert.Matches(HubIsAway + "|not found", await containerd.FailToPullAsync("docker.io/library/other:s2", "--hosts-dir", hosts));

            await containerd.ForgetAsync();
            await mirror.DisposeAsync();
            Assert.Matches(HubIsAway, await containerd.FailToPullAsync("docker.io/library/tiny:s2", "--hosts-dir", hosts));
        }
        finally
        {
            await mirror.DisposeAsync();
        }
    }

    /// <summary>Another Gateway is the hub.</summary>
    [EndToEndTheory]
    [InlineData("containerd 1.7")]
    [InlineData("containerd 2.1")]
    public async Task Containerd_goes_on_to_the_hub_for_what_the_mirror_does_not_have(string client)
    {
        var containerd = (Containerd)await site.ClientAsync(client);
        var (image, hub) = await MirrorAsync();
        await using (hub)
        await using (var mirror = await GatewayProcess.StartAsync(site.NewPath("store"), Arguments("docker.io/library/else", "no/such")))
        {
            var hosts = await HostsAsync(mirror, hub.Address);
            (await containerd.PullAsync("docker.io/library/tiny:s2", "--hosts-dir", hosts)).AssertIs(image);
        }
    }

    private async Task<(PublishedImage Image, GatewayProcess Mirror)> MirrorAsync()
    {
        var published = await site.PublishAsync("docker-20.10.24.tar");
        var image = published.Image("s2");
        return (image, await GatewayProcess.StartAsync(site.Store, Arguments("docker.io/library/tiny", $"{published.Root.Component}/{image.Name}")));
    }

    private static string[] Arguments(string name, string root) => [$"--Gateway:Mirrors:Names:0:Name={name}", $"--Gateway:Mirrors:Names:0:Root={root}"];

    /// <summary>A folder as /etc/containerd/certs.d is.</summary>
    private async Task<string> HostsAsync(GatewayProcess mirror, Uri hub)
    {
        var folder = site.NewPath("hosts");
        Directory.CreateDirectory(Path.Combine(folder, "docker.io"));
        await File.WriteAllTextAsync(Path.Combine(folder, "docker.io", "hosts.toml"), $"""
            server = "{hub.GetLeftPart(UriPartial.Authority)}"

            [host."{mirror.Address.GetLeftPart(UriPartial.Authority)}"]
              capabilities = ["pull", "resolve"]
            """);
        return folder;
    }
}

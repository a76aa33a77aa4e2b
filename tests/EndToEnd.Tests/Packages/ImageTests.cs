using System.Text.Json;
using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Packages;

/// <summary>The Gateway pulls itself: its image is published, an engine pulls it from a Gateway and runs it, and that one serves a pull.</summary>
public sealed class ImageTests(Site site, Release release)
{
    [EndToEndTheory]
    [InlineData("docker 20.10 graph")]
    [InlineData("docker 28.5 store")]
    public async Task The_Gateway_runs_from_the_image_that_a_Gateway_served(string client)
    {
        var gateway = await PublishAsync();
        var reference = await site.ReferenceAsync(gateway, gateway.Images[0], ":test");
        var docker = (DockerEngine)await site.ClientAsync(client);
        (await docker.PullAsync(reference)).AssertIs(gateway.Images[0]);

        var published = await site.PublishAsync("docker-20.10.24.tar");
        var authority = $"127.0.0.1:{Port.Free()}";
        // There are no namespaces of networks here; for the rest, as docs/operating.md says.
        var container = (await docker.DockerAsync("run", "--detach", "--network=host", "--ulimit=nofile=1024:1024", "--read-only", "--cap-drop=ALL",
            $"--volume={site.Store}:/var/lib/image2ipfs:ro", $"--env=Urls=http://{authority}", reference)).Trim();
        try
        {
            await HealthyAsync(docker, container, authority);
            (await (await site.ClientAsync("skopeo 1.22")).PullAsync(await site.ReferenceAsync(published, published.Image("s2"), ":s2", authority: authority))).AssertIs(published.Image("s2"));
        }
        finally
        {
            await docker.DockerAsync("rm", "--force", container);
        }
    }

    [EndToEndFact]
    public async Task Nobody_in_the_image_is_root_and_nothing_in_it_is_a_shell()
    {
        var image = await release.ImageAsync();
        var folder = Path.GetDirectoryName(site.NewPath("x"))!;
        (await Command.RunAsync("tar", ["-xf", image, "-C", folder])).Succeeded();
        var config = JsonElement.Parse(await File.ReadAllBytesAsync(Directory.GetFiles(folder, "*.json").Single(f => !f.EndsWith("manifest.json", StringComparison.Ordinal)), TestContext.Current.CancellationToken)).GetProperty("config");
        Assert.Equal("65532:65532", config.GetProperty("User").GetString());
        foreach (var layer in new[] { "base.tar", "app.tar" })
        {
            var files = (await Command.RunAsync("tar", ["-tvf", Path.Combine(folder, layer)])).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.DoesNotContain(files, f => f.EndsWith("/sh", StringComparison.Ordinal) || f.Contains("/bin/", StringComparison.Ordinal));
            Assert.DoesNotContain(files, f => f[0] == '-' && f[..10].Contains('s', StringComparison.Ordinal)); // no setuid
        }
    }

    private async Task<Published> PublishAsync() => await site.Publisher.PublishAsync(await release.ImageAsync());

    private static async Task HealthyAsync(DockerEngine docker, string container, string authority)
    {
        for (var tries = 60; ; tries--)
        {
            try
            {
                Assert.Contains("ready", await docker.DockerAsync("exec", container, "/usr/lib/image2ipfs-gateway/Gateway", "health", $"http://{authority}"), StringComparison.Ordinal);
                return;
            }
            catch (InvalidOperationException) when (tries > 0)
            {
                await Task.Delay(500, TestContext.Current.CancellationToken);
            }
        }
    }
}

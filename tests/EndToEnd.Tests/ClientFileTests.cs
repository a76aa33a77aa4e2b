using System.Text.Json;
using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>The files of config/clients, as they are, in the clients that they are for: a Gateway listens where they say.</summary>
public sealed class ClientFileTests(Site site)
{
    private const string Authority = "127.0.0.1:5000";

    [EndToEndTheory]
    [InlineData("containerd 1.7")]
    [InlineData("containerd 2.1")]
    public Task Containerd_finds_the_Gateway_by_its_hosts_files(string client) => PullAsync(async (image, ofHub, ofRoot) =>
    {
        var containerd = (Containerd)await site.ClientAsync(client);
        var hosts = await CopyAsync("containerd", "certs.d");
        (await containerd.PullAsync(ofHub, "--hosts-dir", hosts)).AssertIs(image);
        (await containerd.PullAsync(ofRoot, "--hosts-dir", hosts)).AssertIs(image);
    });

    [EndToEndTheory]
    [InlineData("trixie", "config-1.toml", "io.containerd.grpc.v1.cri")]
    [InlineData("sid", "config-2.toml", "io.containerd.cri.v1.images")]
    public async Task Containerd_takes_the_folder_of_hosts_files_from_its_configuration(string root, string file, string plugin)
    {
        var dump = (await Scripts.RunAsync("in-root.sh", root, "containerd", "-c", await CopyAsync("containerd", file), "config", "dump")).Succeeded().Output;
        var section = dump[dump.IndexOf($"{plugin}", StringComparison.Ordinal)..];
        Assert.Matches("""config_path = ["']/etc/containerd/certs\.d["']""", section);
    }

    [EndToEndTheory]
    [InlineData("skopeo", "trixie")]
    [InlineData("skopeo", "sid")]
    [InlineData("podman", "sid")]
    public Task Podman_and_skopeo_find_the_Gateway_by_their_registries(string client, string where) => PullAsync(async (image, ofHub, ofRoot) =>
    {
        var file = await CopyAsync("containers", "registries.conf.d", "image2ipfs.conf");
        foreach (var reference in new[] { ofHub, ofRoot })
        {
            if (client == "skopeo")
            {
                var inspected = (await Scripts.RunAsync("daemonless.sh", "skopeo", where, "--registries-conf", file, "inspect", "--no-tags", $"docker://{reference}")).Succeeded().Output;
                Assert.Contains(JsonElement.Parse(inspected).GetProperty("Digest").GetString(), image.Here.Manifests.Select(m => m.Digest));
                continue;
            }
            (await Command.RunAsync(Scripts.PathOf("daemonless.sh"), [client, where, "pull", "--quiet", reference], new Dictionary<string, string?>
            {
                [Scripts.WorkFolderVariable] = Scripts.WorkFolder,
                ["CONTAINERS_REGISTRIES_CONF"] = file,
            })).Succeeded();
            Assert.Equal(image.Here.Id, $"sha256:{(await Scripts.RunAsync("daemonless.sh", client, where, "image", "inspect", "--format", "{{.Id}}", reference)).Succeeded().Output.Trim()}");
        }
    });

    [EndToEndFact]
    public Task Docker_takes_its_settings_and_pulls_by_them() => PullAsync(async (image, ofHub, ofRoot) =>
    {
        var file = await CopyAsync("docker", "daemon.json");
        (await Scripts.RunAsync("in-root.sh", "sid", "dockerd", "--validate", "--config-file", file)).Succeeded();
        var mirror = new Uri(JsonElement.Parse(await File.ReadAllBytesAsync(file)).GetProperty("registry-mirrors")[0].GetString()!);
        var docker = (DockerEngine)await site.ClientAsync("docker 28.5 store");
        try
        {
            await docker.UseMirrorAsync(mirror);
            (await docker.PullAsync(ofHub)).AssertIs(image);
            (await docker.PullAsync(ofRoot)).AssertIs(image);
        }
        finally
        {
            await docker.UseMirrorAsync(null);
        }
    });

    /// <summary>Debian has no BuildKit of its own; that the file is TOML, Python says.</summary>
    [EndToEndFact]
    public async Task BuildKits_file_says_what_is_plain_and_what_is_a_mirror()
    {
        const string Read = "import json, sys, tomllib; print(json.dumps(tomllib.load(open(sys.argv[1], 'rb'))))";
        var json = JsonElement.Parse((await Command.RunAsync("/usr/bin/python3", ["-c", Read, await CopyAsync("buildkit", "buildkitd.toml")])).Succeeded().Output).GetProperty("registry");
        Assert.True(json.GetProperty(Authority).GetProperty("http").GetBoolean());
        Assert.Equal(Authority, json.GetProperty("docker.io").GetProperty("mirrors")[0].GetString());
    }

    /// <summary>What kubectl makes of the folders of config/kubernetes.</summary>
    [EndToEndTheory]
    [InlineData("daemonset", "DaemonSet")]
    [InlineData("deployment", "Deployment")]
    public async Task Kubectl_puts_the_folders_together(string way, string kind)
    {
        var folder = site.NewPath("kubernetes");
        (await Command.RunAsync("cp", ["-R", Path.Combine(Vectors.Repository, "config", "kubernetes"), folder])).Succeeded();
        var yaml = (await Scripts.RunAsync("in-root.sh", "trixie", "kubectl", "kustomize", Path.Combine(folder, way))).Succeeded();
        Assert.Equal("", yaml.Error);
        Assert.Contains($"kind: {kind}\n", yaml.Output, StringComparison.Ordinal);
        Assert.Contains("image: image2ipfs-gateway:", yaml.Output, StringComparison.Ordinal);
        // The name that the settings' content gave: once where it is made, once where it is mounted.
        Assert.Equal(2, yaml.Output.Split("name: image2ipfs-gateway-").Length - 1);
        Assert.Contains("pod-security.kubernetes.io/enforce: ", yaml.Output, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task Prometheus_takes_its_settings_and_the_alerts() =>
        (await Command.RunAsync("promtool", ["check", "config", Path.Combine(Vectors.Repository, "config", "prometheus", "prometheus.yml")])).Succeeded();

    /// <param name="pull">With the image, its name in a hub of which the Gateway is a mirror, and its name under a root.</param>
    private async Task PullAsync(Func<PublishedImage, string, string, Task> pull)
    {
        var published = await site.PublishAsync("docker-20.10.24.tar");
        var image = published.Image("s2");
        await using var gateway = await GatewayProcess.StartAsync(site.Store, $"--urls=http://{Authority}",
            "--Gateway:Mirrors:Names:0:Name=docker.io/library/tiny", $"--Gateway:Mirrors:Names:0:Root={published.Root.Component}/{image.Name}");
        await pull(image, "docker.io/library/tiny:s2", await site.ReferenceAsync(published, image, ":s2", authority: Authority));
    }

    /// <summary>A file or folder of config/clients, where clients in a root see it.</summary>
    private async Task<string> CopyAsync(params string[] parts)
    {
        var copy = site.NewPath(parts[^1]);
        (await Command.RunAsync("cp", ["-R", Path.Combine([Vectors.Repository, "config", "clients", .. parts]), copy])).Succeeded();
        return copy;
    }
}

using System.Text.Json;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Runtimes;

/// <param name="version">20.10, 26.1 or 28.5.</param>
/// <param name="store"><c>graph</c>, or <c>store</c> for the containerd image store.</param>
public sealed class DockerEngine(string version, string store) : Client
{
    public override Task StartAsync() => EngineAsync("start");

    public override Task StopAsync() => EngineAsync("stop");

    public override Task ForgetAsync() => EngineAsync("wipe");

    public override async Task<PulledImage> PullAsync(string reference)
    {
        await DockerAsync("pull", "--quiet", reference);
        var image = JsonElement.Parse(await DockerAsync("image", "inspect", reference))[0];
        var id = image.GetProperty("Id").GetString()!;
        return new PulledImage
        {
            // The graph driver names an image by its configuration, the containerd image store by its manifest.
            Config = store == "graph" ? id : null,
            Manifest = store == "graph" ? DigestOf(image.GetProperty("RepoDigests")[0].GetString()!) : id,
            DiffIds = PulledImage.Texts(image.GetProperty("RootFS").GetProperty("Layers")),
        };
    }

    /// <summary>Makes it ask a mirror before its hub, or null for none.</summary>
    public Task UseMirrorAsync(Uri? mirror) => EngineAsync(mirror is null ? ["mirror"] : ["mirror", mirror.GetLeftPart(UriPartial.Authority)]);

    public override async Task<CommandResult?> LogInAsync(string registry, string user, string password) =>
        await Scripts.RunAsync("docker-engine.sh", [version, store, "docker", "login", "-u", user, "-p", password, registry]);

    public override Task LogOutAsync(string registry) => DockerAsync("logout", registry);

    /// <summary>What it keeps of logins.</summary>
    public Task<string> LoginsAsync() => File.ReadAllTextAsync(Path.Combine(Scripts.WorkFolder, $"docker-{version}-{store}", "logins", "config.json"));

    /// <summary>Makes all engines trust an authority about one registry.</summary>
    public static async Task TrustAsync(string registry, string authority)
    {
        var folder = Path.Combine(Scripts.WorkFolder, "etc", "certs.d", registry);
        Directory.CreateDirectory(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, "ca.crt"), await File.ReadAllBytesAsync(authority));
    }

    /// <summary>A pull that is to fail.</summary>
    /// <returns>What it says of that.</returns>
    public async Task<string> FailToPullAsync(string reference) =>
        (await Scripts.RunAsync("docker-engine.sh", [version, store, "docker", "pull", "--quiet", reference])).Failed().Error;

    public override async Task SaveAsync(string reference, string format, string path)
    {
        await DockerAsync("pull", "--quiet", reference);
        await DockerAsync("save", "-o", path, reference);
    }

    public override bool KeepsManifests(string format) => store == "store";

    public override Task<string> RunAsync(string reference) => DockerAsync("run", "--rm", "--network", "none", "--ulimit", "nofile=1024:1024", reference);

    /// <summary>The shell's words for this engine's <c>docker</c>.</summary>
    public string Command => $"'{Scripts.PathOf("docker-engine.sh")}' {version} {store} docker";

    public Task<string> DockerAsync(params IEnumerable<string> arguments) => EngineAsync(["docker", .. arguments]);

    private async Task<string> EngineAsync(params IEnumerable<string> arguments) =>
        (await Scripts.RunAsync("docker-engine.sh", [version, store, .. arguments])).Succeeded().Output;

    private static string DigestOf(string reference) => reference[(reference.IndexOf('@', StringComparison.Ordinal) + 1)..];
}

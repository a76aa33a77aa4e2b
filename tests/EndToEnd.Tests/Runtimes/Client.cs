using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Runtimes;

/// <summary>A real client of registries, in one version.</summary>
public abstract class Client
{
    public abstract Task StartAsync();

    public abstract Task StopAsync();

    /// <summary>Drops whatever was pulled: some clients do not ask again for what they have.</summary>
    public abstract Task ForgetAsync();

    /// <returns>What the client says that it has got.</returns>
    public abstract Task<PulledImage> PullAsync(string reference);

    /// <summary>Tells it who pulls from a registry.</summary>
    /// <returns>What came of it, or null: it asks the registry only when it pulls.</returns>
    public virtual Task<CommandResult?> LogInAsync(string registry, string user, string password) => throw new NotSupportedException($"{GetType().Name} has no logins here");

    public virtual Task LogOutAsync(string registry) => throw new NotSupportedException($"{GetType().Name} has no logins here");

    /// <summary>Runs the image that was pulled.</summary>
    /// <returns>What it printed.</returns>
    public virtual Task<string> RunAsync(string reference) => throw new NotSupportedException($"{GetType().Name} runs nothing here");

    /// <summary>Pulls an image and saves it to a path, in one of the client's formats.</summary>
    public virtual Task SaveAsync(string reference, string format, string path) => throw new NotSupportedException($"{GetType().Name} saves nothing");

    /// <summary>Whether what it saves has the manifest that it pulled, byte for byte.</summary>
    public virtual bool KeepsManifests(string format) => false;

    /// <param name="name">The program and its version, and for Docker the image store: <c>docker 26.1 graph</c>.</param>
    internal static Client Create(string name) => name.Split(' ') switch
    {
        ["docker", var version, var store] => new DockerEngine(version, store),
        ["containerd", var version] => new Containerd(version),
        ["skopeo", var version] => new Skopeo(Where(version, "1.9", "1.18", "1.22")),
        ["podman", var version] => new Podman(Where(version, "4.3", "5.4", "5.8")),
        ["buildah", var version] => new Buildah(Where(version, "1.28", "1.39", "1.43")),
        ["crane"] => new Crane(),
        ["oras"] => new Oras(),
        ["apptainer"] => new Apptainer(),
        _ => throw new ArgumentException($"there is no client '{name}'", nameof(name)),
    };

    /// <summary>Debian 12 is the machine itself, the newer ones are roots of their own.</summary>
    private static string Where(string version, string host, string trixie, string sid) =>
        version == host ? "host" :
        version == trixie ? "trixie" :
        version == sid ? "sid" :
        throw new ArgumentException($"there is no version {version}", nameof(version));
}

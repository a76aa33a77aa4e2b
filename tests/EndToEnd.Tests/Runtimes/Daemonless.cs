using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Runtimes;

/// <summary>A client that is nothing but its commands.</summary>
/// <param name="program">Its name.</param>
/// <param name="where"><c>host</c>, <c>trixie</c> or <c>sid</c>.</param>
public abstract class Daemonless(string program, string where) : Client
{
    /// <summary>The client's own folder, which it sees at the same path.</summary>
    protected string Home { get; } = Path.Combine(Scripts.WorkFolder, $"{program}-{where}");

    public override Task StartAsync() => Task.CompletedTask;

    public override Task StopAsync() => ForgetAsync();

    public override Task ForgetAsync()
    {
        if (Directory.Exists(Pulled))
            Directory.Delete(Pulled, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>What podman, skopeo and buildah call a registry without TLS.</summary>
    protected virtual string[] LoginCommand(string registry) => ["login", "--tls-verify=false", registry];

    public override async Task<CommandResult?> LogInAsync(string registry, string user, string password) =>
        await Scripts.RunAsync("daemonless.sh", [program, where, .. LoginCommand(registry), "-u", user, "-p", password]);

    public override Task LogOutAsync(string registry) => RunCommandAsync("logout", registry);

    /// <summary>Where a client that writes folders writes what it pulls.</summary>
    protected string Pulled => Path.Combine(Home, "pulled");

    internal async Task<string> RunCommandAsync(params IEnumerable<string> arguments) =>
        (await Scripts.RunAsync("daemonless.sh", [program, where, .. arguments])).Succeeded().Output;
}

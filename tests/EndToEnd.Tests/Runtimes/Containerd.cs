using System.Text;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Runtimes;

/// <param name="version">1.6, 1.7 or 2.1.</param>
public sealed class Containerd(string version) : Client
{
    private int _containers;
    private string[] _login = [];

    public override Task StartAsync() => DaemonAsync("start");

    public override Task StopAsync() => DaemonAsync("stop");

    public override Task ForgetAsync() => DaemonAsync("wipe");

    public override Task<PulledImage> PullAsync(string reference) => PullAsync(reference, ["--plain-http", .. _login]);

    public override Task<CommandResult?> LogInAsync(string registry, string user, string password)
    {
        _login = ["--user", $"{user}:{password}"];
        return Task.FromResult<CommandResult?>(null);
    }

    public override Task LogOutAsync(string registry)
    {
        _login = [];
        return Task.CompletedTask;
    }

    /// <param name="options">Of the pull.</param>
    public async Task<PulledImage> PullAsync(string reference, params string[] options)
    {
        await CtrAsync(["images", "pull", .. options, reference]);
        var line = (await CtrAsync("images", "list", $"name=={reference}")).Split('\n')[1];
        var target = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[2];
        return await PulledImage.ReadAsync(target, async digest => Encoding.UTF8.GetBytes(await CtrAsync("content", "get", digest)));
    }

    /// <summary>A pull that is to fail.</summary>
    /// <returns>What it says of that.</returns>
    public async Task<string> FailToPullAsync(string reference, params string[] options) =>
        (await Scripts.RunAsync("containerd.sh", [version, "ctr", "images", "pull", .. options, reference])).Failed().Error;

    public override async Task SaveAsync(string reference, string format, string path)
    {
        await CtrAsync("images", "pull", "--plain-http", reference);
        await CtrAsync("images", "export", path, reference);
    }

    /// <summary>Pulls an image, and pushes it to the IPFS node that runs, with the stargz snapshotter's ctr-remote.</summary>
    /// <returns>The CID that this prints.</returns>
    public async Task<string> PushToIpfsAsync(string reference, bool estargz)
    {
        await CtrAsync("images", "pull", "--plain-http", "--all-platforms", reference);
        return (await DaemonAsync("ctr-remote", "images", "ipfs-push", "--all-platforms", $"--estargz={(estargz ? "true" : "false")}", reference)).Trim();
    }

    public override bool KeepsManifests(string format) => true;

    public override Task<string> RunAsync(string reference) => CtrAsync("run", "--rm", reference, $"test-{Environment.ProcessId}-{++_containers}");

    private Task<string> CtrAsync(params IEnumerable<string> arguments) => DaemonAsync(["ctr", .. arguments]);

    private async Task<string> DaemonAsync(params IEnumerable<string> arguments) =>
        (await Scripts.RunAsync("containerd.sh", [version, .. arguments])).Succeeded().Output;
}

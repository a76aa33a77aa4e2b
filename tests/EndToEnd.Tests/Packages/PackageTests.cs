using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Packages;

/// <summary>The Debian packages: looked at by Debian's own tools, installed in a fresh root, used as people use them, and purged.</summary>
public sealed class PackageTests(Site site, Release release)
{
    private const string Unit = "image2ipfs-gateway.service";

    /// <summary>Of 10: systemd calls what lies below 2 safe enough to smile.</summary>
    private const string MostExposure = "20";

    /// <summary>The last one is not in the group.</summary>
    private static readonly string[] Users = ["anna", "ben", "eve"];

    internal static readonly string Root = Path.Combine(Scripts.WorkFolder, "package-root", "root");

    private static readonly string Systemd = Path.Combine(Vectors.Repository, "config", "systemd");

    [EndToEndFact]
    public async Task Lintian_has_nothing_to_say()
    {
        var result = await Command.RunAsync("lintian", ["--allow-root", "--fail-on", "error,warning", .. Directory.GetFiles(await release.PackagesAsync())]);
        Assert.Equal("", result.Succeeded().Output);
    }

    [EndToEndFact]
    public Task The_same_commit_gives_the_same_bytes_in_another_folder() => release.AssertIsReproducibleAsync();

    [EndToEndFact]
    public async Task Systemd_reads_the_units_and_finds_little_exposed()
    {
        await InRootAsync(async () =>
        {
            // The root has no systemd, and so none of the units that ours name.
            var units = Path.Combine(Root, "usr/lib/systemd/system");
            Directory.CreateDirectory(units);
            (await Command.RunAsync("cp", ["-R", "/lib/systemd/system/.", units])).Succeeded();
            await InstallAsync();
            var result = (await Command.RunAsync("systemd-analyze", ["verify", $"--root={Root}", "--man=no", Unit, "image2ipfs-gateway.socket"])).Succeeded();
            // Other units are no business of this test.
            Assert.DoesNotContain("image2ipfs", result.Error, StringComparison.Ordinal);
        });
        (await Command.RunAsync("systemd-analyze", ["security", "--offline=yes", $"--threshold={MostExposure}", Path.Combine(Systemd, Unit)])).Succeeded();
    }

    [EndToEndFact]
    public async Task Installed_in_a_fresh_root_members_of_the_group_publish_and_everybody_pulls_until_a_purge_leaves_nothing()
    {
        await InRootAsync(async () =>
        {
            await InstallAsync();
            // Again: what the scripts make is there already.
            await InstallAsync();
            var authority = $"127.0.0.1:{Port.Free()}";
            await File.AppendAllTextAsync(Path.Combine(Root, "etc/default/image2ipfs-gateway"), $"Urls=http://{authority}\n", TestContext.Current.CancellationToken);
            foreach (var user in Users)
                await RunAsync("useradd", user);
            foreach (var user in Users[..^1])
                await RunAsync("usermod", "--append", "--groups", "image2ipfs", user);
            File.Copy(Vectors.File("archives", "docker-20.10.24.tar"), Path.Combine(Root, "tmp/image.tar"));

            using var service = await ServiceAsync();
            // One after the other puts the same blobs there: neither's umask shuts the other out.
            var name = await PublishAsync(Users[0], authority);
            Assert.Equal(name, await PublishAsync(Users[1], authority));
            Assert.Contains("the store cannot be used", (await AsUserAsync(Users[2], authority)).Failed().Error, StringComparison.Ordinal);

            var published = await site.PublishAsync("docker-20.10.24.tar");
            (await (await site.ClientAsync("skopeo 1.22")).PullAsync(name)).AssertIs(published.Image("s2"));

            (await Command.RunAsync("kill", ["-TERM", $"{service.Id}"])).Succeeded();
            Assert.Contains("stopping", await service.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            await service.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, service.ExitCode);

            await RunAsync("dpkg", "--remove", "image2ipfs", "image2ipfs-gateway");
            Assert.True(Directory.Exists(Path.Combine(Root, "var/lib/image2ipfs/blobs")));
            Assert.True(File.Exists(Path.Combine(Root, "etc/image2ipfs/gateway.json")));
            await RunAsync("dpkg", "--purge", "image2ipfs-gateway");
            var left = (await Scripts.RunAsync("package-root.sh", "changes")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.DoesNotContain(left, file => file.Contains("image2ipfs", StringComparison.Ordinal));
            Assert.DoesNotContain("image2ipfs", await File.ReadAllTextAsync(Path.Combine(Root, "etc/passwd"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        });
    }

    /// <summary>The manual page and the completions lie where man and the shells look for them.</summary>
    [EndToEndFact]
    public async Task The_publisher_comes_with_its_manual_page_and_completions()
    {
        var package = Directory.GetFiles(await release.PackagesAsync(), "image2ipfs_*.deb").Single();
        var files = (await Command.RunAsync("dpkg-deb", ["--contents", package])).Succeeded().Output;
        foreach (var file in new[] { "bin/image2ipfs", "share/man/man1/image2ipfs.1.gz", "share/bash-completion/completions/image2ipfs", "share/zsh/vendor-completions/_image2ipfs", "share/fish/vendor_completions.d/image2ipfs.fish" })
            Assert.Contains($" ./usr/{file}\n", files, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task The_archive_runs_where_it_is_unpacked()
    {
        var archives = await release.ArchivesAsync();
        (await Command.RunAsync("sha256sum", ["--check", "--strict", "SHA256SUMS"], folder: archives)).Succeeded();
        var folder = Path.GetDirectoryName(site.NewPath("x"))!;
        (await Command.RunAsync("tar", ["-xzf", Directory.GetFiles(archives, "*.tar.gz").Single(), "-C", folder, "--strip-components=1"])).Succeeded();
        foreach (var file in new[] { "LICENSE", "README.md", "config/gateway.json", "docs/operating.md" })
            Assert.True(File.Exists(Path.Combine(folder, file)), file);

        var published = await site.PublishAsync("docker-20.10.24.tar");
        var authority = $"127.0.0.1:{Port.Free()}";
        using var gateway = Process.Start(new ProcessStartInfo(Path.Combine(folder, "Gateway"), [$"--urls=http://{authority}", "--config", Path.Combine(folder, "config", "gateway.json")])
        {
            Environment = { ["IMAGE2IPFS_STORE"] = site.Store, ["XDG_CACHE_HOME"] = site.NewPath("cache") },
            RedirectStandardOutput = true,
        })!;
        try
        {
            await ReadUntilAsync(gateway, "Application started");
            (await (await site.ClientAsync("skopeo 1.22")).PullAsync(await site.ReferenceAsync(published, published.Image("s2"), ":s2", authority: authority))).AssertIs(published.Image("s2"));
        }
        finally
        {
            gateway.Kill();
        }
    }

    /// <summary>The socket unit hands over a socket that listens already; systemd's own tool does here what systemd would.</summary>
    [EndToEndFact]
    public async Task It_takes_a_socket_from_systemd()
    {
        var published = await site.PublishAsync("docker-20.10.24.tar");
        var authority = $"127.0.0.1:{Port.Free()}";
        using var gateway = Process.Start(new ProcessStartInfo("systemd-socket-activate",
            ["--listen", authority, "--setenv=HOME", "--setenv=PATH", $"--setenv=IMAGE2IPFS_STORE={site.Store}", "/usr/bin/env", Programs.Dotnet, Programs.Gateway])
        { RedirectStandardError = true })!;
        try
        {
            await Task.Delay(500, TestContext.Current.CancellationToken); // it says on stderr that it listens, in words that changed
            (await (await site.ClientAsync("skopeo 1.22")).PullAsync(await site.ReferenceAsync(published, published.Image("s2"), ":s2", authority: authority))).AssertIs(published.Image("s2"));
        }
        finally
        {
            gateway.Kill(entireProcessTree: true);
        }
    }

    private async Task InstallAsync()
    {
        foreach (var package in Directory.GetFiles(await release.PackagesAsync()))
        {
            File.Copy(package, Path.Combine(Root, "tmp", "package.deb"), overwrite: true);
            await RunAsync("dpkg", "--install", "/tmp/package.deb");
        }
    }

    private static async Task<Process> ServiceAsync()
    {
        var start = new ProcessStartInfo(Scripts.PathOf("package-root.sh"), ["service", Unit]) { RedirectStandardOutput = true };
        start.Environment[Scripts.WorkFolderVariable] = Scripts.WorkFolder;
        var service = Process.Start(start)!;
        await ReadUntilAsync(service, "ready");
        return service;
    }

    private static async Task ReadUntilAsync(Process process, string text)
    {
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                return;
        }
        throw new InvalidOperationException($"it ended without saying '{text}'");
    }

    private static async Task<string> PublishAsync(string user, string authority) => (await AsUserAsync(user, authority)).Succeeded().Output.Trim();

    private static Task<CommandResult> AsUserAsync(string user, string authority) => Scripts.RunAsync("package-root.sh", "run",
        "setpriv", $"--reuid={user}", $"--regid={user}", "--init-groups",
        "env", "IMAGE2IPFS_STORE=/var/lib/image2ipfs", "sh", "-c", $"umask 022; image2ipfs --quiet --registry {authority} /tmp/image.tar");

    private static async Task RunAsync(params IEnumerable<string> command) => (await Scripts.RunAsync("package-root.sh", ["run", .. command])).Succeeded();

    internal static async Task InRootAsync(Func<Task> test)
    {
        (await Scripts.RunAsync("package-root.sh", "start")).Succeeded();
        try
        {
            await test();
        }
        finally
        {
            (await Scripts.RunAsync("package-root.sh", "stop")).Succeeded();
        }
    }
}

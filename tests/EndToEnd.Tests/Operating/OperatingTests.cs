using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Image2Ipfs.EndToEnd.Tests.Packages;
using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Operating;

/// <summary>What docs/operating.md tells an operator to type, typed as it stands there; each block has a word by which it is found.</summary>
public sealed partial class OperatingTests(Site site, Release release)
{
    private static readonly IReadOnlyDictionary<string, string> Typed =
        Block().Matches(File.ReadAllText(Path.Combine(Vectors.Repository, "docs", "operating.md"))).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);

    [Fact]
    public void Every_block_is_typed_by_a_test() => Assert.Equal(["archive", "container", "deb", "login", "settings"], Typed.Keys.Order(StringComparer.Ordinal));

    [EndToEndFact]
    public async Task Packages_are_installed_and_a_member_of_the_group_publishes()
    {
        await PackageTests.InRootAsync(async () =>
        {
            var root = Path.Combine(PackageTests.Root, "tmp");
            foreach (var package in Directory.GetFiles(await release.PackagesAsync()))
                File.Copy(package, Path.Combine(root, Path.GetFileName(package)));
            File.Copy(Vectors.File("archives", "docker-20.10.24.tar"), Path.Combine(root, "busybox.tar"));
            // The root has no Docker, and anna no account yet.
            await File.WriteAllTextAsync(Path.Combine(root, "typed.sh"), $"set -eu\ncd /tmp\nuseradd anna\ndocker() {{ cat busybox.tar; }}\n{Typed["deb"]}\nid anna\n", TestContext.Current.CancellationToken);
            var result = (await Scripts.RunAsync("package-root.sh", "run", "bash", "/tmp/typed.sh")).Succeeded();
            Assert.Contains("localhost:5000/ciq", result.Output, StringComparison.Ordinal);
            Assert.Matches(@"groups=.*\(image2ipfs\)", result.Output);
        });
    }

    [EndToEndFact]
    public async Task An_archive_is_unpacked_and_run()
    {
        var folder = Path.GetDirectoryName(site.NewPath("x"))!;
        var archive = Directory.GetFiles(await release.ArchivesAsync(), "*.tar.gz").Single();
        File.Copy(archive, Path.Combine(folder, Path.GetFileName(archive)));
        await ServesAsync("archive", folder);
    }

    [EndToEndFact]
    public Task Upstreams_are_named_in_the_environment() => ServesAsync("settings", Vectors.Repository);

    [EndToEndFact]
    public async Task A_container_serves_the_store_of_its_host()
    {
        var published = await site.PublishAsync("docker-20.10.24.tar");
        var docker = (DockerEngine)await site.ClientAsync("docker 20.10 graph");
        var folder = Path.GetDirectoryName(site.NewPath("x"))!;
        File.Copy(await release.ImageAsync(), Path.Combine(folder, "image2ipfs-gateway.tar"));
        // There are no namespaces of networks here, and no more files than these.
        var script = $$"""
            docker() {
                [ "$1" != run ] || set -- run --network=host --ulimit=nofile=1024:1024 "${@:2}"
                {{docker.Command}} "$@"
            }
            export HOME=$PWD
            mkdir -p .local/share && cp -r {{site.Store}} .local/share/image2ipfs && chmod -R go+rX .
            {{Typed["container"].Replace("VERSION", "test", StringComparison.Ordinal)}}
            """;
        var container = (await TypeAsync(script, folder)).Output.Trim().Split('\n')[^1];
        try
        {
            using var http = new HttpClient();
            for (var tries = 60; ; tries--)
            {
                try
                {
                    (await http.GetAsync(new Uri("http://127.0.0.1:5000/v2/"), TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
                    break;
                }
                catch (HttpRequestException) when (tries > 0)
                {
                    await Task.Delay(500, TestContext.Current.CancellationToken);
                }
            }
            (await (await site.ClientAsync("skopeo 1.22")).PullAsync(await site.ReferenceAsync(published, published.Image("s2"), ":s2", authority: "127.0.0.1:5000"))).AssertIs(published.Image("s2"));
        }
        finally
        {
            await docker.DockerAsync("rm", "--force", container);
        }
    }

    [EndToEndFact]
    public async Task A_user_is_written_down_and_logs_in()
    {
        var folder = Path.GetDirectoryName(site.NewPath("x"))!;
        await File.WriteAllTextAsync(Path.Combine(folder, "typed.sh"), Typed["login"].Replace("/etc/image2ipfs", folder, StringComparison.Ordinal), TestContext.Current.CancellationToken);
        // htpasswd asks on a terminal, twice, and takes nothing that was typed before it asked.
        await TypeAsync("set +o pipefail; (for i in $(seq 40); do sleep 0.5; echo secret; done) 2>/dev/null | script --quiet --return --command 'bash typed.sh' /dev/null", folder);
        await using var gateway = await GatewayProcess.StartAsync(site.Store, "--Gateway:Access:Auth=Basic", $"--Gateway:Access:Users={folder}/users");
        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.OK], [await PingAsync(null), await PingAsync("wrong"), await PingAsync("secret")]);

        async Task<HttpStatusCode> PingAsync(string? password)
        {
            using var http = new HttpClient();
            if (password is not null)
                http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"alice:{password}")));
            using var answer = await http.GetAsync(new Uri(gateway.Address, "/v2/"), TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }
    }

    /// <summary>What stays in the foreground is started, serves, and is ended.</summary>
    private async Task ServesAsync(string block, string folder)
    {
        var script = new ReadmeScript($"```sh gateway\n{Typed[block]}```\n```sh\necho 'It serves.'\n```\n");
        var result = await TypeAsync($"{script}", folder);
        Assert.Contains("It serves.\n", result.Output, StringComparison.Ordinal);
    }

    private async Task<CommandResult> TypeAsync(string script, string folder)
    {
        var file = site.NewPath("typed.sh");
        await File.WriteAllTextAsync(file, $"set -euo pipefail\n{script}\n", TestContext.Current.CancellationToken);
        return (await Command.RunAsync("bash", [file], new Dictionary<string, string?> { ["XDG_DATA_HOME"] = site.NewPath("data"), [Scripts.WorkFolderVariable] = Scripts.WorkFolder, ["IMAGE2IPFS_STORE"] = null }, folder)).Succeeded();
    }

    [GeneratedRegex(@"^```sh (\w+)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}

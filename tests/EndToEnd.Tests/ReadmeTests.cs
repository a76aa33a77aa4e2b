using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>What README.md tells people to type works when it is typed, top to bottom, into a fresh clone.</summary>
public sealed class ReadmeTests(Site site)
{
    [EndToEndFact]
    public async Task Every_command_of_the_README_runs_in_a_fresh_clone()
    {
        var clone = site.NewPath("clone");
        (await Command.RunAsync("git", ["clone", "--quiet", Vectors.Repository, clone])).Succeeded();
        var readme = new ReadmeScript(await File.ReadAllTextAsync(Path.Combine(clone, "README.md"), TestContext.Current.CancellationToken));
        var script = site.NewPath("readme.sh");
        await File.WriteAllTextAsync(script, readme.ToString(), TestContext.Current.CancellationToken);

        // People have a Docker with an image in it.
        var docker = (DockerEngine)await site.ClientAsync("docker 20.10 graph");
        await docker.DockerAsync("load", "--quiet", "--input", Vectors.File("archives", "docker-20.10.24.tar"));
        await docker.DockerAsync("tag", "127.0.0.1:5600/t/tiny:s2", "busybox");
        await docker.DockerAsync("save", "--output", Path.Combine(clone, "busybox.tar"), "busybox");
        // And something to build, which needs no network.
        await File.WriteAllTextAsync(Path.Combine(clone, "Dockerfile"), "FROM scratch\nCOPY samples/make-hello.py /\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(clone, ".dockerignore"), "*\n!samples\n", TestContext.Current.CancellationToken);
        var programs = await ProgramsAsync(docker);
        var result = await Command.RunAsync("bash", [script], new Dictionary<string, string?>
        {
            ["PATH"] = $"{programs}:{Environment.GetEnvironmentVariable("PATH")}",
            ["XDG_DATA_HOME"] = site.NewPath("data"),
            ["IMAGE2IPFS_STORE"] = null,
            [Scripts.WorkFolderVariable] = Scripts.WorkFolder,
            // The tests that the README runs are a run of their own, without this one.
            [EndToEnd.Variable] = null,
            ["TESTINGPLATFORM_DOTNETTEST_EXECUTIONID"] = null,
            ["TESTINGPLATFORM_DOTNETTEST_ATTEMPTNUMBER"] = null,
        }, clone);
        Assert.True(result.ExitCode == 0, $"exit code {result.ExitCode}\n{result.Output}\n{result.Error}");
        Assert.NotEmpty(readme.Printed);
        foreach (var line in readme.Printed)
            Assert.Contains(line, result.Output.Split('\n'));
    }

    [Fact]
    public void Blocks_fenced_as_sh_are_run_and_what_follows_one_is_what_it_prints()
    {
        var readme = new ReadmeScript("```\na picture\n```\ntext\n```sh\none\n```\n```\nprinted\n```\n```text\nan example\n```\n```sh gateway\ntwo\n```\n");
        Assert.Contains("\none\n", readme.ToString(), StringComparison.Ordinal);
        Assert.Contains("{\ntwo\n} &\n", readme.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("an example", readme.ToString(), StringComparison.Ordinal);
        Assert.Equal(["printed"], readme.Printed);
    }

    /// <summary>
    /// A folder with the programs that people have in their PATH by then: docker, as this machine can run it, image2ipfs, and
    /// skopeo, which finds busybox in a registry of this machine's in place of Docker's.
    /// </summary>
    private async Task<string> ProgramsAsync(DockerEngine docker)
    {
        var folder = Path.GetDirectoryName(site.NewPath("x"))!;
        await WriteAsync("image2ipfs", $"""exec '{Programs.Dotnet}' '{Programs.Publisher}' "$@" """);
        await WriteAsync("docker", $$"""
            [ "$1" != run ] || set -- run --network none --ulimit nofile=1024:1024 "${@:2}"
            exec {{docker.Command}} "$@"
            """);
        var published = await site.PublishAsync("docker-20.10.24.tar");
        var busybox = await site.ReferenceAsync(published, published.Images[0], ":s2");
        await WriteAsync("skopeo", $$"""
            exec /usr/bin/skopeo --insecure-policy "${@/#'docker://docker.io/library/busybox'/'docker://{{busybox}}'}" --src-tls-verify=false
            """);
        return folder;

        async Task WriteAsync(string name, string lines)
        {
            var file = Path.Combine(folder, name);
            await File.WriteAllTextAsync(file, $"#!/bin/bash\n{lines}\n", TestContext.Current.CancellationToken);
            (await Command.RunAsync("chmod", ["+x", file])).Succeeded();
        }
    }
}

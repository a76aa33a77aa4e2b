using System.Text.RegularExpressions;
using Image2Ipfs.Testing;
using YamlDotNet.RepresentationModel;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>
/// The files of config/ci: every line of shell in them is run, in the order and with the variables that the CI server would
/// give, with a docker that saves one of our archives and a dotnet that installs the program that was built.
/// </summary>
public sealed partial class CiFileTests
{
    [Fact]
    public async Task The_GitHub_workflow_builds_publishes_and_hands_the_root_on()
    {
        using var runner = await Runner.CreateAsync("jq");
        var jobs = (YamlMappingNode)Yaml("github-actions.yml")["jobs"];
        Assert.Equal(["publish", "use"], jobs.Children.Keys.Select(k => k.ToString()));

        foreach (var step in Steps("publish").Where(s => s.Children.ContainsKey("run")))
            await runner.RunAsync(step["run"].ToString(), ["-e"], ("GITHUB_OUTPUT", runner["output"]), ("GITHUB_STEP_SUMMARY", runner["summary"]), ("IMAGE2IPFS_FEED", ""));
        var outputs = Pairs(await File.ReadAllTextAsync(runner["output"], TestContext.Current.CancellationToken));
        await runner.CheckAsync(outputs["root"], outputs["pull"]);
        Assert.Equal($"`docker pull {outputs["pull"]}`\n", await File.ReadAllTextAsync(runner["summary"], TestContext.Current.CancellationToken));

        // What is handed on has been made: outputs by the step of that name, the artifact by that path.
        var publish = (YamlMappingNode)jobs["publish"];
        foreach (var (name, value) in (YamlMappingNode)publish["outputs"])
            Assert.Contains(Expression().Match(value.ToString()).Groups[1].Value, outputs.Keys.Select(key => $"steps.publish.outputs.{key}"));
        Assert.Contains(Steps("publish"), s => s.Children.TryGetValue("id", out var id) && id.ToString() == "publish");
        var upload = Steps("publish").Single(s => s.Children.TryGetValue("uses", out var uses) && uses.ToString().StartsWith("actions/upload-artifact@", StringComparison.Ordinal));
        Assert.All(upload["with"]["path"].ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries), path => Assert.True(File.Exists(runner[path]), path));

        var use = Steps("use").Single(s => s.Children.ContainsKey("run"));
        Assert.Equal(["${{ needs.publish.outputs.root }}", "${{ needs.publish.outputs.pull }}"], ((YamlMappingNode)use["env"]).Select(v => v.Value.ToString()));
        await runner.RunAsync(use["run"].ToString(), ["-e"], ("ROOT", outputs["root"]), ("PULL", outputs["pull"]));

        IEnumerable<YamlMappingNode> Steps(string job) => ((YamlSequenceNode)jobs[job]["steps"]).Cast<YamlMappingNode>();
    }

    [Fact]
    public async Task The_GitLab_jobs_build_publish_and_hand_the_root_on()
    {
        using var runner = await Runner.CreateAsync();
        var file = Yaml("gitlab-ci.yml");
        var stages = ((YamlSequenceNode)file["stages"]).Select(s => s.ToString()).ToList();
        Dictionary<string, string> given = [];
        foreach (var stage in stages)
        {
            var job = (YamlMappingNode)file[stage];
            Assert.Equal(stage, job["stage"].ToString());
            // GitLab runs a job's lines as one script, the lines before it first.
            string[] scripts = ["before_script", "script"];
            var lines = scripts.Where(key => job.Children.ContainsKey(key)).SelectMany(key => (YamlSequenceNode)job[key]);
            await runner.RunAsync(string.Join('\n', lines), ["-eo", "pipefail"], [.. given.Select(v => (v.Key, v.Value))]);
            if (!job.Children.TryGetValue("artifacts", out var artifacts))
                continue;
            Assert.All((YamlSequenceNode)artifacts["paths"], path => Assert.True(File.Exists(runner[path.ToString()]), path.ToString()));
            if (((YamlMappingNode)artifacts).Children.TryGetValue("reports", out var reports))
                given = Pairs(await File.ReadAllTextAsync(runner[reports["dotenv"].ToString()], TestContext.Current.CancellationToken));
        }
        await runner.CheckAsync(given["ROOT"], given["PULL"]);
    }

    [Fact]
    public async Task The_Jenkins_stages_build_publish_and_hand_the_root_on()
    {
        using var runner = await Runner.CreateAsync("jq");
        await runner.RunAsync("dotnet tool install --global image2ipfs", ["-e"]);
        var file = await File.ReadAllTextAsync(PathOf("Jenkinsfile"), TestContext.Current.CancellationToken);
        Assert.Equal(["Build", "Publish", "Use"], Stage().Matches(file).Select(m => m.Groups[1].Value));
        Assert.Equal(file.Count(c => c == '{'), file.Count(c => c == '}'));

        Dictionary<string, string> environment = [];
        foreach (Match step in Sh().Matches(file))
        {
            var (variable, script) = (step.Groups["variable"].Value, step.Groups["script"].Value);
            var output = await runner.RunAsync(script, ["-xe"], [.. environment.Select(v => (v.Key, v.Value))]);
            if (variable.Length > 0)
                environment[variable] = output.Trim();
        }
        await runner.CheckAsync(environment["ROOT"], environment["PULL"]);
        Assert.All(Archived().Match(file).Groups[1].Value.Split(", "), path => Assert.True(File.Exists(runner[path]), path));
    }

    private static string PathOf(string file) => Path.Combine(Vectors.Repository, "config", "ci", file);

    private static YamlMappingNode Yaml(string file)
    {
        using var reader = File.OpenText(PathOf(file));
        var yaml = new YamlStream();
        yaml.Load(reader);
        return (YamlMappingNode)Assert.Single(yaml.Documents).RootNode;
    }

    /// <summary>The lines of a file of variables.</summary>
    private static Dictionary<string, string> Pairs(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

    [GeneratedRegex(@"\A\$\{\{ (\S+) \}\}\z")]
    private static partial Regex Expression();

    [GeneratedRegex(@"stage\('(\w+)'\)")]
    private static partial Regex Stage();

    [GeneratedRegex(@"artifacts: '([^']+)'")]
    private static partial Regex Archived();

    /// <summary><c>sh '…'</c>, or <c>env.NAME = sh(returnStdout: true, script: …)</c> in either quotes.</summary>
    [GeneratedRegex("""(?m)^\s*(env\.(?<variable>\w+) = sh\(returnStdout: true, script: |sh )(?<quote>['"])(?<script>.*?)\k<quote>(\)\.trim\(\))?$""")]
    private static partial Regex Sh();

    /// <summary>A workspace, and a PATH with the two programs that stand in.</summary>
    private sealed class Runner : IDisposable
    {
        private readonly Cli _cli = new();

        public string this[string path] => Path.Combine(_cli["work"], path);

        public static async Task<Runner> CreateAsync(params string[] programs)
        {
            var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
            foreach (var program in programs.Append("bash"))
                Assert.SkipUnless(path.Any(folder => File.Exists(Path.Combine(folder, program))), $"there is no {program}");
            var runner = new Runner();
            Directory.CreateDirectory(runner._cli["work"]);
            Directory.CreateDirectory(runner._cli["bin"]);
            await runner.WriteAsync("docker", $"""
                case "$*" in
                "build --tag app .") touch built ;;
                "save app") test -e built && exec cat '{Vectors.File("archives", "docker-20.10.24.tar")}' ;;
                "save --output app.tar app") test -e built && exec cp '{Vectors.File("archives", "docker-20.10.24.tar")}' app.tar ;;
                *) echo "docker $*?" >&2; exit 64 ;;
                esac
                """);
            await runner.WriteAsync("dotnet", $"""
                case "$*" in
                "tool install --global image2ipfs"*) to='{runner._cli["bin"]}' ;;
                "tool install --tool-path tools image2ipfs"*) mkdir -p tools; to=tools ;;
                *) echo "dotnet $*?" >&2; exit 64 ;;
                esac
                cp '{runner._cli["bin/program"]}' "$to/image2ipfs"
                """);
            // By its path: in this PATH, dotnet is the one that stands in.
            var dotnet = path.Select(folder => Path.Combine(folder, "dotnet")).First(File.Exists);
            await runner.WriteAsync("program", $"""exec '{dotnet}' '{Path.Combine(AppContext.BaseDirectory, "image2ipfs.dll")}' "$@" """);
            return runner;
        }

        public async Task<string> RunAsync(string script, string[] options, params (string Name, string Value)[] variables)
        {
            var environment = new Dictionary<string, string?>
            {
                ["PATH"] = $"{_cli["bin"]}:{Environment.GetEnvironmentVariable("PATH")}",
                ["IMAGE2IPFS_STORE"] = _cli.StoreFolder,
                ["CI"] = "true",
            };
            foreach (var (name, value) in variables)
                environment[name] = value;
            return (await Command.RunAsync("bash", [.. options, "-c", script], environment, _cli["work"])).Succeeded().Output;
        }

        /// <summary>The pull name holds the root, the store has it, and the CAR begins with it.</summary>
        public async Task CheckAsync(string root, string pull)
        {
            var cid = Ipfs.Cid.Parse(root);
            Assert.Equal($"localhost:5000/{cid.ToRepositoryComponent()}/t/tiny:s2", pull);
            (await _cli.RunAsync("verify", root)).Succeeded();
            var head = Ipfs.Car.Header(cid);
            await using var car = File.OpenRead(this["app.car"]);
            var begin = new byte[head.Length];
            await car.ReadExactlyAsync(begin);
            Assert.Equal(head, begin);
        }

        private async Task WriteAsync(string program, string lines)
        {
            await File.WriteAllTextAsync(_cli[$"bin/{program}"], $"#!/bin/sh\nset -e\n{lines}\n");
            (await Command.RunAsync("chmod", ["+x", _cli[$"bin/{program}"]])).Succeeded();
        }

        public void Dispose() => _cli.Dispose();
    }
}

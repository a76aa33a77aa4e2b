using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>The scripts of <c>image2ipfs completion</c>, in the shells that this machine has.</summary>
public sealed class CompletionTests
{
    /// <summary>A command line up to the cursor, and what is offered there; ROOT is the store's only root.</summary>
    public static TheoryData<string, string> Lines => new()
    {
        { "", "cid completion export import list publish remove verify" },
        { "ver", "verify" },
        { "--cid", "--cid-profile" },
        { "--cid-profile ", "unixfs-v0-2015 unixfs-v1-2025" },
        { "--cid-profile unixfs-v1", "unixfs-v1-2025" },
        { "--compression ", "gzip none zstd" },
        { "--compression z", "zstd" },
        { "completion ", "bash fish pwsh zsh" },
        { "export ROOT --to ", "car: car:- dir: ipfs kubo store" },
        { "remove ", "ROOT" },
        { "verify Q", "ROOT" },
        { "export ", "ROOT" },
        { "list --js", "--json" },
        { "--level ", "" },
        { "--input ", "" },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Bash_offers(string line, string offered)
    {
        using var shell = await ShellAsync("bash");
        // What bash sets before it calls the function of 'complete -F'.
        await shell.OffersAsync(line, offered, """
            eval "$(image2ipfs completion bash)"
            complete -p image2ipfs | grep -q -- '-F _image2ipfs image2ipfs'
            COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9 COMP_KEY=9
            read -ra COMP_WORDS <<<"$1"
            [[ $1 != *' ' ]] || COMP_WORDS+=("")
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _image2ipfs image2ipfs "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\n' "${COMPREPLY[@]}"
            """);
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Zsh_offers(string line, string offered)
    {
        using var shell = await ShellAsync("zsh");
        await shell.OffersAsync(line, offered, """
            compdef() { : }
            compset() { [[ $words[CURRENT] == (car|dir):* ]] }
            _files() { : }
            compadd() { shift; print -l -- ${(M)@:#$words[CURRENT]*} }
            eval "$(image2ipfs completion zsh)"
            BUFFER=$1 CURSOR=${#1} words=("${(@s: :)1}") CURRENT=${#words}
            _image2ipfs
            """);
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Fish_offers(string line, string offered)
    {
        using var shell = await ShellAsync("fish");
        // Where the program offers nothing, fish offers files: there are none.
        await shell.OffersAsync(line, offered, """
            image2ipfs completion fish | source
            cd (mktemp -d)
            complete -C $argv[1]
            """);
    }

    [Theory]
    [InlineData("car:")]
    [InlineData("dir:some")]
    public async Task Behind_the_colon_of_a_target_bash_offers_files(string word)
    {
        using var shell = await ShellAsync("bash");
        await shell.OffersAsync(word, "", """
            eval "$(image2ipfs completion bash)"
            rest=${1#* } COMP_LINE="image2ipfs --to ${1#* }"
            COMP_POINT=${#COMP_LINE} COMP_WORDS=(image2ipfs --to "${rest%%:*}" :)
            [ -z "${rest#*:}" ] || COMP_WORDS+=("${rest#*:}")
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _image2ipfs image2ipfs "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\n' "${COMPREPLY[@]}"
            """);
    }

    [Fact]
    public async Task Every_script_names_how_it_is_read_and_another_shell_is_none()
    {
        using var cli = new Cli();
        foreach (var shell in new[] { "bash", "zsh", "fish", "pwsh" })
            Assert.StartsWith($"# ", (await cli.RunAsync("completion", shell)).Succeeded().Output, StringComparison.Ordinal);
        (await cli.RunAsync("completion", "tcsh")).FailedWithHint(exit: 2);
        (await cli.RunAsync("completion")).FailedWithHint(exit: 2);
    }

    private static async Task<Shell> ShellAsync(string name)
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, name))), $"there is no {name}");
        var shell = new Shell(name);
        await shell.PrepareAsync();
        return shell;
    }

    private sealed class Shell(string name) : IDisposable
    {
        private readonly Cli _cli = new();
        private string _root = "";

        public async Task PrepareAsync()
        {
            _root = (await _cli.PublishAsync(new TestImage([TestImage.Layer("file")], "app").Save())).Published().Root.ToString();
            Directory.CreateDirectory(_cli["bin"]);
            await File.WriteAllTextAsync(_cli["bin/image2ipfs"], $"#!/bin/sh\nexec '{Programs.Dotnet}' '{Path.Combine(AppContext.BaseDirectory, "image2ipfs.dll")}' \"$@\"\n");
            (await Command.RunAsync("chmod", ["+x", _cli["bin/image2ipfs"]])).Succeeded();
        }

        public async Task OffersAsync(string line, string offered, string script)
        {
            await File.WriteAllTextAsync(_cli["script"], script);
            var result = (await Command.RunAsync(name, [_cli["script"], "image2ipfs " + line.Replace("ROOT", _root, StringComparison.Ordinal)], new Dictionary<string, string?>
            {
                ["PATH"] = $"{_cli["bin"]}:{Environment.GetEnvironmentVariable("PATH")}",
                ["IMAGE2IPFS_STORE"] = _cli.StoreFolder,
                ["HOME"] = _cli[""],
            })).Succeeded();
            Assert.Equal(offered.Replace("ROOT", _root, StringComparison.Ordinal), string.Join(' ', result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t')[0]).Order(StringComparer.Ordinal)));
        }

        public void Dispose() => _cli.Dispose();
    }
}

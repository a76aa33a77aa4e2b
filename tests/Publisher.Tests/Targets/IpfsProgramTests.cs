using Image2Ipfs.Ipfs;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests.Targets;

/// <summary><c>--to ipfs</c>, with scripts for the program.</summary>
public sealed class IpfsProgramTests : IDisposable
{
    private const string KnowsImport = """[ "$1" != commands ] || { printf 'ipfs\nipfs dag\nipfs dag import\nipfs dag put\n'; exit; }""";
    private const string KnowsNoImport = """[ "$1" != commands ] || { printf 'ipfs\nipfs add\nipfs dag\n'; exit; }""";

    private static readonly TestImage Image = new([TestImage.Layer("file"), TestImage.Content(3, 700_000)], "team/app:1");

    private readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("unixfs-v0-2015")]
    [InlineData("unixfs-v1-2025")]
    public async Task A_program_that_imports_gets_the_CAR(string profile)
    {
        var root = await PublishAsync(profile);
        var outcome = await ExportAsync(root, $$$"""
            {{{KnowsImport}}}
            echo "$*" >"$OUT/arguments"
            cat >"$OUT/car"
            echo '{"Root":{"Cid":{"/":"{{{root}}}"},"PinErrorMsg":""}}'
            """);
        Assert.Equal($"{root}\n", outcome.Succeeded().Output);
        Assert.Equal("dag import --pin-roots=true --enc=json\n", await File.ReadAllTextAsync(_cli["arguments"], TestContext.Current.CancellationToken));
        var car = await File.ReadAllBytesAsync(_cli["car"], TestContext.Current.CancellationToken);
        Assert.Equal(root, PublishedTree.FromCar(car).Root);
        Assert.Contains($"ipfs: {car.Length} bytes sent", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unixfs-v0-2015", "--cid-version=0 --raw-leaves=false --chunker=size-262144")]
    [InlineData("unixfs-v1-2025", "--cid-version=1 --raw-leaves=true --chunker=size-1048576")]
    public async Task An_older_one_adds_the_folder(string profile, string options)
    {
        var root = await PublishAsync(profile);
        var outcome = await ExportAsync(root, $"""
            {KnowsNoImport}
            echo "$*" >"$OUT/arguments"
            for folder; do :; done
            cp -r "$folder" "$OUT/copy"
            echo {root}
            """);
        outcome.Succeeded();
        Assert.StartsWith($"add -r -Q {options} /", await File.ReadAllTextAsync(_cli["arguments"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.True(File.Exists(_cli["copy/team/app/index.json"]));
        Assert.False(Directory.Exists((await File.ReadAllTextAsync(_cli["arguments"], TestContext.Current.CancellationToken)).Split(' ')[^1].Trim()));
    }

    [Theory]
    [InlineData(KnowsImport + "; cat >/dev/null; echo 'no repo found in /root/.ipfs' >&2; exit 1", "no repo found in /root/.ipfs")]
    [InlineData(KnowsImport + "; exec <&-; echo 'wants nothing' >&2; exit 3", "exit code 3: wants nothing")]
    [InlineData(KnowsImport + "; exit 1", "it says nothing")]
    [InlineData(KnowsImport + "; cat >/dev/null", "it named 0 roots")]
    [InlineData(KnowsImport + "; cat >/dev/null; echo Pinned", "not JSON")]
    [InlineData(KnowsImport + """; cat >/dev/null; echo '{"Root":{"Cid":{"/":"QmXobd2Bvr2NaLwvWamszFEZQVw9qMh5rJtdx9CSwQWw5a"},"PinErrorMsg":""}}'""", "it imported QmXobd2")]
    [InlineData(KnowsImport + """; cat >/dev/null; echo '{"Root":{"Cid":{"/":"Q"},"PinErrorMsg":"block was not found"}}'""", "the root was not pinned: block was not found")]
    [InlineData(KnowsNoImport + "; echo QmXobd2Bvr2NaLwvWamszFEZQVw9qMh5rJtdx9CSwQWw5a", "'ipfs add' made QmXobd2")]
    [InlineData(KnowsNoImport, "'ipfs add' made nothing")]
    [InlineData(KnowsNoImport + "; echo 'Error: lock is held' >&2; exit 1", "exit code 1: Error: lock is held")]
    [InlineData("""printf 'a \033[31mred\nword' >&2; exit 1""", "'ipfs add' ended with exit code 1: a ")]
    public async Task A_program_that_fails_or_makes_something_else_is_an_error(string script, string message)
    {
        var root = await PublishAsync();
        var outcome = (await ExportAsync(root, script)).FailedWithHint();
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
        Assert.Contains($"'image2ipfs export {root} --to ipfs' sends it again", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_program_the_error_says_what_else_there_is()
    {
        var root = await PublishAsync();
        var outcome = await ExportAsync(root, script: null);
        Assert.Contains("--to kubo", outcome.FailedWithHint().Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_store_gives_the_program_nothing_whole()
    {
        var root = await PublishAsync();
        File.Delete(_cli.Store.BlobFile(Registry.Digest.Sha256(Image.Config)));
        var outcome = await ExportAsync(root, KnowsImport + "\ncat >\"$OUT/car\"\ntouch \"$OUT/whole\"");
        Assert.Contains("the store is damaged", outcome.FailedWithHint().Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_cli["whole"]));
    }

    private async Task<Cid> PublishAsync(string profile = "unixfs-v0-2015") => (await _cli.PublishAsync(Image.Save(), "--cid-profile", profile)).Published().Root;

    private async Task<Outcome> ExportAsync(Cid root, string? script)
    {
        Directory.CreateDirectory(_cli["bin"]);
        if (script is not null)
        {
            await File.WriteAllTextAsync(_cli["bin/ipfs"], "#!/bin/sh\nPATH=/usr/bin:/bin\n" + script + "\n");
            (await Command.RunAsync("chmod", ["+x", _cli["bin/ipfs"]])).Succeeded();
        }
        var environment = new Dictionary<string, string?> { ["PATH"] = _cli["bin"], ["OUT"] = _cli[""] };
        var result = await Command.RunAsync(Programs.Dotnet, [Programs.Publisher, "export", root.ToString(), "--to", "ipfs", "--store", _cli.StoreFolder], environment);
        return new Outcome(result.ExitCode, result.Output, result.Error);
    }
}

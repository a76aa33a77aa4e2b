using Image2Ipfs.Publisher.Commands;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>The command line on a store of its own, in this process.</summary>
internal sealed class Cli : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string StoreFolder => _folder["store"];

    public LocalStore Store => new(StoreFolder);

    /// <summary>A path in the test's folder, beside the store.</summary>
    public string this[string name] => _folder[name];

    public async Task<Outcome> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await CommandLine.RunAsync([.. arguments, "--store", StoreFolder], output, error);
        return new Outcome(exit, output.ToString(), error.ToString());
    }

    /// <summary>Writes the archive into a file and publishes it.</summary>
    public async Task<Outcome> PublishAsync(byte[] archive, params string[] arguments)
    {
        var file = _folder[$"{Guid.NewGuid():N}.tar"];
        await File.WriteAllBytesAsync(file, archive);
        var outcome = await RunAsync([file, .. arguments]);
        File.Delete(file);
        return outcome;
    }

    /// <summary>A bad archive is an error with a hint, soon and in few words, and the store is as it was.</summary>
    /// <param name="archive">What is published.</param>
    /// <param name="error">A part of the error.</param>
    public static async Task RefusesAsync(byte[] archive, string error)
    {
        using var cli = new Cli();
        (await cli.PublishAsync(new TestImage([TestImage.Layer("kept")], "kept").Save())).Published();
        var before = cli.Listing();
        var outcome = (await cli.PublishAsync(archive).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken)).FailedWithHint();
        Assert.Contains(error, outcome.Error, StringComparison.Ordinal);
        Assert.True(outcome.Error.Length < 1000, outcome.Error);
        Assert.Equal(before, cli.Listing());
    }

    /// <summary>Every file of the store with its length, but the lock that stays for the next one.</summary>
    public IReadOnlyList<(string Path, long Length)> Listing() =>
        Directory.Exists(StoreFolder)
            ? [.. new DirectoryInfo(StoreFolder).EnumerateFiles("*", SearchOption.AllDirectories)
                .Select(f => (Path.GetRelativePath(StoreFolder, f.FullName), f.Length))
                .Where(f => f.Item1 != "lock").Order()]
            : [];

    public long BlobBytes() => Listing().Where(f => f.Path.StartsWith("blobs", StringComparison.Ordinal)).Sum(f => f.Length);

    public void Dispose() => _folder.Dispose();
}

using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Publisher.Commands;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;

[assembly: AssemblyFixture(typeof(Samples))]

namespace Image2Ipfs.Gateway.Tests.Running;

/// <summary>Real archives in a store, published once for all tests. Whoever changes a store works on a copy.</summary>
public sealed class Samples : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _store = new();

    /// <summary>t/tiny:s2, from docker-20.10.24.tar.</summary>
    public Cid Tiny { get; private set; } = null!;

    /// <summary>t/tiny with the tags s2, latest and other, and t/app2:x, from docker-20.10.24-two.tar.</summary>
    public Cid Two { get; private set; } = null!;

    /// <summary>t/tiny:s2, from docker-1.9.1.tar.</summary>
    public Cid Old { get; private set; } = null!;

    public string Folder => _store.Path;

    public LocalStore Store => new(Folder);

    public static async Task<Cid> PublishAsync(string store, string archive, params string[] options)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var exit = await CommandLine.RunAsync([Vectors.File("archives", archive), "--store", store, "--quiet", "--threads", "1", .. options], output, error);
        Assert.True(exit == 0, error.ToString());
        // localhost:5000/<root>/t/tiny:s2
        return Cid.Parse(output.ToString().Split('/')[1]);
    }

    /// <summary>A copy that a test may damage.</summary>
    public TemporaryFolder Copy()
    {
        var copy = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
        {
            var to = copy[Path.GetRelativePath(Folder, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
        return copy;
    }

    public async ValueTask InitializeAsync()
    {
        Tiny = await PublishAsync(Folder, "docker-20.10.24.tar");
        Two = await PublishAsync(Folder, "docker-20.10.24-two.tar");
        Old = await PublishAsync(Folder, "docker-1.9.1.tar");
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public void Dispose() => _store.Dispose();
}

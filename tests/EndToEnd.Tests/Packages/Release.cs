using Image2Ipfs.EndToEnd.Tests.Packages;
using Image2Ipfs.Testing;

[assembly: AssemblyFixture(typeof(Release))]

namespace Image2Ipfs.EndToEnd.Tests.Packages;

/// <summary>What packaging/ makes of the commit that is checked out, in a clone, once for all tests.</summary>
public sealed class Release : IDisposable
{
    private readonly string _folder = Path.Combine(Scripts.WorkFolder, "tests", Path.GetRandomFileName());
    private readonly Dictionary<string, string> _made = [];

    /// <summary>The folder with the Debian packages.</summary>
    public Task<string> PackagesAsync() => MakeAsync("deb.sh", "packages");

    /// <summary>The archive for <c>docker load</c>.</summary>
    public Task<string> ImageAsync() => MakeAsync("image.sh", "image.tar", "image2ipfs-gateway:test");

    /// <summary>The folder with the archive for this platform.</summary>
    public Task<string> ArchivesAsync() => MakeAsync("archives.sh", "archives", "linux-x64");

    /// <summary>Makes the packages and the image a second time, from another clone and in the other order, and compares. The archives are made of the same.</summary>
    public async Task AssertIsReproducibleAsync()
    {
        using var again = new Release();
        var (packages, image) = (await PackagesAsync(), await ImageAsync());
        foreach (var (script, first) in new[] { ("image.sh", image), ("deb.sh", packages) })
        {
            var second = await again.MakeAsync(script, Path.GetFileName(first), script == "image.sh" ? ["image2ipfs-gateway:test"] : []);
            (await Command.RunAsync("diff", ["--recursive", "--brief", first, second])).Succeeded();
        }
    }

    private async Task<string> MakeAsync(string script, string name, params string[] arguments)
    {
        if (_made.TryGetValue(script, out var made))
            return made;
        var clone = Path.Combine(_folder, "clone");
        if (!Directory.Exists(clone))
            (await Command.RunAsync("git", ["clone", "--quiet", Vectors.Repository, clone])).Succeeded();
        var path = Path.Combine(_folder, name);
        (await Command.RunAsync(Path.Combine(clone, "packaging", script), [path, .. arguments])).Succeeded();
        return _made[script] = path;
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }
}

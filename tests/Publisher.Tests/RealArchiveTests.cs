using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>The archives of tests/Vectors/archives, each as its writer wrote it.</summary>
public sealed class RealArchiveTests
{
    public static TheoryData<string> Readable => [.. ExpectedArchive.All.Where(a => a.Readable).Select(a => a.File)];

    public static TheoryData<string> NotReadable => [.. ExpectedArchive.All.Where(a => !a.Readable).Select(a => a.File)];

    [Fact]
    public void Every_archive_is_tested()
    {
        Assert.Equal(ExpectedArchive.All.Select(a => a.Path).Order(), Directory.GetFiles(Vectors.File("archives"), "*.tar").Order());
        Assert.All(ExpectedArchive.All, a => Assert.Equal(a.Readable, !a.File.Contains("oci", StringComparison.Ordinal) && !a.File.Contains("-store", StringComparison.Ordinal)
            && !a.File.StartsWith("ctr-", StringComparison.Ordinal) && !a.File.Contains("-tarball", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Readable))]
    public async Task An_archive_with_plain_layers_is_published(string file)
    {
        using var cli = new Cli();
        var archive = ExpectedArchive.All.Single(a => a.File == file);
        var outcome = (await cli.RunAsync(archive.Path)).Published();
        (await cli.RunAsync("verify")).Succeeded();

        var tree = await PublishedTree.ExportAsync(cli, outcome.Root);
        var component = outcome.Root.ToRepositoryComponent();
        Assert.Equal(
            archive.Images.SelectMany(i => i.Names()).Select(n => $"localhost:5000/{component}/{n.Name}{(n.Tag == "latest" ? "" : $":{n.Tag}")}").Order(),
            outcome.Lines.Order());
        foreach (var image in archive.Images)
        {
            foreach (var (name, tag) in image.Names())
            {
                tree.CheckImage(name, tag);
                CheckConfig(tree, name, tag, image);
            }
        }
        foreach (var name in archive.Images.SelectMany(i => i.Names()).Select(n => n.Name).Distinct())
            CheckRepository(tree, archive, name);
    }

    private static void CheckConfig(PublishedTree tree, string name, string tag, ExpectedArchive.Image image)
    {
        var digest = tree.Json($"{name}/manifests/{tag}-v2").GetProperty("config").GetProperty("digest").GetString();
        var config = ImageConfig.Parse(tree.Files[$"{name}/blobs/{digest}"]);
        Assert.Equal(image.DiffIds, config.DiffIds.Select(d => d.ToString()));
        Assert.Equal(image.Platform, config.Platform.ToString());
        if (image.Config is not null)
            Assert.Equal(image.Config, digest);
        else
            Assert.Equal(image.DiffIds.Length, config.History.Count(h => !h.EmptyLayer));
    }

    /// <summary>Nothing but the images lies in a repository, every blob is in the store, and latest is there.</summary>
    private static void CheckRepository(PublishedTree tree, ExpectedArchive archive, string name)
    {
        var tags = archive.Images.SelectMany(i => i.Names()).Where(n => n.Name == name).Select(n => n.Tag).ToList();
        tree.CheckImage(name, "latest");
        if (!tags.Contains("latest"))
            foreach (var form in new[] { "-v2", "-oci" })
                Assert.Contains(tags, tag => tree.Files[$"{name}/manifests/latest{form}"].AsSpan().SequenceEqual(tree.Files[$"{name}/manifests/{tag}{form}"]));

        var manifests = tree.Files.Keys.Where(p => p.StartsWith($"{name}/manifests/", StringComparison.Ordinal)).Select(p => p[$"{name}/manifests/".Length..]);
        Assert.Equal(
            tags.Append("latest").Distinct().SelectMany(t => new[] { $"{t}-oci", $"{t}-v1", $"{t}-v2" }).Append("latest").Order(StringComparer.Ordinal),
            manifests.Where(m => !m.StartsWith("sha256:", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        foreach (var (path, content) in tree.Files.Where(f => f.Key.StartsWith($"{name}/", StringComparison.Ordinal) && f.Key.Contains("sha256", StringComparison.Ordinal)))
            Assert.EndsWith(Digest.Sha256(content).Hex, path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_image_has_one_root_whichever_Docker_saved_it()
    {
        using var cli = new Cli();
        var roots = new List<string>();
        foreach (var archive in ExpectedArchive.All.Where(a => a.Readable && a.Images is [{ Config: not null } image] && image.Names().SequenceEqual([("t/tiny", "s2")])))
            roots.Add((await cli.RunAsync(archive.Path, "-n")).Published().Output);
        Assert.True(roots.Count >= 9);
        Assert.Single(roots.Distinct());
    }

    [Theory]
    [MemberData(nameof(NotReadable))]
    public async Task An_archive_that_cannot_be_read_yet_says_so_and_leaves_the_store(string file)
    {
        using var cli = new Cli();
        var path = Vectors.File("archives", file);
        (await cli.RunAsync(path)).FailedWithHint();
        Assert.Empty(cli.Listing());

        (await cli.RunAsync(Vectors.File("archives", "docker-20.10.24.tar"))).Published();
        var before = cli.Listing();
        (await cli.RunAsync(path)).FailedWithHint();
        Assert.Equal(before, cli.Listing());
    }
}

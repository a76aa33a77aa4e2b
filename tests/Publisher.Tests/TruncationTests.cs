using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>Archives whose writer was interrupted.</summary>
public sealed class TruncationTests
{
    [Theory]
    [InlineData("docker-1.9.1.tar")]
    [InlineData("docker-20.10.24-two.tar")]
    [InlineData("docker-28.5.2-graph.tar")]
    [InlineData("podman-5.8.6-docker-archive.tar")]
    public async Task An_archive_is_refused_wherever_it_ends_before_its_end(string file)
    {
        using var cli = new Cli();
        var archive = Vectors.Bytes("archives", file);
        var whole = (await cli.PublishAsync(archive, "-n")).Published().Output;
        var odd = new[] { 1, 100, 511, 513, 777, 1500, archive.Length / 3 + 1, archive.Length / 2 + 3, archive.Length - 1 };
        var accepted = new List<int>();
        foreach (var length in Enumerable.Range(1, archive.Length / 512 - 1).Select(n => n * 512).Concat(odd))
        {
            var outcome = await cli.PublishAsync(archive[..length]);
            if (outcome.Exit == 0)
            {
                Assert.Equal(whole, outcome.Output);
                accepted.Add(length);
                (await cli.RunAsync("remove", outcome.Root.ToString())).Succeeded();
            }
            else
            {
                outcome.FailedWithHint();
            }
            Assert.Empty(cli.Listing());
        }
        // Nothing but the padding after the last member may be missing.
        var content = archive.AsSpan().LastIndexOfAnyExcept((byte)0) / 512 * 512 + 512;
        Assert.All(accepted, length => Assert.True(length > content, $"{length} of {archive.Length}, the content ends at {content}"));
    }
}

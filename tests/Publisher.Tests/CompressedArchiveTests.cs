using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>Archives that are compressed as a whole: <c>docker save IMAGE | gzip</c>, zstd, bzip2, xz.</summary>
public sealed class CompressedArchiveTests
{
    private static readonly byte[] Plain = Vectors.Bytes("archives", "docker-20.10.24.tar");

    private static readonly Dictionary<string, byte[]> Compressed = new()
    {
        ["gzip"] = Compress.Gzip(Plain),
        ["gzip, two members"] = [.. Compress.Gzip(Plain.AsSpan(0, 20_000)), .. Compress.Gzip(Plain.AsSpan(20_000))],
        ["zstd"] = Vectors.Bytes("compressed", "docker-20.10.24.tar.zst"),
        ["zstd, two frames"] = Vectors.Bytes("compressed", "docker-20.10.24-frames.tar.zst"),
        ["bzip2"] = Vectors.Bytes("compressed", "docker-20.10.24.tar.bz2"),
        ["bzip2, two streams"] = Vectors.Bytes("compressed", "docker-20.10.24-streams.tar.bz2"),
        ["xz"] = Vectors.Bytes("compressed", "docker-20.10.24.tar.xz"),
        ["xz, several blocks"] = Vectors.Bytes("compressed", "docker-20.10.24-blocks.tar.xz"),
    };

    public static TheoryData<string> Formats => [.. Compressed.Keys];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task The_root_is_that_of_the_plain_archive(string format)
    {
        using var cli = new Cli();
        var plain = (await cli.PublishAsync(Plain)).Published();
        var compressed = (await cli.PublishAsync(Compressed[format])).Published();
        Assert.Equal(plain.Output, compressed.Output);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task One_that_is_cut_off_is_refused_unless_the_image_was_whole(string format)
    {
        using var cli = new Cli();
        var root = (await cli.PublishAsync(Plain, "-n")).Published().Output;
        var archive = Compressed[format];
        for (var length = 1; length < archive.Length; length += archive.Length / 20)
            await IsRefusedOrRight(cli, archive[..length], root);
        (await cli.PublishAsync(archive[..(archive.Length / 2)])).FailedWithHint();
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task One_with_a_wrong_byte_is_refused_unless_the_image_is_right(string format)
    {
        using var cli = new Cli();
        var root = (await cli.PublishAsync(Plain, "-n")).Published().Output;
        var archive = Compressed[format];
        for (var i = 6; i < archive.Length; i += archive.Length / 30)
        {
            byte[] damaged = [.. archive];
            damaged[i] ^= (byte)(1 << i % 8);
            await IsRefusedOrRight(cli, damaged, root);
        }
    }

    private static async Task IsRefusedOrRight(Cli cli, byte[] archive, string root)
    {
        var outcome = await cli.PublishAsync(archive, "-n");
        if (outcome.Exit == 0)
            Assert.Equal(root, outcome.Output);
        else
            outcome.FailedWithHint();
        Assert.Empty(cli.Listing());
    }
}

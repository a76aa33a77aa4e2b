using CsCheck;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>Images and damage that nobody thought of. <c>IMAGE2IPFS_TEST_RUNS</c> multiplies how many.</summary>
public sealed class RandomTests
{
    private static readonly int Runs = int.TryParse(Environment.GetEnvironmentVariable("IMAGE2IPFS_TEST_RUNS"), out var runs) ? runs : 1;

    /// <summary>A run that takes longer than this hangs.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(2);

    private static readonly Gen<byte[]> Layers = Gen.OneOf(
        Gen.Byte.Array[0, 2000],
        Gen.Select(Gen.Int, Gen.Int[0, 3_000_000], TestImage.Content),
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 1, 90], Gen.String[Gen.Char, 0, 2000], TestImage.Layer));

    private static readonly Gen<string> Names = Gen.Select(
        Gen.String[Gen.Char.AlphaNumeric, 1, 12].Select(s => s.ToLowerInvariant()).Array[1, 3].Select(a => string.Join('/', a)),
        Gen.OneOf(Gen.Const(""), Gen.String[Gen.Char.AlphaNumeric, 1, 12].Select(s => ":" + s)),
        (name, tag) => name + tag);

    private static readonly Gen<TestImage> Images = Gen.Select(Layers.Array[0, 4], Names.HashSet[1, 3], (layers, names) => new TestImage(layers, [.. names]));

    [Fact]
    public async Task A_random_image_comes_back_as_it_went_in() =>
        await Images.SampleAsync(async image =>
        {
            using var cli = new Cli();
            var outcome = (await cli.PublishAsync(image.Save())).Published();
            (await cli.RunAsync("verify")).Succeeded();
            var tree = await PublishedTree.ExportAsync(cli, outcome.Root);
            foreach (var (name, tag) in image.Tags.Select(t => t.Split(':')).Select(t => (t[0], t.Length > 1 ? t[1] : "latest")))
                Assert.Equal(image.Layers.Select(TestImage.Hex), tree.CheckImage(name, tag, image.Config, schema1: image.Layers.Count > 0).Select(TestImage.Hex));
        }, iter: 25 * Runs, threads: 2);

    private static readonly byte[][] Archives =
    [
        new TestImage([TestImage.Layer("a"), TestImage.Content(1, 3000)], "app:1", "team/other").Save(),
        Vectors.Bytes("archives", "docker-20.10.24-id.tar"),
        Vectors.Bytes("archives", "docker-1.9.1.tar"),
        Vectors.Bytes("archives", "podman-5.8.6-docker-archive.tar"),
        Vectors.Bytes("archives", "docker-28.5.2-graph-two.tar"),
        Vectors.Bytes("archives", "docker-28.5.2-store.tar"),
        Vectors.Bytes("compressed", "docker-20.10.24.tar.zst"),
        Vectors.Bytes("compressed", "docker-20.10.24.tar.bz2"),
        Vectors.Bytes("compressed", "docker-20.10.24.tar.xz"),
        Compress.Gzip(Vectors.Bytes("archives", "docker-20.10.24.tar")),
    ];

    /// <summary>Changes a byte of text to another one more often than to noise: the JSON is worth it.</summary>
    private static readonly Gen<Func<byte[], byte[]>> Damage = Gen.OneOf<Func<byte[], byte[]>>(
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Byte, (at, value) => Edit(a => a[at % a.Length] = value)),
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Char[" \"\\[]{},:0-19aAZ/.\0"], (at, value) => Edit(a => a[NotZero(a, at)] = (byte)value)),
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, 7], (at, bit) => Edit(a => a[NotZero(a, at)] ^= (byte)(1 << bit))),
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[1, 1000], (at, length) => new Func<byte[], byte[]>(a => [.. a[..(at % a.Length)], .. a[Math.Min(a.Length, at % a.Length + length)..]])),
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue], (from, to) => Edit(a => CopyBlock(a, from, to))),
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue], (from, to) => new Func<byte[], byte[]>(a => [.. a[..Block(a, to)], .. a[Block(a, from)..]])));

    [Fact]
    public async Task A_damaged_archive_never_crashes_hangs_or_changes_the_store() =>
        await Gen.Select(Gen.OneOf(Array.ConvertAll(Archives, a => Gen.Const(a))), Damage.Array[1, 4]).SampleAsync(async (archive, damages) =>
        {
            using var cli = new Cli();
            var outcome = await cli.PublishAsync(damages.Aggregate(archive, (bytes, damage) => bytes.Length == 0 ? bytes : damage(bytes))).WaitAsync(Hang);
            if (outcome.Exit != 0)
            {
                outcome.FailedWithHint();
                Assert.Empty(cli.Listing());
                return;
            }
            outcome.Published();
            (await cli.RunAsync("verify")).Succeeded();
        }, iter: 400 * Runs, threads: 2);

    private static Func<byte[], byte[]> Edit(Action<byte[]> edit) => bytes =>
    {
        byte[] copy = [.. bytes];
        edit(copy);
        return copy;
    };

    private static int NotZero(byte[] bytes, int at)
    {
        at %= bytes.Length;
        var next = bytes.AsSpan(at).IndexOfAnyExcept((byte)0);
        return next < 0 ? at : at + next;
    }

    private static int Block(byte[] bytes, int at) => at % (bytes.Length / TarBuilder.Block + 1) * TarBuilder.Block;

    private static void CopyBlock(byte[] bytes, int from, int to)
    {
        if (Block(bytes, from) + TarBuilder.Block <= bytes.Length && Block(bytes, to) + TarBuilder.Block <= bytes.Length)
            bytes.AsSpan(Block(bytes, from), TarBuilder.Block).CopyTo(bytes.AsSpan(Block(bytes, to)));
    }
}

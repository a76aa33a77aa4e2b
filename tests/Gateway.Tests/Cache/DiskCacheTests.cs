using System.Security.Cryptography;
using Image2Ipfs.Gateway.Cache;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Gateway.Tests.Observe;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Tests.Cache;

public sealed class DiskCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void It_survives_a_restart_and_leaves_nothing_unfinished()
    {
        var (small, large) = (NewBlock(100), NewBlock(5000));
        using (var cache = Open())
        {
            cache.WriteBlock(small);
            KeepBlob(cache, large);
            cache.Begin()!.File.Dispose();
        }
        using (var cache = Open())
        {
            Assert.True(cache.TryReadBlock(small.Cid, out var bytes));
            Assert.Equal(small.Bytes.ToArray(), bytes);
            using var file = cache.OpenBlob(large.Cid, out var size, out _);
            Assert.NotNull(file);
            Assert.Equal(5000, size);
            Assert.Equal(5100, cache.Bytes);
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["partial"]));
    }

    [Fact]
    public void The_least_recently_used_goes_first()
    {
        using var cache = Open(maxBytes: 3000);
        var blocks = Enumerable.Range(0, 3).Select(_ => NewBlock(1000)).ToList();
        blocks.ForEach(cache.WriteBlock);
        Assert.True(cache.TryReadBlock(blocks[0].Cid, out _));
        var next = NewBlock(1000);
        KeepBlob(cache, next);
        Assert.Equal([true, false, true], blocks.Select(b => cache.TryReadBlock(b.Cid, out _)));
        Assert.Equal(3000, cache.Bytes);
        Assert.Equal(3000, Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith("lock", StringComparison.Ordinal)).Sum(f => new FileInfo(f).Length));

        // Larger than everything: it is not kept, and nothing goes for it.
        KeepBlob(cache, NewBlock(3001));
        Assert.Equal(3000, cache.Bytes);
    }

    /// <summary>One upstream sent more, and then another one was right.</summary>
    [Fact]
    public void What_lies_behind_the_end_is_not_kept()
    {
        using var cache = Open();
        var content = RandomNumberGenerator.GetBytes(1000);
        var partial = cache.Begin()!;
        RandomAccess.Write(partial.File, content, 0);
        partial.Keep(Digest.Sha256(content.AsSpan(0, 600)), 600);
        partial.File.Dispose();
        using var file = cache.OpenBlob(Digest.Sha256(content.AsSpan(0, 600)), out var size, out _);
        Assert.Equal(600, size);
    }

    [Fact]
    public void A_smaller_bound_holds_from_the_start_on()
    {
        using (var cache = Open())
            Enumerable.Range(0, 10).Select(_ => NewBlock(1000)).ToList().ForEach(cache.WriteBlock);
        using var smaller = Open(maxBytes: 4000);
        Assert.Equal(4000, smaller.Bytes);
    }

    [Fact]
    public void A_block_that_rotted_is_not_there()
    {
        using var cache = Open();
        var block = NewBlock(100);
        cache.WriteBlock(block);
        var file = Directory.EnumerateFiles(_folder["blocks"]).Single();
        File.WriteAllBytes(file, new byte[100]);
        Assert.False(cache.TryReadBlock(block.Cid, out _));
        Assert.False(File.Exists(file));
        cache.WriteBlock(block);
        Assert.True(cache.TryReadBlock(block.Cid, out _));
    }

    [Fact]
    public void What_somebody_else_removed_is_not_there()
    {
        using var cache = Open();
        var block = NewBlock(100);
        KeepBlob(cache, block);
        foreach (var file in Directory.EnumerateFiles(_folder["blobs"]))
            File.Delete(file);
        Assert.Null(cache.OpenBlob(block.Cid, out _, out _));
        Assert.Equal(0, cache.Bytes);
    }

    [Fact]
    public void Without_room_or_folder_nothing_is_kept_and_nothing_fails()
    {
        File.WriteAllText(_folder["file"], "");
        foreach (var cache in new[] { Open(maxBytes: 0), new DiskCache(Settings(_folder["file"], 1000), Unwatched.Metrics, TimeProvider.System, NullLogger<DiskCache>.Instance) })
        {
            using (cache)
            {
                var block = NewBlock(10);
                cache.WriteBlock(block);
                Assert.False(cache.TryReadBlock(block.Cid, out _));
                Assert.Null(cache.Begin());
                Assert.False(cache.IsOn);
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    private static IOptions<GatewaySettings> Settings(string folder, long maxBytes) =>
        Options.Create(new GatewaySettings { Cache = new CacheSettings { Folder = folder, MaxBytes = maxBytes } });

    private DiskCache Open(long maxBytes = 1 << 20) => new(Settings(_folder.Path, maxBytes), Unwatched.Metrics, TimeProvider.System, NullLogger<DiskCache>.Instance);

    private static Block NewBlock(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);
        return new Block(Cid.V1(Cid.Raw, SHA256.HashData(bytes)), bytes);
    }

    private static void KeepBlob(DiskCache cache, Block block)
    {
        var partial = cache.Begin()!;
        RandomAccess.Write(partial.File, block.Bytes.Span, 0);
        partial.Keep(block.Cid, block.Bytes.Length, hasPlainLeaves: true);
        partial.File.Dispose();
    }
}

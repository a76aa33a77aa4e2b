using System.Security.Cryptography;
using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Fetch;

public sealed class SpoolTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Readers_follow_pieces_that_come_in_any_order(bool onDisk)
    {
        using var folder = new TemporaryFolder();
        using var spool = new Spool(onDisk ? File.OpenHandle(folder["blob"], FileMode.CreateNew, FileAccess.ReadWrite) : null);
        var content = RandomNumberGenerator.GetBytes(100_000);
        var readers = Enumerable.Range(0, 5).Select(_ => Task.Run(() => ReadAsync(spool, content.Length))).ToList();
        var pieces = Enumerable.Range(0, 10).Select(i => new Piece(i * 10_000, content.AsMemory(i * 10_000, 10_000))).ToArray();
        new Random(1).Shuffle(pieces);
        foreach (var piece in pieces)
        {
            spool.Write(piece);
            await Task.Yield();
        }
        foreach (var reader in readers)
            Assert.Equal(content, await reader);
        Assert.Equal(onDisk, spool.IsInFile);
    }

    [Fact]
    public async Task When_the_disk_is_full_memory_takes_over()
    {
        // What was written before stays readable; a file opened for reading only refuses as a full disk does.
        using var folder = new TemporaryFolder();
        var content = RandomNumberGenerator.GetBytes(20_000);
        await File.WriteAllBytesAsync(folder["blob"], content[..10_000], RunningGateway.Cancel);
        using var spool = new Spool(File.OpenHandle(folder["blob"]));
        spool.Reveal(0, 10_000);
        spool.Write(new Piece(10_000, content.AsMemory(10_000)));
        Assert.False(spool.IsInFile);
        Assert.Equal(content, await ReadAsync(spool, content.Length));
        spool.Forget(15_000);
        Assert.True(spool.CanBeginAt(0));
        spool.Forget(20_000);
        Assert.False(spool.CanBeginAt(0));
    }

    [Fact]
    public async Task A_failure_reaches_who_waits_and_not_who_has_bytes_left()
    {
        using var spool = new Spool(null);
        spool.Write(new Piece(0, new byte[10]));
        var waiting = spool.WaitAsync(10, RunningGateway.Cancel).AsTask();
        spool.Fail(new InvalidOperationException("gone"));
        Assert.Equal("gone", (await Assert.ThrowsAsync<IOException>(() => waiting)).Message);
        Assert.Equal(10, await spool.WaitAsync(5, RunningGateway.Cancel));
    }

    private static async Task<byte[]> ReadAsync(Spool spool, int length)
    {
        var content = new byte[length];
        for (var position = 0; position < length;)
        {
            var end = (int)await spool.WaitAsync(position, RunningGateway.Cancel);
            while (position < end)
                position += spool.Read(position, content.AsSpan(position, end - position));
        }
        return content;
    }
}

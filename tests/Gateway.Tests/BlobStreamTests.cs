using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>One large blob: what happens while it flows.</summary>
public sealed class BlobStreamTests : IAsyncLifetime
{
    /// <summary>More than the buffers between two programs hold.</summary>
    private const int Size = 24 << 20;

    private readonly TemporaryFolder _store = new();
    private RunningGateway _gateway = null!;
    private string _path = "";
    private Digest _digest;

    private string BlobFile => new LocalStore(_store.Path).BlobFile(_digest);

    public async ValueTask InitializeAsync()
    {
        Put(Size);
        _gateway = await RunningGateway.StartAsync(_store.Path);
    }

    private void Put(int size)
    {
        using var tree = new SyntheticTree(_store.Path);
        using (var blob = tree.BeginBlob())
        {
            for (var i = 0; i < size / Chunk; i++)
                blob.Write(ChunkAt(i));
            _digest = tree.AddBlob(blob.Finish());
        }
        _path = $"{tree.Commit()}/blobs/{_digest}";
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _store.Dispose();
    }

    /// <summary>The server may not know it yet, and would take an answer that ends too early for an error of ours.</summary>
    [Fact]
    public async Task A_client_that_has_gone_is_no_end_of_the_blob()
    {
        using var file = new FileBody(File.OpenHandle(BlobFile));
        var pipe = new System.IO.Pipelines.Pipe();
        await pipe.Reader.CompleteAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => file.SendAsync(pipe.Writer, 0, Size, RunningGateway.Cancel));
    }

    [Fact]
    public async Task It_arrives_whole_and_in_parts()
    {
        const int Size = 64 << 20;
        Put(Size);
        using var response = await _gateway.Http.GetAsync(_path, HttpCompletionOption.ResponseHeadersRead, RunningGateway.Cancel);
        Assert.Equal(Size, response.Content.Headers.ContentLength);
        var body = await response.Content.ReadAsStreamAsync(RunningGateway.Cancel);
        Assert.Equal(_digest, Digest.FromSha256Hash(await SHA256.HashDataAsync(body, RunningGateway.Cancel)));

        foreach (var first in new[] { 0, 1, Chunk - 1, 5 * Chunk + 17, Size - Chunk - 1 })
        {
            var part = await _gateway.GetAsync(_path, ("Range", $"bytes={first}-{first + Chunk}"));
            Assert.Equal(206, part.Status);
            Assert.Equal(Bytes(first, Chunk + 1), part.Body);
        }
        var tail = await _gateway.GetAsync(_path, ("Range", $"bytes={Size - 10}-"));
        Assert.Equal(Bytes(Size - 10, 10), tail.Body);
    }

    [Fact]
    public async Task A_client_that_goes_away_leaves_nothing_in_the_log()
    {
        foreach (var range in new[] { "", "Range: bytes=5-\r\n", "Range: bytes=0-9999999,20000000-29999999\r\n" })
        {
            using var client = await StartReadingAsync(range);
            // A reset rather than an orderly end.
            client.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        // Stopping waits for the requests that run; the log is looked at after that.
    }

    [Fact]
    public async Task A_blob_that_is_removed_while_it_is_sent_still_arrives()
    {
        using var response = await _gateway.Http.GetAsync(_path, HttpCompletionOption.ResponseHeadersRead, RunningGateway.Cancel);
        File.Delete(BlobFile);
        var body = await response.Content.ReadAsStreamAsync(RunningGateway.Cancel);
        Assert.Equal(_digest, Digest.FromSha256Hash(await SHA256.HashDataAsync(body, RunningGateway.Cancel)));

        (await _gateway.GetAsync(_path)).IsError(404, "BLOB_UNKNOWN");
        Assert.Equal(404, (await _gateway.HeadAsync(_path)).Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Size - 1)]
    [InlineData(Size + 1)]
    public async Task A_blob_of_another_length_than_the_tree_says_is_never_sent(long length)
    {
        Resize(length);
        (await _gateway.GetAsync(_path)).IsError(500, "UNKNOWN");
        (await _gateway.GetAsync(_path, ("Range", "bytes=0-9"))).IsError(500, "UNKNOWN");
        Assert.Equal(500, (await _gateway.HeadAsync(_path)).Status);
        Assert.All(_gateway.TakeProblems(), p => Assert.Contains(_digest.ToString(), p, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_blob_that_is_cut_while_it_is_sent_never_ends_cleanly()
    {
        using var response = await _gateway.Http.GetAsync(_path, HttpCompletionOption.ResponseHeadersRead, RunningGateway.Cancel);
        Resize(Size / 2);
        await Assert.ThrowsAnyAsync<IOException>(async () =>
            await (await response.Content.ReadAsStreamAsync(RunningGateway.Cancel)).CopyToAsync(Stream.Null, RunningGateway.Cancel));
        Assert.Single(_gateway.TakeProblems());
    }

    private const int Chunk = 1 << 20;

    /// <summary>Bytes of which no two chunks are alike.</summary>
    private static byte[] ChunkAt(int index)
    {
        var chunk = new byte[Chunk];
        new Random(index).NextBytes(chunk);
        return chunk;
    }

    private static byte[] Bytes(int first, int length)
    {
        var chunks = Enumerable.Range(first / Chunk, (first + length - 1) / Chunk - first / Chunk + 1).SelectMany(ChunkAt);
        return [.. chunks.Skip(first % Chunk).Take(length)];
    }

    private void Resize(long length)
    {
        using var file = new FileStream(BlobFile, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(length);
    }

    private async Task<TcpClient> StartReadingAsync(string headers)
    {
        var client = await _gateway.ConnectAsync();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {_path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n"), RunningGateway.Cancel);
        Assert.NotEqual(0, await client.GetStream().ReadAsync(new byte[100], RunningGateway.Cancel));
        return client;
    }
}

using System.IO.Compression;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Answers;

/// <summary>
/// What a gzip file holds, unpacked on its way. A part of it is found by unpacking all that comes before. Whoever gets it
/// from its beginning to its end gets what the digest names, or no end.
/// </summary>
/// <param name="packed">The gzip file, which is disposed with this.</param>
/// <param name="packedSize">Its length.</param>
/// <param name="size">The length of what it holds.</param>
/// <param name="digest">The digest of that.</param>
internal sealed class UnpackedBody(IBody packed, long packedSize, long size, Digest digest) : IBody
{
    private const int Chunk = 64 * 1024;

    public bool CanSkip => false;

    public Origin? Origin => packed.Origin;

    public IReadOnlyList<string> Upstreams => packed.Upstreams;

    public async Task SendAsync(PipeWriter to, long start, long length, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var pipe = new Pipe();
        var feeding = FeedAsync(pipe.Writer, stop.Token);
        try
        {
            await using var gzip = new GZipStream(pipe.Reader.AsStream(), CompressionMode.Decompress);
            await UnpackAsync(gzip, to, start, length, cancel).ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await feeding.ConfigureAwait(false);
        }
    }

    public void Dispose() => packed.Dispose();

    private async Task UnpackAsync(GZipStream gzip, PipeWriter to, long start, long length, CancellationToken cancel)
    {
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Chunk];
        for (long position = 0, end = start + length; position < end;)
        {
            var read = await gzip.ReadAsync(buffer, cancel).ConfigureAwait(false);
            if (read == 0)
                throw new InvalidDataException($"what unpacks as {digest} ends after {position} bytes");
            sha256.AppendData(buffer.AsSpan(0, read));
            var wanted = buffer.AsMemory(0, read);
            if (position + read >= size && start == 0 && length == size
                && (position + read > size || Digest.FromSha256Hash(sha256.GetHashAndReset()) != digest || await gzip.ReadAsync(new byte[1], cancel).ConfigureAwait(false) > 0))
                throw new InvalidDataException($"what unpacks as {digest} is something else");
            wanted = wanted[(int)Math.Clamp(start - position, 0, read)..(int)Math.Min(end - position, read)];
            position += read;
            if (!wanted.IsEmpty && (await to.WriteAsync(wanted, cancel).ConfigureAwait(false)).IsCompleted)
                throw new OperationCanceledException("the client has gone");
        }
    }

    private async Task FeedAsync(PipeWriter to, CancellationToken stop)
    {
        Exception? problem = null;
        try
        {
            await packed.SendAsync(to, 0, packedSize, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidDataException or IOException)
        {
            problem = e; // whoever unpacks meets it
        }
        finally
        {
            await to.CompleteAsync(problem).ConfigureAwait(false);
        }
    }
}

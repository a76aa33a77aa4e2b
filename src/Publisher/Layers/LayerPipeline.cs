using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Threading.Channels;
using Image2Ipfs.Publisher.Archive;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using CompressionType = SharpCompress.Common.CompressionType;

namespace Image2Ipfs.Publisher.Layers;

/// <summary>
/// Compresses layers on all cores while the archive is read, and computes diffID, digest, size and CIDs in that pass.
/// <code>
/// archive ─ read 1 MiB, hash diffID ─┬─ compress ─┬─ in order: write, hash digest and blocks ─ blob
///           (one thread)             └─ compress ─┘  (one task a layer; the next layer is read meanwhile)
/// </code>
/// Memory is the blocks that go round, whatever the image's size: a reader without a free block waits. What is compressed
/// already is written as it comes, and uncompressed from the staging folder, for its diffID alone, while the next is read.
/// </summary>
internal sealed class LayerPipeline : IAsyncDisposable
{
    /// <summary>More layers than this are not open at once, however small they are.</summary>
    private const int MaxOpenLayers = 16;

    private readonly Staging _staging;
    private readonly int _level;
    private readonly PublishProgress _progress;
    private readonly TaskScheduler _compressors;
    private readonly Channel<GzipBlock> _freeBlocks = Channel.CreateUnbounded<GzipBlock>();
    private readonly SemaphoreSlim _openLayers = new(MaxOpenLayers);
    private readonly List<Task> _layers = [];

    /// <param name="staging">Takes the compressed layers.</param>
    /// <param name="level">zlib's, 1 to 9.</param>
    /// <param name="threads">How many blocks are compressed at once.</param>
    /// <param name="progress">Is told what was read and written.</param>
    public LayerPipeline(Staging staging, int level, int threads, PublishProgress progress)
    {
        (_staging, _level, _progress) = (staging, level, progress);
        _compressors = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, threads).ConcurrentScheduler;
        // Two a compressor keep it busy; one is being read, one being written.
        for (var i = 0; i < 2 * threads + 2; i++)
            _freeBlocks.Writer.TryWrite(new GzipBlock());
    }

    /// <summary>Reads a layer to its end. It may be written only later; the task says when, and with what result.</summary>
    /// <param name="head">The layer's first bytes, where they were read already.</param>
    /// <param name="rest">What follows them.</param>
    /// <param name="cancel">Stops between blocks.</param>
    public async Task<Task<StagedLayer>> AddAsync(ReadOnlyMemory<byte> head, Stream rest, CancellationToken cancel)
    {
        await _openLayers.WaitAsync(cancel).ConfigureAwait(false);
        var blocks = Channel.CreateUnbounded<Task<GzipBlock>>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        using var diffId = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var trailer = new TaskCompletionSource<Trailer>();
        var layer = Task.Run(() => WriteAsync(blocks.Reader, trailer.Task), CancellationToken.None);
        _layers.Add(layer);
        try
        {
            var crc = new Crc32();
            long length = 0;
            while (true)
            {
                var block = await TakeBlockAsync(cancel).ConfigureAwait(false);
                Fill(block, ref head, rest);
                if (block.Length == 0)
                {
                    _freeBlocks.Writer.TryWrite(block);
                    break;
                }
                diffId.AppendData(block.Content, 0, block.Length);
                crc.Append(block.Content.AsSpan(0, block.Length));
                length += block.Length;
                _progress.Read(block.Length);
                blocks.Writer.TryWrite(Task.Factory.StartNew(
                    () => { block.Compress(_level); return block; }, cancel, TaskCreationOptions.None, _compressors));
            }
            trailer.SetResult(new Trailer(Digest.FromSha256Hash(diffId.GetHashAndReset()), crc.GetCurrentHashAsUInt32(), (uint)length));
            blocks.Writer.Complete();
        }
        catch (Exception e)
        {
            blocks.Writer.Complete(e);
            throw;
        }
        return layer;
    }

    /// <summary>Reads something compressed to its end, and keeps it as it is.</summary>
    /// <param name="head">Its first bytes.</param>
    /// <param name="rest">What follows them.</param>
    /// <param name="compression">What the first bytes say.</param>
    /// <param name="cancel">Stops between blocks.</param>
    public KeptBlob Keep(ReadOnlyMemory<byte> head, Stream rest, CompressionType compression, CancellationToken cancel)
    {
        using var writer = _staging.BeginBlob();
        Copy(head, rest, writer, cancel);
        var blob = writer.Finish();
        var diffId = Task.Factory.StartNew(() => Uncompressed(blob, cancel), cancel, TaskCreationOptions.None, _compressors);
        _layers.Add(diffId);
        return new KeptBlob(blob, compression, diffId);
    }

    /// <summary>The layer as it was before it was compressed here: a manifest of the source wants it so.</summary>
    public StagedBlob Restore(StagedLayer layer, CancellationToken cancel)
    {
        using var gzip = new GZipStream(layer.Blob.OpenRead(), CompressionMode.Decompress);
        using var writer = _staging.BeginBlob();
        Copy(default, gzip, writer, cancel);
        return writer.Finish();
    }

    /// <summary>Waits until no task writes any more: only then may the staging folder go.</summary>
    public async ValueTask DisposeAsync()
    {
        // Whoever waits for a layer sees how it ended; here it matters only that it did.
        await Task.WhenAll(_layers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _openLayers.Dispose();
    }

    private void Copy(ReadOnlyMemory<byte> head, Stream rest, BlobWriter to, CancellationToken cancel)
    {
        var buffer = new byte[GzipBlock.Size];
        head.CopyTo(buffer);
        for (var filled = head.Length; ; filled = 0)
        {
            cancel.ThrowIfCancellationRequested();
            var read = filled + rest.ReadAtLeast(buffer.AsSpan(filled), buffer.Length - filled, throwOnEndOfStream: false);
            if (read == 0)
                return;
            to.Write(buffer.AsSpan(0, read));
            _progress.Read(read);
            _progress.Written(read);
        }
    }

    private static Digest Uncompressed(StagedBlob blob, CancellationToken cancel)
    {
        try
        {
            using var file = blob.OpenRead();
            using var content = ArchiveStream.Open(file);
            using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[128 * 1024];
            while (content.Read(buffer) is > 0 and var read)
            {
                cancel.ThrowIfCancellationRequested();
                sha256.AppendData(buffer.AsSpan(0, read));
            }
            return Digest.FromSha256Hash(sha256.GetHashAndReset());
        }
        catch (Exception e) when (e is not (OperationCanceledException or IOException or OutOfMemoryException))
        {
            throw new InvalidDataException("its compression is damaged", e);
        }
    }

    private async ValueTask<GzipBlock> TakeBlockAsync(CancellationToken cancel)
    {
        try
        {
            return await _freeBlocks.Reader.ReadAsync(cancel).ConfigureAwait(false);
        }
        catch (ChannelClosedException e) when (e.InnerException is { } cause)
        {
            // A layer could not be written: no block will come back, and its error is the one to tell.
            ExceptionDispatchInfo.Throw(cause);
            throw;
        }
    }

    private static void Fill(GzipBlock block, ref ReadOnlyMemory<byte> head, Stream rest)
    {
        block.Length = Math.Min(head.Length, GzipBlock.Size);
        head.Span[..block.Length].CopyTo(block.Content);
        head = head[block.Length..];
        block.Length += rest.ReadAtLeast(block.Content.AsSpan(block.Length), GzipBlock.Size - block.Length, throwOnEndOfStream: false);
    }

    private async Task<StagedLayer> WriteAsync(ChannelReader<Task<GzipBlock>> blocks, Task<Trailer> trailer)
    {
        try
        {
            using var blob = _staging.BeginBlob();
            blob.Write(GzipBlock.Header);
            await foreach (var compressing in blocks.ReadAllAsync().ConfigureAwait(false))
            {
                var block = await compressing.ConfigureAwait(false);
                blob.Write(block.Compressed);
                _progress.Written(block.Compressed.Length);
                _freeBlocks.Writer.TryWrite(block);
            }
            var (diffId, crc32, length) = await trailer.ConfigureAwait(false);
            var end = new byte[GzipBlock.End.Length + 8];
            GzipBlock.End.CopyTo(end, 0);
            BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(GzipBlock.End.Length), crc32);
            BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(GzipBlock.End.Length + 4), length);
            blob.Write(end);
            return new StagedLayer(diffId, blob.Finish(), LayerType.Gzip);
        }
        catch (Exception e)
        {
            _freeBlocks.Writer.TryComplete(e);
            throw;
        }
        finally
        {
            _openLayers.Release();
        }
    }

    /// <param name="DiffId">The layer's diffID.</param>
    /// <param name="Crc32">Of the uncompressed layer, for the end of the gzip.</param>
    /// <param name="Length">Its uncompressed length modulo 2^32, likewise.</param>
    private sealed record Trailer(Digest DiffId, uint Crc32, uint Length);
}

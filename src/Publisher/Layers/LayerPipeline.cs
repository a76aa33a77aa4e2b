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
    private readonly Compression _compression;
    private readonly PublishProgress _progress;
    private readonly TaskScheduler _compressors;
    private readonly Channel<LayerBlock> _freeBlocks = Channel.CreateUnbounded<LayerBlock>();
    private readonly SemaphoreSlim _openLayers = new(MaxOpenLayers);
    private readonly List<Task> _layers = [];

    /// <param name="staging">Takes the compressed layers.</param>
    /// <param name="compression">What layers go through that come uncompressed.</param>
    /// <param name="threads">How many blocks are compressed at once.</param>
    /// <param name="progress">Is told what was read and written.</param>
    public LayerPipeline(Staging staging, Compression compression, int threads, PublishProgress progress)
    {
        (_staging, _compression, _progress) = (staging, compression, progress);
        _compressors = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, threads).ConcurrentScheduler;
        // Two a compressor keep it busy; one is being read, one being written.
        for (var i = 0; i < 2 * threads + 2; i++)
            _freeBlocks.Writer.TryWrite(new LayerBlock());
    }

    /// <summary>Reads a layer to its end. It may be written only later; the task says when, and with what result.</summary>
    /// <param name="head">The layer's first bytes, where they were read already.</param>
    /// <param name="rest">What follows them.</param>
    /// <param name="cancel">Stops between blocks.</param>
    public async Task<Task<StagedLayer>> AddAsync(ReadOnlyMemory<byte> head, Stream rest, CancellationToken cancel)
    {
        await _openLayers.WaitAsync(cancel).ConfigureAwait(false);
        var blocks = Channel.CreateUnbounded<Task<LayerBlock>>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        using var diffId = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var compression = _compression.Begin();
        var end = new TaskCompletionSource<End>();
        var layer = Task.Run(() => WriteAsync(compression.Header, blocks.Reader, end.Task), CancellationToken.None);
        _layers.Add(layer);
        try
        {
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
                compression.Pass(block.Content.AsSpan(0, block.Length));
                _progress.Read(block.Length);
                blocks.Writer.TryWrite(Task.Factory.StartNew(
                    () => { block.Compress(compression); return block; }, cancel, TaskCreationOptions.None, _compressors));
            }
            end.SetResult(new End(Digest.FromSha256Hash(diffId.GetHashAndReset()), compression.End()));
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
        if (layer.Type == LayerType.Plain)
            return layer.Blob;
        using var file = layer.Blob.OpenRead();
        using var content = ArchiveStream.Open(file);
        using var writer = _staging.BeginBlob();
        Copy(default, content, writer, cancel);
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
        var buffer = new byte[LayerBlock.Size];
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

    private async ValueTask<LayerBlock> TakeBlockAsync(CancellationToken cancel)
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

    private static void Fill(LayerBlock block, ref ReadOnlyMemory<byte> head, Stream rest)
    {
        block.Length = Math.Min(head.Length, LayerBlock.Size);
        head.Span[..block.Length].CopyTo(block.Content);
        head = head[block.Length..];
        block.Length += rest.ReadAtLeast(block.Content.AsSpan(block.Length), LayerBlock.Size - block.Length, throwOnEndOfStream: false);
    }

    private async Task<StagedLayer> WriteAsync(ReadOnlyMemory<byte> header, ChannelReader<Task<LayerBlock>> blocks, Task<End> end)
    {
        try
        {
            using var blob = _staging.BeginBlob();
            blob.Write(header.Span);
            await foreach (var compressing in blocks.ReadAllAsync().ConfigureAwait(false))
            {
                var block = await compressing.ConfigureAwait(false);
                blob.Write(block.Compressed.Span);
                _progress.Written(block.Compressed.Length);
                _freeBlocks.Writer.TryWrite(block);
            }
            var (diffId, bytes) = await end.ConfigureAwait(false);
            blob.Write(bytes.Span);
            return new StagedLayer(diffId, blob.Finish(), _compression.Type);
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
    /// <param name="Bytes">What stands behind its last block.</param>
    private sealed record End(Digest DiffId, ReadOnlyMemory<byte> Bytes);
}

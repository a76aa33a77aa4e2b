namespace Image2Ipfs.Publisher;

/// <summary>How far a publish is. Written by its threads, read by whoever shows it.</summary>
internal sealed class PublishProgress
{
    private long _bytesRead;
    private long _bytesWritten;
    private volatile LayerProgress? _layer;

    /// <summary>Bytes of layers read so far, uncompressed.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Bytes of layers written so far, compressed.</summary>
    public long BytesWritten => Interlocked.Read(ref _bytesWritten);

    /// <summary>The layer that is being read, or null before the first.</summary>
    public LayerProgress? Layer => _layer;

    public void BeginLayer(string name, long size) => _layer = new LayerProgress(name, size, BytesRead);

    public void Read(int bytes) => Interlocked.Add(ref _bytesRead, bytes);

    public void Written(int bytes) => Interlocked.Add(ref _bytesWritten, bytes);

    /// <param name="Name">The member's path in the archive.</param>
    /// <param name="Size">Its length in bytes.</param>
    /// <param name="StartedAt">The value of <see cref="BytesRead"/> when it began.</param>
    public sealed record LayerProgress(string Name, long Size, long StartedAt);
}

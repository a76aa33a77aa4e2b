namespace Image2Ipfs.Publisher;

/// <summary>How far a publish is. Written by its threads, read by whoever shows it.</summary>
internal sealed class PublishProgress
{
    private long _bytesRead;
    private long _bytesWritten;
    private long _bytesSent;
    private volatile Stage? _current;

    /// <summary>Bytes of layers read so far, uncompressed.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Bytes of layers written so far, as they are stored.</summary>
    public long BytesWritten => Interlocked.Read(ref _bytesWritten);

    /// <summary>Bytes sent to targets so far.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    /// <summary>What is being done, or null before the first layer.</summary>
    public Stage? Current => _current;

    /// <param name="member">The layer's path in the archive.</param>
    /// <param name="size">Its length in bytes.</param>
    public void BeginLayer(string member, long size)
    {
        var start = BytesRead;
        _current = new Stage($"layer {Short(member)}", size, () => BytesRead - start);
    }

    /// <param name="target">What the command line calls it.</param>
    /// <param name="size">The bytes to send, as far as they are known.</param>
    public void BeginSending(string target, long size)
    {
        var start = BytesSent;
        _current = new Stage(target, size, () => BytesSent - start);
    }

    public void Read(int bytes) => Interlocked.Add(ref _bytesRead, bytes);

    public void Written(int bytes) => Interlocked.Add(ref _bytesWritten, bytes);

    public void Sent(long bytes) => Interlocked.Add(ref _bytesSent, bytes);

    /// <summary>The twelve digits by which Docker shows a layer, wherever in the member's path they stand.</summary>
    private static string Short(string member)
    {
        var id = member.Split('/').LastOrDefault(c => c.Length >= 64) ?? member;
        return id.Length > 12 ? id[..12] : id;
    }

    /// <param name="Name">A layer, or a target.</param>
    /// <param name="Size">Its bytes.</param>
    /// <param name="Done">How many of them are done.</param>
    public sealed record Stage(string Name, long Size, Func<long> Done);
}

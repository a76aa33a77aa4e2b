using System.Collections.Concurrent;

namespace Image2Ipfs.Benchmarks.Load;

/// <summary>What the clients saw.</summary>
internal sealed class Results
{
    private long _bytes;
    private int _left;
    private int _continued;

    /// <summary>How long each whole pull took.</summary>
    public ConcurrentBag<double> Seconds { get; } = [];

    public ConcurrentBag<string> Errors { get; } = [];

    public long Bytes => _bytes;

    /// <summary>Pulls that their client left in the middle.</summary>
    public int Left => _left;

    /// <summary>Blobs that a client went on with at an offset.</summary>
    public int Continued => _continued;

    public void Received(int bytes) => Interlocked.Add(ref _bytes, bytes);

    public void OneLeft() => Interlocked.Increment(ref _left);

    public void OneContinued() => Interlocked.Increment(ref _continued);
}

using System.IO.Pipelines;

namespace Image2Ipfs.Gateway.Answers;

/// <summary>A blob's bytes, of which any part can be sent: a file, memory, or what an upstream is still giving.</summary>
internal interface IBody : IDisposable
{
    /// <summary>Whether a part costs no more than its own bytes. Where it costs all that come before, nobody gets many at once.</summary>
    bool CanSkip => true;

    /// <summary>Where they lie; null: in memory now, wherever they had to be fetched from.</summary>
    Origin? Origin { get; }

    /// <summary>The file that has these bytes and no others, or null.</summary>
    string? Path => null;

    /// <summary>The upstreams that have given some of them.</summary>
    IReadOnlyList<string> Upstreams => [];

    /// <exception cref="InvalidDataException">What lies on this machine is damaged. The headers are out: only an abort tells the client.</exception>
    /// <exception cref="IOException">No upstream gives the rest.</exception>
    /// <exception cref="OperationCanceledException">The client has gone; the server may notice it later than the pipe.</exception>
    Task SendAsync(PipeWriter to, long start, long length, CancellationToken cancel);
}

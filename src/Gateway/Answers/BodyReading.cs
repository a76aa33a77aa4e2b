using System.Buffers;
using System.IO.Pipelines;

namespace Image2Ipfs.Gateway.Answers;

internal static class BodyReading
{
    /// <summary>Reads a few bytes of a body into memory.</summary>
    /// <exception cref="InvalidDataException">What lies on this machine is damaged.</exception>
    /// <exception cref="IOException">No upstream gives them.</exception>
    public static async Task<byte[]> ReadAsync(this IBody body, long start, int length, CancellationToken cancel)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await body.SendAsync(pipe.Writer, start, length, cancel).ConfigureAwait(false);
        await pipe.Writer.CompleteAsync().ConfigureAwait(false);
        var read = await pipe.Reader.ReadAtLeastAsync(length, cancel).ConfigureAwait(false);
        return read.Buffer.ToArray();
    }
}

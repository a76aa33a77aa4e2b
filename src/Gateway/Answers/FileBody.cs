using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;

namespace Image2Ipfs.Gateway.Answers;

/// <summary>
/// Sends slices of a file. It is read straight into the memory that the connection sends from: ASP.NET's own
/// SendFileAsync goes through a buffer of 16 KiB of its own, at half the speed.
/// </summary>
internal sealed class FileBody(SafeFileHandle file, Origin origin = Origin.Store, string? path = null) : IBody
{
    private const int Chunk = 128 * 1024;

    public Origin? Origin => origin;

    public string? Path => path;

    public Task SendAsync(PipeWriter to, long start, long length, CancellationToken cancel) => SendAsync(to, file, start, length, cancel);

    /// <exception cref="InvalidDataException">The file has become shorter. The headers are out: only an abort tells the client.</exception>
    public static async Task SendAsync(PipeWriter to, SafeFileHandle file, long start, long length, CancellationToken cancel)
    {
        for (var left = length; left > 0;)
        {
            var memory = to.GetMemory(Chunk);
            memory = memory[..(int)Math.Min(memory.Length, left)];
            var read = RandomAccess.Read(file, memory.Span, start + length - left);
            if (read == 0)
                throw new InvalidDataException("a blob became shorter while it was sent");
            to.Advance(read);
            left -= read;
            if ((await to.FlushAsync(cancel).ConfigureAwait(false)).IsCompleted)
                throw new OperationCanceledException("the client has gone");
        }
    }

    public void Dispose() => file.Dispose();
}

using System.Buffers;
using System.IO.Pipelines;

namespace Image2Ipfs.Gateway.Answers;

/// <summary>A small blob that lies in memory.</summary>
internal sealed class MemoryBody(ReadOnlyMemory<byte> content) : IBody
{
    public Origin? Origin => null;

    public long Length => content.Length;

    public async Task SendAsync(PipeWriter to, long start, long length, CancellationToken cancel)
    {
        to.Write(content.Span.Slice((int)start, (int)length));
        await to.FlushAsync(cancel).ConfigureAwait(false);
    }

    public void Dispose()
    {
    }
}

using System.Buffers;

namespace Image2Ipfs.Gateway.Answers;

/// <summary>A small blob that lies in memory.</summary>
internal sealed class MemoryBody(ReadOnlyMemory<byte> content) : IBody
{
    public long Length => content.Length;

    public async Task SendAsync(HttpContext context, long start, long length)
    {
        var writer = context.Response.BodyWriter;
        writer.Write(content.Span.Slice((int)start, (int)length));
        await writer.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    public void Dispose()
    {
    }
}

using System.Buffers;
using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.FrontDoor;

/// <summary>
/// An archive as a body. It is walked twice: once to see that everything is there and how long it will be, and once to
/// send it. Leaves go from their file straight into the connection's memory, and are not hashed: whoever reads an
/// archive has to check it.
/// </summary>
internal static class CarBody
{
    private const int FlushAt = 64 * 1024;

    /// <summary>The archive's length in bytes.</summary>
    /// <exception cref="NotHeldException">A block is not here.</exception>
    public static long Length(Cid root, CarWalk walk, CancellationToken cancel)
    {
        long length = Car.Header(root).Length;
        foreach (var section in walk.Sections())
        {
            cancel.ThrowIfCancellationRequested();
            var (head, tail) = Envelope(section);
            length += Car.SectionLength(section.Cid, head.Length + section.Length + tail.Length);
        }
        return length;
    }

    public static async Task SendAsync(HttpContext context, Cid root, CarWalk walk)
    {
        var (writer, cancel) = (context.Response.BodyWriter, context.RequestAborted);
        writer.Write(Car.Header(root));
        foreach (var section in walk.Sections())
        {
            var (head, tail) = Envelope(section);
            Car.WriteSectionHead(writer, section.Cid, head.Length + section.Length + tail.Length);
            if (section.File is null)
            {
                writer.Write(section.Block.Span);
            }
            else
            {
                writer.Write(head);
                await FileBody.SendAsync(context.Response.BodyWriter, section.File, section.Offset, section.Length, context.RequestAborted).ConfigureAwait(false);
                writer.Write(tail);
            }
            if (writer.UnflushedBytes > FlushAt && (await writer.FlushAsync(cancel).ConfigureAwait(false)).IsCompleted)
                return; // the client has gone
            cancel.ThrowIfCancellationRequested();
        }
        await writer.FlushAsync(cancel).ConfigureAwait(false);
    }

    private static (byte[] Head, byte[] Tail) Envelope(CarSection section) =>
        section.File is null || section.Cid.Codec == Cid.Raw ? ([], []) : FileDag.LeafEnvelope(section.Length);
}

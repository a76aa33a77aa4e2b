using System.IO.Pipelines;

namespace Image2Ipfs.Publisher.Commands;

/// <summary>
/// A pipe as input. No signal ends a read that waits for the other side, so that read has a thread of its own, and the
/// publish waits for that thread only as long as it is not to stop.
/// </summary>
internal static class StoppableInput
{
    /// <summary>A pipe holds as much, and so gives no more at once.</summary>
    private const int ReadBytes = 64 * 1024;

    private static readonly PipeOptions Options = new(pauseWriterThreshold: 8 * ReadBytes, resumeWriterThreshold: 4 * ReadBytes, minimumSegmentSize: ReadBytes, useSynchronizationContext: false);

    /// <returns>A stream whose reads throw <see cref="OperationCanceledException"/> once it is to stop. It owns the input.</returns>
    public static Stream Open(Stream input, CancellationToken stop)
    {
        var pipe = new Pipe(Options);
        new Thread(() => Pump(input, pipe.Writer)) { IsBackground = true, Name = "input" }.Start();
        stop.Register(pipe.Reader.CancelPendingRead);
        return pipe.Reader.AsStream();
    }

    private static void Pump(Stream input, PipeWriter writer)
    {
        try
        {
            using (input)
            {
                while (input.Read(writer.GetSpan(ReadBytes)) is > 0 and var read)
                {
                    writer.Advance(read);
                    // The reader went away: what comes is not wanted.
                    if (writer.FlushAsync().AsTask().GetAwaiter().GetResult().IsCompleted)
                        break;
                }
            }
            writer.Complete();
        }
#pragma warning disable CA1031 // It reaches the reader, as its own.
        catch (Exception e)
#pragma warning restore CA1031
        {
            writer.Complete(e);
        }
    }
}

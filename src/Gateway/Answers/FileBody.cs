namespace Image2Ipfs.Gateway.Answers;

/// <summary>
/// Sends a slice of a file. It is read straight into the memory that the connection sends from: ASP.NET's own
/// SendFileAsync goes through a buffer of 16 KiB of its own, at half the speed.
/// </summary>
internal static class FileBody
{
    private const int Chunk = 128 * 1024;

    public static async Task SendAsync(HttpContext context, Answer.StoredFile file, long start, long length)
    {
        var (writer, cancel) = (context.Response.BodyWriter, context.RequestAborted);
        // Opened once: a blob that a publisher removes meanwhile is sent to its end.
        using var handle = File.OpenHandle(file.File, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        for (var left = length; left > 0;)
        {
            var memory = writer.GetMemory(Chunk);
            memory = memory[..(int)Math.Min(memory.Length, left)];
            var read = RandomAccess.Read(handle, memory.Span, start + length - left);
            if (read == 0)
            {
                // Shorter than it was when the headers went out: only an abort tells the client.
                context.Abort();
                return;
            }
            writer.Advance(read);
            left -= read;
            if ((await writer.FlushAsync(cancel).ConfigureAwait(false)).IsCompleted)
                return; // the client has gone
        }
    }
}

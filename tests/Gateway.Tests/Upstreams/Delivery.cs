using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>Sends an answer, whole or with the end that it is to have.</summary>
internal sealed class Delivery(HttpContext context, UpstreamRequest request, Throttle throttle, CancellationToken cancel)
{
    private const int Piece = 16 * 1024;

    public async Task SendAsync(UpstreamAnswer answer)
    {
        await Task.Delay(answer.Delay, cancel);
        var response = context.Response;
        request.Status = response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
            response.Headers[name] = value;
        var hasBody = answer.Status != StatusCodes.Status304NotModified;
        if (answer.HasLength && answer.Ending is not (Ending.Clean or Ending.Endless) && hasBody)
            response.ContentLength = answer.Length;
        request.Answered = Stopwatch.GetTimestamp();
        if (HttpMethods.IsHead(request.Method) || !hasBody)
            return;

        await response.StartAsync(cancel);
        // An answer without a body is to be seen before its end comes too.
        await response.Body.FlushAsync(cancel);
        var left = answer.Ending == Ending.Whole ? long.MaxValue : answer.EndsAt;
        foreach (var part in answer.Body)
        {
            var upTo = part[..(int)Math.Min(part.Length, left)];
            left -= upTo.Length;
            for (var at = 0; at < upTo.Length; at += Piece)
                await WriteAsync(upTo.Slice(at, Math.Min(Piece, upTo.Length - at)));
        }
        await EndAsync(answer.Ending);
    }

    private async Task EndAsync(Ending ending)
    {
        switch (ending)
        {
            case Ending.Reset:
                // What went before it is to arrive before it.
                await Task.Delay(20, cancel);
                context.Abort();
                break;
            case Ending.Stall:
                await Task.Delay(Timeout.Infinite, cancel);
                break;
            case Ending.Endless:
                while (!cancel.IsCancellationRequested)
                    await WriteAsync(new byte[Piece]);
                break;
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> piece)
    {
        await throttle.WaitAsync(piece.Length, cancel);
        await context.Response.Body.WriteAsync(piece, cancel);
        request.Sent(piece.Length);
    }
}

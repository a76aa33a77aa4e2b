using System.Diagnostics;

namespace Image2Ipfs.Benchmarks;

/// <summary>A slow way to an upstream: all that passes has so many bytes a second.</summary>
internal static class Limiter
{
    public static async Task<int> RunAsync(string address, string upstream, long bytesPerSecond)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(address);
        var app = builder.Build();
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
        var gate = new SemaphoreSlim(1);
        var free = Stopwatch.GetTimestamp();
        app.Map("/{**path}", async (HttpContext context) =>
        {
            using var response = await client.GetAsync(upstream + context.Request.Path + context.Request.QueryString, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            context.Response.StatusCode = (int)response.StatusCode;
            context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
            context.Response.ContentLength = response.Content.Headers.ContentLength;
            await using var body = await response.Content.ReadAsStreamAsync(context.RequestAborted);
            var buffer = new byte[64 * 1024];
            while (await body.ReadAsync(buffer, context.RequestAborted) is > 0 and var read)
            {
                await gate.WaitAsync(context.RequestAborted);
                var now = Stopwatch.GetTimestamp();
                // What a timer comes too late is made up for.
                free = Math.Max(free, now - (Stopwatch.Frequency / 10)) + (read * Stopwatch.Frequency / bytesPerSecond);
                var wait = free > now ? Stopwatch.GetElapsedTime(now, free) : TimeSpan.Zero;
                gate.Release();
                await Task.Delay(wait, context.RequestAborted);
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
            }
        });
        await app.RunAsync();
        return 0;
    }
}

using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>Python's <c>http.server</c> over a folder, on a free port of 127.0.0.1.</summary>
internal sealed partial class PlainWebServer(Process process, Uri address) : IAsyncDisposable
{
    public Uri Address => address;

    public static async Task<PlainWebServer> StartAsync(string folder)
    {
        var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory", folder, "0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.BeginErrorReadLine(); // its log, for nobody
        var line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the web server ended");
        return new PlainWebServer(process, new Uri($"http://127.0.0.1:{Port().Match(line).Groups[1].Value}/"));
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    [GeneratedRegex(@"port (\d+)")]
    private static partial Regex Port();
}

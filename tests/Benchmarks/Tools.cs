using System.Diagnostics;
using System.Globalization;

namespace Image2Ipfs.Benchmarks;

/// <summary>Programs that make load.</summary>
internal static class Tools
{
    /// <summary>One download, on the load's core.</summary>
    /// <returns>MB/s.</returns>
    public static async Task<double> CurlAsync(string url, long bytes)
    {
        var output = await RunAsync("taskset", "-c", "1", "curl", "-sf", "-o", "/dev/null", "-w", "%{speed_download} %{size_download}", url);
        var numbers = output.Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        return numbers[1] >= bytes ? numbers[0] / 1e6 : throw new InvalidOperationException($"{url}: {output}");
    }

    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: exit {process.ExitCode}: {await error}");
    }
}

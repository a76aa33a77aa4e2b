using System.Diagnostics;
using System.Globalization;

namespace Image2Ipfs.Benchmarks;

/// <summary>What one run of a program took, by GNU time.</summary>
internal sealed record Measurement(double Wall, double Cpu, double PeakMiB, long OutputBytes)
{
    /// <param name="arguments">The program and its arguments.</param>
    /// <param name="outputBytes">Counts what it wrote, after it ended.</param>
    /// <param name="standardInput">A file for its stdin, or null.</param>
    public static async Task<Measurement> RunAsync(IReadOnlyList<string> arguments, Func<long> outputBytes, string? standardOutput = null)
    {
        var figures = Path.GetTempFileName();
        var command = $"exec /usr/bin/time -o '{figures}' -f '%e %U %S %M' \"$@\" > '{standardOutput ?? "/dev/null"}'";
        using var process = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", command, "bash", .. arguments]) { RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', arguments)}: exit {process.ExitCode}: {error}");
        var numbers = (await File.ReadAllTextAsync(figures)).Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        File.Delete(figures);
        return new Measurement(numbers[0], numbers[1] + numbers[2], numbers[3] / 1024, outputBytes());
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
    }
}

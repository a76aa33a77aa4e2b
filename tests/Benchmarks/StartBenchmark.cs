using System.Diagnostics;

namespace Image2Ipfs.Benchmarks;

/// <summary>
/// What a build pays for each call of the publisher: its start alone, and the publish of an image of a few KiB, of each of
/// its packages.
/// </summary>
internal static class StartBenchmark
{
    public static async Task<int> RunAsync(int rounds, string archive, IReadOnlyList<string> programs)
    {
        var starts = programs.ToDictionary(p => p, _ => new List<double>());
        var publishes = programs.ToDictionary(p => p, _ => new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var program in round % 2 == 0 ? programs : programs.Reverse())
            {
                starts[program].Add(await MillisecondsAsync(program, "--version"));
                publishes[program].Add(await MillisecondsAsync(program, "--no-add", "--quiet", archive));
            }
        }
        Console.WriteLine($"start, {rounds} rounds, medians\n| program | --version, ms | a small image, ms |\n|---|---|---|");
        foreach (var program in programs)
            Console.WriteLine($"| {program} | {Measurement.Median(starts[program]):F0} | {Measurement.Median(publishes[program]):F0} |");
        return 0;
    }

    private static async Task<double> MillisecondsAsync(string program, params string[] arguments)
    {
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? watch.Elapsed.TotalMilliseconds : throw new InvalidOperationException($"{program}: exit {process.ExitCode}");
    }
}

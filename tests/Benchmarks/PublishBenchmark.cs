namespace Image2Ipfs.Benchmarks;

/// <summary>
/// Publishing an archive beside <c>skopeo copy docker-archive: oci:</c> (which computes no CIDs) and <c>pigz -6</c> of the
/// same bytes (which hashes nothing): wall time, CPU time, peak memory and the size of what they write.
/// </summary>
internal static class PublishBenchmark
{
    public static async Task<int> RunAsync(string publisher, string archive, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("image2ipfs-bench-").FullName;
        var (store, oci, gz) = (Path.Combine(folder, "store"), Path.Combine(folder, "oci"), Path.Combine(folder, "gz"));
        (string Name, Func<Task<Measurement>> Run)[] cases =
        [
            ("image2ipfs", () => Clean(store, () => Measurement.RunAsync([publisher, "--store", store, "-q", archive], () => Size(Path.Combine(store, "blobs"))))),
            ("skopeo", () => Clean(oci, () => Measurement.RunAsync(["skopeo", "--insecure-policy", "copy", "-q", $"docker-archive:{archive}", $"oci:{oci}:x"], () => Size(Path.Combine(oci, "blobs"))))),
            ("pigz -6", () => Clean(gz, () => Measurement.RunAsync(["pigz", "-6", "-p", $"{Environment.ProcessorCount}", "-c", archive], () => new FileInfo(gz).Length, gz))),
        ];

        var results = cases.ToDictionary(c => c.Name, _ => new List<Measurement>());
        for (var round = 0; round < rounds; round++)
        {
            // The order turns each round, so that a slow minute of the machine hits nobody twice.
            foreach (var (name, run) in round % 2 == 0 ? cases : cases.Reverse())
                results[name].Add(await run());
        }
        Directory.Delete(folder, recursive: true);

        Console.WriteLine($"publish {new FileInfo(archive).Length / 1e6:F0} MB, {rounds} rounds, medians");
        Console.WriteLine($"| case | wall s | MB/s | CPU s | peak MiB | written MB | wall / ours | CPU / ours | size / ours |\n|---|---|---|---|---|---|---|---|---|");
        var ours = Figures(results["image2ipfs"]);
        foreach (var (name, runs) in results)
        {
            var f = Figures(runs);
            Console.WriteLine($"| {name} | {f.Wall:F2} | {new FileInfo(archive).Length / 1e6 / f.Wall:F0} | {f.Cpu:F2} | {f.Peak:F0} | {f.Bytes / 1e6:F1} | {f.Wall / ours.Wall:F2} | {f.Cpu / ours.Cpu:F2} | {f.Bytes / ours.Bytes:F3} |");
        }
        var skopeo = Figures(results["skopeo"]);
        var pigz = Figures(results["pigz -6"]);
        Console.WriteLine($"ours / skopeo: wall {ours.Wall / skopeo.Wall:F2}, CPU {ours.Cpu / skopeo.Cpu:F2}, size {ours.Bytes / skopeo.Bytes:F3}; ours / pigz: wall {ours.Wall / pigz.Wall:F2}; peak {results["image2ipfs"].Max(r => r.PeakMiB):F0} MiB");

        var starts = new List<double>();
        for (var i = 0; i < 20; i++)
            starts.Add((await StartAsync(publisher)).TotalMilliseconds);
        Console.WriteLine($"cold start (--version, 20 runs, median): {Measurement.Median(starts):F0} ms");
        return 0;
    }

    private static (double Wall, double Cpu, double Peak, double Bytes) Figures(List<Measurement> runs) =>
        (Measurement.Median(runs.Select(r => r.Wall)), Measurement.Median(runs.Select(r => r.Cpu)), Measurement.Median(runs.Select(r => r.PeakMiB)), Measurement.Median(runs.Select(r => (double)r.OutputBytes)));

    private static async Task<Measurement> Clean(string path, Func<Task<Measurement>> run)
    {
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        File.Delete(path);
        return await run();
    }

    private static async Task<TimeSpan> StartAsync(string publisher)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(publisher, ["--version"]) { RedirectStandardOutput = true })!;
        await process.WaitForExitAsync();
        return watch.Elapsed;
    }

    private static long Size(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
}

using System.Globalization;

namespace Image2Ipfs.Benchmarks;

/// <summary>
/// What leaves the store and comes back: export to a CAR, a folder and a node, import of a CAR; beside <c>cp</c> of the
/// store's blobs, and the node's own import of the same CAR (<c>dag/import</c> by curl) and its own <c>add</c> of the same blobs.
/// Before each run the node forgets what it has.
/// </summary>
internal static class HandoverBenchmark
{
    /// <param name="node">The address of a node's RPC.</param>
    public static async Task<int> RunAsync(string publisher, string archive, string node, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("image2ipfs-bench-").FullName;
        var (store, car, output) = (Path.Combine(folder, "store"), Path.Combine(folder, "image.car"), Path.Combine(folder, "out"));
        var root = (await Tools.RunAsync(publisher, "--store", store, "-q", "--to", $"car:{car}", archive)).Split('/')[1];
        var cid = (await Tools.RunAsync(publisher, "cid", root, "--json")).Split('"')[3];
        var blobs = Path.Combine(store, "blobs");
        var files = Directory.GetFiles(Path.Combine(blobs, "sha256"));
        var bytes = files.Sum(f => new FileInfo(f).Length);
        (string Name, Func<Task<Measurement>> Run)[] cases =
        [
            ("cp -r of the store's blobs", () => MeasureAsync(["cp", "-r", blobs, output])),
            ("export --to car:FILE", () => MeasureAsync([publisher, "export", root, "--store", store, "-q", "--to", $"car:{output}"])),
            ("export --to dir:FOLDER", () => MeasureAsync([publisher, "export", root, "--store", store, "-q", "--to", $"dir:{output}"])),
            ("import CAR", () => MeasureAsync([publisher, "import", car, "--store", output, "-q"])),
            ("curl CAR to the node's dag/import", () => NodeAsync(["curl", "-sf", "-F", $"file=@{car}", $"{node}/api/v0/dag/import?pin-roots=true"])),
            ("export --to kubo", () => NodeAsync([publisher, "export", root, "--store", store, "-q", "--to", $"kubo:{node}"])),
            ("curl blobs to the node's add", () => NodeAsync(["curl", "-sf", .. files.SelectMany(f => new[] { "-F", $"file=@{f}" }), $"{node}/api/v0/add?pin=true"])),
        ];

        var results = cases.ToDictionary(c => c.Name, _ => new List<Measurement>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, run) in round % 2 == 0 ? cases : cases.Reverse())
                results[name].Add(await run());
        }
        Directory.Delete(folder, recursive: true);

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F0} MB of blobs, {rounds} rounds, medians\n| case | wall s | MB/s | CPU s | peak MiB | wall / cp |\n|---|---|---|---|---|---|"));
        var cp = Wall(cases[0].Name);
        foreach (var (name, runs) in results)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {Wall(name):F2} | {bytes / 1e6 / Wall(name):F0} | {Measurement.Median(runs.Select(r => r.Cpu)):F2} | {runs.Max(r => r.PeakMiB):F0} | {Wall(name) / cp:F2} |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"export --to kubo / the node's own import: {Wall("export --to kubo") / Wall("curl CAR to the node's dag/import"):F2}"));
        return 0;

        double Wall(string name) => Measurement.Median(results[name].Select(r => r.Wall));

        async Task<Measurement> MeasureAsync(string[] command)
        {
            if (Directory.Exists(output)) Directory.Delete(output, recursive: true);
            File.Delete(output);
            return await Measurement.RunAsync(command, () => 0);
        }

        async Task<Measurement> NodeAsync(string[] command)
        {
            using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(5) };
            // Not pinned is as good as unpinned.
            (await http.PostAsync($"{node}/api/v0/pin/rm?arg={cid}", null)).Dispose();
            (await http.PostAsync($"{node}/api/v0/repo/gc?quiet=true", null)).EnsureSuccessStatusCode();
            return await Measurement.RunAsync(command, () => 0);
        }
    }
}

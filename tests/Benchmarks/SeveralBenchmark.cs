using System.Diagnostics;
using System.Globalization;

namespace Image2Ipfs.Benchmarks;

/// <summary>
/// What only a Gateway with a cache and several upstreams can show: four upstreams of 10 MB/s each at once; one of two that
/// dies in the middle of a blob; a hundred clients of one cold blob.
/// </summary>
internal static class SeveralBenchmark
{
    private const int BlobBytes = 500_000_000;
    private const int Clients = 100;
    private const long Limit = 10_000_000;

    public static async Task<int> RunAsync(string gateway, string publisher, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("image2ipfs-bench-").FullName;
        var servers = new List<Server>();
        try
        {
            var (store, tree) = (Path.Combine(folder, "store"), Path.Combine(folder, "tree"));
            var root = await BenchmarkImage.PublishAsync(publisher, store, tree, Path.Combine(folder, "image.tar"), BlobBytes, smallLayers: 1);
            var blob = new DirectoryInfo(Path.Combine(tree, "bench", "blobs")).EnumerateFiles("sha256:*").MaxBy(f => f.Length)!.Name;
            servers.Add(Server.Start("source", 5820, "1", [gateway, "--urls", "http://127.0.0.1:5820", "--Gateway:Store", store]));
            for (var port = 5821; port <= 5824; port++)
                servers.Add(Server.Start("limited", port, "1", [Environment.ProcessPath!, "limiter", $"http://127.0.0.1:{port}", "http://127.0.0.1:5820", $"{Limit}"]));
            foreach (var server in servers)
                await server.WaitAsync();

            var (four, whole, dying, clients, memory) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round < rounds; round++)
            {
                using (var cold = Cold("http://127.0.0.1:5821,http://127.0.0.1:5822,http://127.0.0.1:5823,http://127.0.0.1:5824"))
                {
                    await cold.WaitAsync();
                    four.Add(await Tools.CurlAsync(Url(5830), BlobBytes));
                }
                foreach (var (dies, times) in new[] { (false, whole), (true, dying) })
                    times.Add(await SecondsAsync(dies));
                using (var cold = Cold("http://127.0.0.1:5820"))
                {
                    await cold.WaitAsync();
                    var started = Stopwatch.GetTimestamp();
                    await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Tools.CurlAsync(Url(5830), BlobBytes)));
                    clients.Add(Clients * (BlobBytes / 1e6) / Stopwatch.GetElapsedTime(started).TotalSeconds);
                    memory.Add(cold.PeakMiB());
                }
            }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
                {BlobBytes / 1e6:F0} MB, cold each time, {rounds} rounds, medians
                | case | |
                |---|---|
                | four upstreams of {Limit / 1e6:F0} MB/s at once | {Measurement.Median(four):F1} MB/s |
                | one of two upstreams dies in the middle: time / time without | {Measurement.Median(dying) / Measurement.Median(whole):F2} |
                | {Clients} clients of one cold blob, together | {Measurement.Median(clients):F0} MB/s |
                | peak memory with {Clients} clients | {Measurement.Median(memory):F0} MiB |
                """));
            return 0;

            string Url(int port) => $"http://127.0.0.1:{port}/v2/{root}/bench/blobs/{blob}";

            Server Cold(string upstreams)
            {
                var cache = Path.Combine(folder, "cache");
                if (Directory.Exists(cache))
                    Directory.Delete(cache, recursive: true);
                return Server.Start("image2ipfs", 5830, "0", [gateway, "--urls", "http://127.0.0.1:5830", "--Gateway:Store", $"{folder}/empty", "--IPFS_GATEWAY", upstreams, "--Gateway:Cache:Folder", cache]);
            }

            async Task<double> SecondsAsync(bool dies)
            {
                using var other = Server.Start("the other", 5831, "1", [gateway, "--urls", "http://127.0.0.1:5831", "--Gateway:Store", store]);
                await other.WaitAsync();
                using var cold = Cold("http://127.0.0.1:5820,http://127.0.0.1:5831");
                await cold.WaitAsync();
                var started = Stopwatch.GetTimestamp();
                var pull = Tools.CurlAsync(Url(5830), BlobBytes);
                if (dies)
                {
                    await Task.Delay(400);
                    other.Dispose();
                }
                await pull;
                return Stopwatch.GetElapsedTime(started).TotalSeconds;
            }
        }
        finally
        {
            servers.ForEach(s => s.Dispose());
            Directory.Delete(folder, recursive: true);
        }
    }
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace Image2Ipfs.Benchmarks;

/// <summary>
/// Serving one image beside Debian's docker-registry (which reads files too), nginx (the files alone) and a bare YARP
/// forwarder before that nginx; from the store, and from what a Gateway without the image has pulled before. The server has
/// core 0; load, and the forwarder's nginx, have core 1. A manifest of some 18 KB by wrk, and a blob of 500 MB by curl.
/// </summary>
internal static partial class ServeBenchmark
{
    private const int SmallLayers = 100;
    private const int BlobBytes = 500_000_000;
    private const int Connections = 64;
    private const int WrkSeconds = 3;
    private const int WarmUps = 3;
    private const string Accept = "application/vnd.docker.distribution.manifest.v2+json";

    public static async Task<int> RunAsync(string gateway, string publisher, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("image2ipfs-bench-").FullName;
        var servers = new List<Server>();
        try
        {
            var (store, tree) = (Path.Combine(folder, "store"), Path.Combine(folder, "tree"));
            var root = await BenchmarkImage.PublishAsync(publisher, store, tree, Path.Combine(folder, "image.tar"), BlobBytes, SmallLayers);
            var blob = new DirectoryInfo(Path.Combine(tree, "bench", "blobs")).EnumerateFiles("sha256:*").MaxBy(f => f.Length)!;

            servers.Add(Server.Start("image2ipfs", 5801, "0", [gateway, "--urls", "http://127.0.0.1:5801", "--Gateway:Store", store]));
            servers.Add(Server.Start("docker-registry", 5802, "0", ["docker-registry", "serve", await RegistryConfigAsync(folder)]));
            servers.Add(Server.Start("nginx", 5803, "0", ["nginx", "-p", folder, "-c", await NginxConfigAsync(folder, tree, 5803)]));
            servers.Add(Server.Start("nginx upstream", 5804, "1", ["nginx", "-p", folder, "-c", await NginxConfigAsync(folder, tree, 5804)]));
            servers.Add(Server.Start("YARP forwarder", 5805, "0", [Environment.ProcessPath!, "forwarder", "http://127.0.0.1:5805", "http://127.0.0.1:5804"]));
            servers.Add(Server.Start("image2ipfs, from its cache", 5806, "0", [gateway, "--urls", "http://127.0.0.1:5806", "--Gateway:Store", $"{folder}/empty", "--IPFS_GATEWAY", "http://127.0.0.1:5801", "--Gateway:Cache:Folder", $"{folder}/cache"]));
            foreach (var server in servers)
                await server.WaitAsync();
            await Tools.RunAsync("skopeo", "--insecure-policy", "copy", "-q", "--dest-tls-verify=false", $"oci:{tree}/bench:latest", "docker://127.0.0.1:5802/bench:latest", "--format", "v2s2", "--dest-compress-format", "gzip");

            string Manifest(string path) => $"http://127.0.0.1:{path}";
            (Server Server, string Manifest, string Blob)[] cases =
            [
                (servers[0], Manifest($"5801/v2/{root}/bench/manifests/latest"), $"http://127.0.0.1:5801/v2/{root}/bench/blobs/{blob.Name}"),
                (servers[1], Manifest("5802/v2/bench/manifests/latest"), $"http://127.0.0.1:5802/v2/bench/blobs/{blob.Name}"),
                (servers[2], Manifest("5803/bench/manifests/latest-v2"), $"http://127.0.0.1:5803/bench/blobs/{blob.Name}"),
                (servers[5], Manifest($"5806/v2/{root}/bench/manifests/latest"), $"http://127.0.0.1:5806/v2/{root}/bench/blobs/{blob.Name}"),
                (servers[4], Manifest("5805/bench/manifests/latest-v2"), $"http://127.0.0.1:5805/bench/blobs/{blob.Name}"),
            ];
            var manifests = cases.ToDictionary(c => c.Server.Name, _ => new List<(double PerSecond, double Cpu)>());
            var blobs = cases.ToDictionary(c => c.Server.Name, _ => new List<(double PerSecond, double Cpu)>());
            for (var round = -WarmUps; round < rounds; round++)
            {
                foreach (var (server, manifest, blobUrl) in round % 2 == 0 ? cases : cases.Reverse())
                {
                    var m = await server.CostAsync(() => WrkAsync(manifest));
                    var b = await server.CostAsync(() => Tools.CurlAsync(blobUrl, BlobBytes));
                    if (round < 0) // to warm up
                        continue;
                    manifests[server.Name].Add((m.Result, m.Cpu / (m.Result * WrkSeconds) * 1e6));
                    blobs[server.Name].Add((b.Result, b.Cpu / (BlobBytes / 1e9)));
                }
            }
            Print($"manifest, {Connections} connections, {rounds} rounds of {WrkSeconds} s, medians", "req/s", "CPU µs/req", manifests);
            Print($"blob of {BlobBytes / 1e6:F0} MB, one stream, {rounds} rounds, medians", "MB/s", "CPU s/GB", blobs);
            return 0;
        }
        finally
        {
            servers.ForEach(s => s.Dispose());
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Print(string title, string speed, string cost, Dictionary<string, List<(double PerSecond, double Cpu)>> results)
    {
        Console.WriteLine($"{title}\n| server | {speed} | {cost} | {speed}: ours / it |\n|---|---|---|---|");
        var ours = Measurement.Median(results["image2ipfs"].Select(r => r.PerSecond));
        foreach (var (name, runs) in results)
            Console.WriteLine($"| {name} | {Measurement.Median(runs.Select(r => r.PerSecond)):F0} | {Measurement.Median(runs.Select(r => r.Cpu)):F2} | {ours / Measurement.Median(runs.Select(r => r.PerSecond)):F2} |");
    }

    private static async Task<double> WrkAsync(string url)
    {
        var output = await Tools.RunAsync("taskset", "-c", "1", "wrk", "-t1", $"-c{Connections}", $"-d{WrkSeconds}s", "-H", $"Accept: {Accept}", url);
        if (output.Contains("Non-2xx", StringComparison.Ordinal))
            throw new InvalidOperationException(output);
        return double.Parse(RequestsPerSecond().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static async Task<string> RegistryConfigAsync(string folder)
    {
        var file = Path.Combine(folder, "registry.yml");
        await File.WriteAllTextAsync(file, $$"""
            version: 0.1
            log: {level: error, accesslog: {disabled: true} }
            storage:
              filesystem:
                rootdirectory: {{folder}}/registry
            http: {addr: "127.0.0.1:5802"}
            """);
        return file;
    }

    private static async Task<string> NginxConfigAsync(string folder, string tree, int port)
    {
        var file = Path.Combine(folder, $"nginx-{port}.conf");
        await File.WriteAllTextAsync(file, $$"""
            daemon off; master_process off; pid {{folder}}/nginx-{{port}}.pid; error_log stderr crit;
            events { worker_connections 1024; }
            http { access_log off; sendfile on; keepalive_requests 1000000; default_type application/octet-stream;
              server { listen 127.0.0.1:{{port}}; root {{tree}}; } }
            """);
        return file;
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex RequestsPerSecond();
}

using System.Globalization;

namespace Image2Ipfs.Benchmarks;

/// <summary>
/// A blob that only an upstream has, verified block by block while it goes by, beside a bare YARP forwarder and nginx, which
/// pass the same bytes on unverified. The server has core 0; the load and the upstream, an nginx with prepared archives, have
/// core 1. The cache is smaller than the blob, so each round is cold; it is spooled to disk all the same.
/// </summary>
internal static class PullBenchmark
{
    private const int BlobBytes = 500_000_000;
    private const int WarmUps = 2;

    public static async Task<int> RunAsync(string gateway, string publisher, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("image2ipfs-bench-").FullName;
        var servers = new List<Server>();
        try
        {
            var (store, tree, site) = (Path.Combine(folder, "store"), Path.Combine(folder, "tree"), Path.Combine(folder, "site"));
            var root = await BenchmarkImage.PublishAsync(publisher, store, tree, Path.Combine(folder, "image.tar"), BlobBytes, smallLayers: 1);
            var blob = new DirectoryInfo(Path.Combine(tree, "bench", "blobs")).EnumerateFiles("sha256:*").MaxBy(f => f.Length)!.Name;
            using (var source = Server.Start("source", 5810, "0", [gateway, "--urls", "http://127.0.0.1:5810", "--Gateway:Store", store]))
            {
                await source.WaitAsync();
                await SaveArchivesAsync(root, blob, site);
            }
            File.CreateSymbolicLink(Path.Combine(site, "tree"), tree);

            const string upstream = "http://127.0.0.1:5811";
            servers.Add(Server.Start("nginx upstream", 5811, "1", ["nginx", "-p", folder, "-c", await UpstreamConfigAsync(folder, site)]));
            servers.Add(Server.Start("image2ipfs, spooled to disk", 5812, "0", [gateway, "--urls", "http://127.0.0.1:5812", "--Gateway:Store", $"{folder}/empty", "--IPFS_GATEWAY", upstream, "--Gateway:Cache:Folder", $"{folder}/cache", "--Gateway:Cache:MaxBytes", "300000000"]));
            servers.Add(Server.Start("image2ipfs, no disk", 5813, "0", [gateway, "--urls", "http://127.0.0.1:5813", "--Gateway:Store", $"{folder}/empty", "--IPFS_GATEWAY", upstream, "--Gateway:Cache:MaxBytes", "0"]));
            servers.Add(Server.Start("nginx proxy_pass", 5814, "0", ["nginx", "-p", folder, "-c", await ProxyConfigAsync(folder, upstream)]));
            servers.Add(Server.Start("YARP forwarder", 5815, "0", [Environment.ProcessPath!, "forwarder", "http://127.0.0.1:5815", upstream]));
            foreach (var server in servers)
                await server.WaitAsync();

            (Server Server, string Blob)[] cases =
            [
                (servers[1], $"http://127.0.0.1:5812/v2/{root}/bench/blobs/{blob}"),
                (servers[2], $"http://127.0.0.1:5813/v2/{root}/bench/blobs/{blob}"),
                (servers[3], $"http://127.0.0.1:5814/tree/bench/blobs/{blob}"),
                (servers[4], $"http://127.0.0.1:5815/tree/bench/blobs/{blob}"),
            ];
            var results = cases.ToDictionary(c => c.Server.Name, _ => new List<(double PerSecond, double Cpu)>());
            for (var round = -WarmUps; round < rounds; round++)
            {
                foreach (var (server, url) in round % 2 == 0 ? cases : cases.Reverse())
                {
                    var (speed, cpu) = await server.CostAsync(() => Tools.CurlAsync(url, BlobBytes));
                    if (round >= 0)
                        results[server.Name].Add((speed, cpu / (BlobBytes / 1e9)));
                }
            }
            Console.WriteLine($"cold blob of {BlobBytes / 1e6:F0} MB through one upstream, one stream, {rounds} rounds, medians\n| server | MB/s | CPU s/GB | MB/s: it / YARP | CPU: YARP / it |\n|---|---|---|---|---|");
            var (yarpSpeed, yarpCpu) = Medians(results["YARP forwarder"]);
            foreach (var (name, runs) in results)
            {
                var (speed, cpu) = Medians(runs);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {speed:F0} | {cpu:F2} | {speed / yarpSpeed:F2} | {yarpCpu / cpu:F2} |"));
            }
            return 0;
        }
        finally
        {
            servers.ForEach(s => s.Dispose());
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (double Speed, double Cpu) Medians(List<(double PerSecond, double Cpu)> runs) =>
        (Measurement.Median(runs.Select(r => r.PerSecond)), Measurement.Median(runs.Select(r => r.Cpu)));

    /// <summary>What a Gateway will ask for, as files that nginx can send.</summary>
    private static async Task SaveArchivesAsync(string root, string blob, string site)
    {
        using var http = new HttpClient { BaseAddress = new Uri("http://127.0.0.1:5810") };
        var cid = (await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/ipfs/{root}/bench/blobs/{blob}"))).Headers.ETag!.Tag.Trim('"');
        var v0 = (await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/ipfs/{root}?format=raw"))).Headers.ETag!.Tag.Trim('"').Replace(".raw", "", StringComparison.Ordinal);
        foreach (var path in new[] { $"{v0}/bench/index.json", $"{v0}/bench/manifests", $"{v0}/bench/blobs", cid })
        {
            var file = Path.Combine(site, "ipfs", path + ".car");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await using var to = File.Create(file);
            await (await http.GetStreamAsync($"/ipfs/{path}?format=car&dag-scope=entity")).CopyToAsync(to);
        }
    }

    private static async Task<string> UpstreamConfigAsync(string folder, string site)
    {
        var file = Path.Combine(folder, "upstream.conf");
        await File.WriteAllTextAsync(file, $$"""
            daemon off; master_process off; pid {{folder}}/upstream.pid; error_log stderr crit;
            events { worker_connections 1024; }
            http { access_log off; sendfile on; keepalive_requests 1000000; default_type application/octet-stream;
              server { listen 127.0.0.1:5811; root {{site}};
                location /ipfs/ { default_type application/vnd.ipld.car; types { } try_files $uri.car =404; } } }
            """);
        return file;
    }

    private static async Task<string> ProxyConfigAsync(string folder, string upstream)
    {
        var file = Path.Combine(folder, "proxy.conf");
        await File.WriteAllTextAsync(file, $$"""
            daemon off; master_process off; pid {{folder}}/proxy.pid; error_log stderr crit;
            events { worker_connections 1024; }
            http { access_log off; keepalive_requests 1000000;
              upstream one { server {{upstream["http://".Length..]}}; keepalive 16; }
              server { listen 127.0.0.1:5814; location / { proxy_pass http://one; proxy_http_version 1.1; proxy_set_header Connection ""; } } }
            """);
        return file;
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Fronts;

/// <summary>What a proxy stands in front of.</summary>
/// <param name="Gateway">As the proxy's file names it.</param>
/// <param name="Kubo">Host and port.</param>
/// <param name="Store">The folder of the Gateway's store.</param>
/// <param name="Cache">The folder of its cache.</param>
internal sealed record Behind(string Gateway, string Kubo, string Store = "/nowhere", string Cache = "/nowhere");

/// <summary>Debian's nginx, Caddy or HAProxy as a process, with the file that config/ has for it, on free ports of 127.0.0.1.</summary>
internal sealed class Front : IAsyncDisposable
{
    private const string Domain = "example.org";

    private readonly Process _process;
    private readonly string _log;
    private readonly TestAuthority _authority;

    private Front(Process process, string folder, string log, int port, int plainPort, TestAuthority authority)
    {
        (_process, Folder, _log, _authority) = (process, folder, log, authority);
        (Address, PlainPort) = (new Uri($"https://{Domain}:{port}"), plainPort);
    }

    /// <summary>Where whatever it writes is.</summary>
    public string Folder { get; }

    public Uri Address { get; }

    public string Authority => Address.Authority;

    /// <summary>Where it listens without TLS.</summary>
    public int PlainPort { get; }

    public int Id => _process.Id;

    public static async Task<Front> StartAsync(string program, Behind behind, string folder, TestAuthority authority)
    {
        Directory.CreateDirectory(folder);
        var (port, plainPort) = (Port.Free(), Port.Free());
        var command = program switch
        {
            "nginx" => await NginxAsync(behind, folder, authority, port, plainPort),
            "caddy" => await CaddyAsync(behind, folder, authority, port, plainPort),
            "haproxy" => await HaproxyAsync(behind, folder, authority, port, plainPort),
            _ => throw new ArgumentException($"there is no proxy '{program}'", nameof(program)),
        };
        return await StartAsync(command, folder, port, plainPort, authority);
    }

    /// <summary>An nginx with an http block of one's own.</summary>
    public static async Task<Front> StartNginxAsync(Func<int, string> http, string folder, TestAuthority authority)
    {
        Directory.CreateDirectory(folder);
        var port = Port.Free();
        return await StartAsync(await NginxAsync(http(port), folder), folder, port, 0, authority);
    }

    /// <summary>An HTTP client that trusts the authority, and finds example.org here.</summary>
    public HttpClient NewClient(Version? version = null) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectCallback = async (context, cancel) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = 64 << 10 };
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        },
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { _authority.Certificate },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        },
    })
    {
        BaseAddress = Address,
        DefaultRequestVersion = version ?? HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = TimeSpan.FromMinutes(5),
    };

    /// <summary>The processes that it consists of.</summary>
    public async Task<IReadOnlyList<int>> ProcessesAsync() =>
        [Id, .. (await Command.RunAsync("pgrep", ["-P", $"{Id}"])).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<Front> StartAsync(string[] command, string folder, int port, int plainPort, TestAuthority authority)
    {
        var log = Path.Combine(folder, "output");
        var start = new ProcessStartInfo("sh", ["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1 </dev/null", "sh", log, .. command]) { WorkingDirectory = folder };
        // Caddy keeps what it knows below these.
        (start.Environment["HOME"], start.Environment["XDG_DATA_HOME"], start.Environment["XDG_CONFIG_HOME"]) = (folder, folder, folder);
        var front = new Front(Process.Start(start)!, folder, log, port, plainPort, authority);
        for (var i = 0; !await front.ListensAsync(); i++)
        {
            if (i == 200 || front._process.HasExited)
            {
                await front.DisposeAsync();
                throw new InvalidOperationException($"{command[0]} did not start:\n{await File.ReadAllTextAsync(log)}");
            }
            await Task.Delay(50);
        }
        return front;
    }

    private async Task<bool> ListensAsync()
    {
        try
        {
            using var connection = new TcpClient();
            await connection.ConnectAsync(IPAddress.Loopback, Address.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static IEnumerable<(string, string)> Pem(TestAuthority authority) =>
        [($"/etc/letsencrypt/live/{Domain}/fullchain.pem", authority.Chain), ($"/etc/letsencrypt/live/{Domain}/privkey.pem", authority.Key)];

    private static async Task<string[]> NginxAsync(Behind behind, string folder, TestAuthority authority, int port, int plainPort)
    {
        var site = Path.Combine(folder, "image2ipfs.conf");
        await Shipped.CopyAsync(["nginx", "image2ipfs.conf"], site,
        [
            ("listen 443 ", $"listen 127.0.0.1:{port} "),
            ("listen 80;", $"listen 127.0.0.1:{plainPort};"),
            ("server 127.0.0.1:5000;", $"server {behind.Gateway};"),
            ("server 127.0.0.1:8080;", $"server {behind.Kubo};"),
            ("alias /var/lib/image2ipfs/;", $"alias {behind.Store}/;"),
            ("alias /var/cache/image2ipfs/;", $"alias {behind.Cache}/;"),
            .. Pem(authority),
        ]);
        return await NginxAsync($"include {site};", folder);
    }

    private static async Task<string[]> NginxAsync(string http, string folder)
    {
        var main = Path.Combine(folder, "nginx.conf");
        string[] temps = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        await File.WriteAllTextAsync(main, $$"""
            user root;
            daemon off;
            worker_processes 1;
            pid {{folder}}/pid;
            error_log stderr;
            events {}
            http {
                access_log off;
                {{string.Concat(temps.Select(t => $"{t}_temp_path {folder}/temp-{t};\n"))}}
                {{http}}
            }
            """);
        (await Command.RunAsync("nginx", ["-t", "-c", main, "-e", "stderr"])).Succeeded();
        return ["nginx", "-c", main, "-e", "stderr"];
    }

    private static async Task<string[]> CaddyAsync(Behind behind, string folder, TestAuthority authority, int port, int plainPort)
    {
        var file = Path.Combine(folder, "Caddyfile");
        await Shipped.CopyAsync(["caddy", "Caddyfile"], file,
        [
            ("\n{\n\tservers {\n", $"\n{{\n\tadmin off\n\tdefault_bind 127.0.0.1\n\thttp_port {plainPort}\n\thttps_port {port}\n\tservers {{\n"),
            ("reverse_proxy 127.0.0.1:5000 {", $"reverse_proxy {behind.Gateway} {{"),
            ("reverse_proxy 127.0.0.1:8080 {", $"reverse_proxy {behind.Kubo} {{"),
            .. Pem(authority),
        ]);
        (await Command.RunAsync("caddy", ["validate", "--config", file, "--adapter", "caddyfile"])).Succeeded();
        return ["caddy", "run", "--config", file, "--adapter", "caddyfile"];
    }

    private static async Task<string[]> HaproxyAsync(Behind behind, string folder, TestAuthority authority, int port, int plainPort)
    {
        var file = Path.Combine(folder, "haproxy.cfg");
        await Shipped.CopyAsync(["haproxy", "haproxy.cfg"], file,
        [
            ("bind :443 ", $"bind 127.0.0.1:{port} "),
            ("bind :80\n", $"bind 127.0.0.1:{plainPort}\n"),
            ($"/etc/haproxy/certs/{Domain}.pem", authority.Both),
            ("server gateway 127.0.0.1:5000 ", $"server gateway {behind.Gateway} "),
            ("server kubo 127.0.0.1:8080", $"server kubo {behind.Kubo}"),
        ]);
        (await Command.RunAsync("haproxy", ["-c", "-f", file])).Succeeded();
        return ["haproxy", "-db", "-f", file];
    }
}

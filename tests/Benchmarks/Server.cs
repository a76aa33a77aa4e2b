using System.Diagnostics;
using System.Net.Sockets;

namespace Image2Ipfs.Benchmarks;

/// <summary>A server under load, pinned to a core, ended with the benchmark.</summary>
internal sealed class Server : IDisposable
{
    private readonly Process _process;
    private readonly int _port;
    private bool _ended;

    private Server(string name, int port, Process process) => (Name, _port, _process) = (name, port, process);

    public string Name { get; }

    public static Server Start(string name, int port, string core, string[] command) =>
        new(name, port, Process.Start(new ProcessStartInfo("taskset", ["-c", core, "sh", "-c", "exec \"$@\" >/dev/null 2>&1", "sh", .. command]))!);

    public async Task WaitAsync()
    {
        for (var i = 0; i < 200; i++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", _port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(100);
            }
        }
        throw new TimeoutException($"{Name} does not listen on {_port}");
    }

    /// <summary>Runs a load and tells the CPU seconds that it cost the server.</summary>
    public async Task<(double Result, double Cpu)> CostAsync(Func<Task<double>> load)
    {
        _process.Refresh();
        var before = _process.TotalProcessorTime;
        var result = await load();
        _process.Refresh();
        return (result, (_process.TotalProcessorTime - before).TotalSeconds);
    }

    /// <summary>The most memory that it has had so far.</summary>
    public double PeakMiB()
    {
        _process.Refresh();
        return _process.PeakWorkingSet64 / 1048576.0;
    }

    public void Dispose()
    {
        if (_ended)
            return;
        _ended = true;
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}

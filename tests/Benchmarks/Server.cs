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

    /// <param name="name">For messages.</param>
    /// <param name="port">Where it will listen.</param>
    /// <param name="core">The processor that it has; null for all.</param>
    /// <param name="command">The program and its arguments.</param>
    public static Server Start(string name, int port, string? core, string[] command)
    {
        string[] silent = ["sh", "-c", "exec \"$@\" >/dev/null 2>&1", "sh", .. command];
        return new(name, port, Process.Start(core is null ? new ProcessStartInfo(silent[0], silent[1..]) : new ProcessStartInfo("taskset", ["-c", core, .. silent]))!);
    }

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

    /// <summary>The memory that it has now; null when it has ended.</summary>
    public double? MemoryMiB()
    {
        if (_ended)
            return null;
        _process.Refresh();
        return _process.HasExited ? null : _process.WorkingSet64 / 1048576.0;
    }

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Ends it as a service manager does, which waits a minute.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        if (_ended)
            return 0;
        Signal("TERM");
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        var exit = _process.ExitCode;
        _ended = true;
        _process.Dispose();
        return exit;
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

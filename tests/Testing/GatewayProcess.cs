using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Image2Ipfs.Testing;

/// <summary>The Gateway, as a process of its own, on a free port of 127.0.0.1.</summary>
public sealed partial class GatewayProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private bool _disposed;
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private GatewayProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => OnLine(line.Data);
        process.ErrorDataReceived += (_, line) => OnLine(line.Data);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException($"the Gateway ended:\n{Log}"));
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public Uri Address => _address.Task.Result;

    /// <summary>Host and port, as a pull name starts.</summary>
    public string Authority => Address.Authority;

    /// <summary>What it wrote so far.</summary>
    public string Log
    {
        get { lock (_log) return _log.ToString(); }
    }

    /// <param name="store">The store's folder.</param>
    /// <param name="settings">More arguments, such as <c>--Gateway:MemoryCacheBytes=1048576</c>.</param>
    public static async Task<GatewayProcess> StartAsync(string store, params string[] settings)
    {
        var start = Command.StartInfo(Programs.Dotnet, [Programs.Gateway, "--urls", "http://127.0.0.1:0", .. settings], new Dictionary<string, string?> { ["IMAGE2IPFS_STORE"] = store });
        var gateway = new GatewayProcess(Process.Start(start)!);
        try
        {
            await gateway._address.Task.WaitAsync(TimeSpan.FromMinutes(2));
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it as a service manager does, and by force if it does not go.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        if (!_process.HasExited)
        {
            await Command.RunAsync("kill", ["-TERM", $"{_process.Id}"]);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        _process.Dispose();
    }

    private void OnLine(string? line)
    {
        if (line is null)
            return;
        lock (_log) _log.AppendLine(line);
        if (Listening().Match(line) is { Success: true } match)
            _address.TrySetResult(new Uri(match.Groups[1].Value));
    }

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();
}

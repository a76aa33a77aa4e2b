using System.Diagnostics;

namespace Image2Ipfs.Gateway.Tests.Running;

/// <summary>The built Gateway as a process of its own: exit status, stdout, stderr, and nothing of this process's environment that would be a setting.</summary>
internal sealed class GatewayProgram : IDisposable
{
    private readonly Process _process;

    private GatewayProgram(Process process) => _process = process;

    /// <summary>Starts it and leaves it running.</summary>
    public static GatewayProgram Start(IEnumerable<string> args, IEnumerable<(string Name, string Value)> environment, string? folder = null)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Gateway.dll"), .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        foreach (var name in new[] { "IMAGE2IPFS_STORE", "IMAGE2IPFS_CONFIG", "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT" })
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new GatewayProgram(Process.Start(start)!);
    }

    /// <summary>Runs it to its end, which must come by itself.</summary>
    public static async Task<(int Exit, string Output, string Error)> RunAsync(IEnumerable<string> args, params IEnumerable<(string Name, string Value)> environment)
    {
        using var running = Start(args, environment);
        var output = running._process.StandardOutput.ReadToEndAsync(RunningGateway.Cancel);
        var error = running._process.StandardError.ReadToEndAsync(RunningGateway.Cancel);
        await running._process.WaitForExitAsync(RunningGateway.Cancel);
        return (running._process.ExitCode, await output, await error);
    }

    /// <summary>Reads stdout up to the line that has this text.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        while (await _process.StandardOutput.ReadLineAsync(RunningGateway.Cancel) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                return line;
        }
        throw new InvalidOperationException($"it ended without saying '{text}': {await _process.StandardError.ReadToEndAsync(RunningGateway.Cancel)}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}

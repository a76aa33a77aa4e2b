using System.Diagnostics;
using System.Text;

namespace Image2Ipfs.Testing;

/// <summary>Another program, run to its end, without input.</summary>
public static class Command
{
    /// <summary>Longer than any command of a test takes; it ends a program that hangs.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    /// <param name="program">A path, or a name to be found in PATH.</param>
    /// <param name="arguments">Passed on as they are; no shell reads them.</param>
    /// <param name="environment">Set on top of this process's own; null removes.</param>
    /// <param name="folder">The working folder.</param>
    public static async Task<CommandResult> RunAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? folder = null)
    {
        var start = StartInfo(program, arguments, environment);
        start.WorkingDirectory = folder ?? "";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new CommandResult(string.Join(' ', [program, .. start.ArgumentList]), process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    internal static ProcessStartInfo StartInfo(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        return start;
    }
}

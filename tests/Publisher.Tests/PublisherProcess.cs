using System.Diagnostics;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>The built program as a process of its own, as people run it.</summary>
internal static class PublisherProcess
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "image2ipfs.dll");

    private static bool IgnoresInterrupts { get; } = File.Exists("/proc/self/status")
        && (Convert.ToUInt64(File.ReadLines("/proc/self/status").First(l => l.StartsWith("SigIgn:", StringComparison.Ordinal))["SigIgn:".Length..].Trim(), 16) & 2) != 0;

    public static Process Start(params string[] arguments)
    {
        // A job that a script runs behind itself ignores Ctrl-C, as do the programs that it starts: these are not to.
        string[] command = IgnoresInterrupts ? ["env", "--default-signal=INT", "dotnet"] : ["dotnet"];
        var start = new ProcessStartInfo(command[0], [.. command[1..], Program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    /// <param name="input">What the pipe to its stdin carries, in pieces as small as pipes give them.</param>
    /// <param name="arguments">The command line.</param>
    public static async Task<Outcome> RunAsync(ReadOnlyMemory<byte> input, params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            for (var rest = input; !rest.IsEmpty; rest = rest[Math.Min(rest.Length, 5000)..])
                await process.StandardInput.BaseStream.WriteAsync(rest[..Math.Min(rest.Length, 5000)]);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It did not read to the end; what it says about that is the test's to judge.
        }
        await process.WaitForExitAsync();
        return new Outcome(process.ExitCode, await output, await error);
    }
}

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>The IPFS implementations of npm, as clients/oracle.sh runs them.</summary>
internal static class Oracle
{
    /// <returns>The lines that it printed.</returns>
    public static async Task<string[]> RunAsync(params IEnumerable<string> arguments) =>
        (await Scripts.RunAsync("oracle.sh", arguments)).Succeeded().Output.TrimEnd('\n').Split('\n');
}

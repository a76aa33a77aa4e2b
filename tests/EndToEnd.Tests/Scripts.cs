using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>The scripts in clients/, and the folder that they work in.</summary>
internal static class Scripts
{
    public const string WorkFolderVariable = "IMAGE2IPFS_E2E_WORK";

    /// <summary>As clients/work.sh has it.</summary>
    public static string WorkFolder { get; } = Path.GetFullPath(Environment.GetEnvironmentVariable(WorkFolderVariable) is { Length: > 0 } folder
        ? folder
        : Path.Combine(Path.GetTempPath(), "image2ipfs-clients"));

    public static string PathOf(string script) => Path.Combine(Folder, "clients", script);

    /// <summary>The folder of the tests' sources.</summary>
    public static string Folder { get; } = Path.Combine(Vectors.Repository, "tests", "EndToEnd.Tests");

    public static Task<CommandResult> RunAsync(string script, params IEnumerable<string> arguments) =>
        Command.RunAsync(PathOf(script), arguments, new Dictionary<string, string?> { [WorkFolderVariable] = WorkFolder });
}

namespace Image2Ipfs.Testing;

/// <summary>How a program ended, and what it wrote.</summary>
public sealed record CommandResult(string Line, int ExitCode, string Output, string Error)
{
    /// <summary>The exit code was 0; or else the test fails with all that the program wrote.</summary>
    public CommandResult Succeeded() => ExitCode == 0 ? this : throw new InvalidOperationException($"exit code {ExitCode}: {Line}\n{Output}\n{Error}");

    /// <summary>The exit code was another; or else the test fails.</summary>
    public CommandResult Failed() => ExitCode != 0 ? this : throw new InvalidOperationException($"exit code 0: {Line}\n{Output}\n{Error}");
}

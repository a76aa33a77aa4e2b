namespace Image2Ipfs.Publisher.Commands;

/// <summary>How the program ends. 128 and the signal's number, as a shell says it of a program that a signal ended.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Fault = 1;
    public const int Usage = 2;
    public const int Interrupted = 130;
    public const int Terminated = 143;

    /// <summary>All of them, as the help, the manual page and docs/publishing.md list them.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> All { get; } =
    [
        (Done, "Everything was done"),
        (Fault, "The input, the store or a target is at fault; stderr says how, and mostly what to do"),
        (Usage, "The command line is at fault"),
        (Interrupted, "Stopped by Ctrl-C (SIGINT); nothing is left half-written"),
        (Terminated, "Stopped by SIGTERM; likewise"),
    ];
}

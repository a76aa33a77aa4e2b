using System.Runtime.InteropServices;

namespace Image2Ipfs.Publisher.Commands;

/// <summary>
/// Ctrl-C and SIGTERM. The first one ends the work where it can take back what it has begun; a second one, or work that
/// does not end in time, ends the process as it is, and the store does not mind.
/// </summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>Shorter than the 10 s after which Docker and most CI runners kill.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _signals;
    private Timer? _end;

    public Interruption() => _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop)];

    public CancellationToken Token => _stop.Token;

    /// <summary>What the signal makes of the exit code.</summary>
    public int ExitCode { get; private set; } = Commands.ExitCode.Interrupted;

    private void Stop(PosixSignalContext context)
    {
        if (_stop.IsCancellationRequested)
            return;
        context.Cancel = true;
        ExitCode = context.Signal == PosixSignal.SIGTERM ? Commands.ExitCode.Terminated : Commands.ExitCode.Interrupted;
        _end = new Timer(_ => Environment.Exit(ExitCode), null, Patience, Timeout.InfiniteTimeSpan);
        _stop.Cancel();
    }

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        _end?.Dispose();
        _stop.Dispose();
    }
}

using Image2Ipfs.Gateway.Settings;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Rules;

/// <summary>
/// Looks at the files every four seconds, as at that of the settings: a watch would miss a file that is mounted anew. Without
/// denylists it ends at once.
/// </summary>
internal sealed class DenylistWatch(Denylists lists, IOptions<GatewaySettings> settings, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(4);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (settings.Value.Content.Denylists.Count == 0)
            return;
        using var timer = new PeriodicTimer(Every, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                if (lists.Look())
                    lists.GiveBack();
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }
}

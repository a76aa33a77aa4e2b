using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Operating;

/// <summary>
/// The load of docs/operating.md, shorter and with fewer clients: its program fails if a client saw an error, if a Gateway
/// that was told to stop did not end well, or if one ran out of its unit's memory.
/// </summary>
public sealed class LoadTests
{
    private const string Clients = "60";
    private const string Seconds = "45";

    [EndToEndFact]
    public async Task Many_clients_see_no_error_while_upstreams_come_and_go_and_a_Gateway_stops()
    {
        var unit = Path.Combine(Vectors.Repository, "config", "systemd", "image2ipfs-gateway.service");
        var result = (await Command.RunAsync(Programs.Dotnet, [Programs.Benchmarks, "load", Programs.Runnable(Programs.Gateway), Programs.Runnable(Programs.Publisher), unit, Clients, Seconds])).Succeeded();
        TestContext.Current.TestOutputHelper?.WriteLine(result.Output);
        Assert.Contains("| errors that a client saw | 0 |", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("| whole pulls | 0 |", result.Output, StringComparison.Ordinal);
    }
}

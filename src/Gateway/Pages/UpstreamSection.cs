using Image2Ipfs.Gateway.Observe;

namespace Image2Ipfs.Gateway.Pages;

/// <summary>The upstreams, as readiness sees them.</summary>
internal static class UpstreamSection
{
    public static Html Of(IReadOnlyList<UpstreamState> upstreams) => upstreams.Count == 0 ? (Html)$"""
        <section aria-labelledby="upstreams">
        <h2 id="upstreams">Upstreams</h2>
        <p class="muted">None: the store alone is served.</p>
        </section>
        """ : $"""
        <section aria-labelledby="upstreams">
        <h2 id="upstreams">Upstreams</h2>
        <table class="stack">
        <caption class="unseen">IPFS gateways from which is fetched what the store does not have</caption>
        <thead><tr><th scope="col">Name</th><th scope="col">Address</th><th scope="col">Health</th><th scope="col">Circuit</th><th scope="col">Gives</th><th scope="col" class="number">Answers after</th><th scope="col" class="number">Running</th></tr></thead>
        <tbody>
        {upstreams.Select(Row)}
        </tbody>
        </table>
        </section>
        """;

    private static Html Row(UpstreamState upstream) => $"""
        <tr>
        <th scope="row">{upstream.Name}</th>
        <td data-label="Address"><span class="long">{upstream.Address}</span></td>
        <td data-label="Health">{Shown.State(upstream.Health switch { "healthy" => true, "unhealthy" => false, _ => null }, upstream.Health)}</td>
        <td data-label="Circuit">{Shown.State(upstream.Circuit == "open" ? false : null, upstream.Circuit)}</td>
        <td data-label="Gives">{string.Join(", ", upstream.Ways)}</td>
        <td data-label="Answers after" class="number">{upstream.LatencyMs} ms</td>
        <td data-label="Running" class="number">{upstream.Running}</td>
        </tr>

        """;
}

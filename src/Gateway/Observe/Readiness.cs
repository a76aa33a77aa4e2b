using System.Text.Json.Serialization;
using Image2Ipfs.Gateway.Cache;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Store;

namespace Image2Ipfs.Gateway.Observe;

/// <summary>Whether requests should be sent here, and the state of everything that they need.</summary>
/// <param name="Status">ready, stopping, or what is missing.</param>
/// <param name="Store">ok, empty, absent, or unreadable.</param>
/// <param name="Cache">ok, off, or unusable.</param>
/// <param name="Upstreams">Each of them.</param>
internal sealed record Readiness(string Status, string Store, string Cache, IReadOnlyList<UpstreamState> Upstreams)
{
    private const string Ready = "ready";
    private const string Unreadable = "unreadable";

    [JsonIgnore]
    public bool IsReady => Status == Ready;

    public static Readiness Of(Stopping stopping, LocalStore store, DiskCache cache, UpstreamPool pool)
    {
        var upstreams = pool.All().Select(UpstreamState.Of).ToList();
        var (held, isStocked) = StateOf(store);
        var status = stopping.HasBegun ? "stopping"
            : held == Unreadable ? "the store cannot be read"
            // What lies in the cache may be all that anybody wants, but nobody can know that.
            : !isStocked && !upstreams.Exists(u => u.IsUsable) ? "the store has nothing, and no upstream can be used"
            : Ready;
        return new Readiness(status, held, cache.State, upstreams);
    }

    private static (string State, bool IsStocked) StateOf(LocalStore store)
    {
        try
        {
            return store.HasRoots() switch
            {
                true => ("ok", true),
                false => ("empty", false),
                null => ("absent", false),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (Unreadable, false);
        }
    }
}

/// <summary>One upstream, as the Gateway sees it.</summary>
/// <param name="Address">Without a user's name and password.</param>
/// <param name="Health">healthy, unhealthy or unknown: what YARP's active and passive checks say together.</param>
/// <param name="Circuit">closed, open or half-open: an open one rests after too many failures.</param>
/// <param name="Ways">How it gives content, as far as is known, the best first: car, raw, path.</param>
/// <param name="LatencyMs">How long its answers took to begin, lately.</param>
/// <param name="Running">Requests that run.</param>
internal sealed record UpstreamState(string Name, string Address, string Health, string Circuit, IReadOnlyList<string> Ways, double LatencyMs, int Running)
{
    [JsonIgnore]
    public bool IsUsable => Health != "unhealthy" && Circuit != "open";

    public static UpstreamState Of(SeenUpstream seen) => new(
        seen.Upstream.Name,
        seen.Upstream.Address.GetComponents(UriComponents.AbsoluteUri & ~UriComponents.UserInfo, UriFormat.UriEscaped),
        seen.Health.ToString().ToLowerInvariant(),
        seen.Upstream.Circuit,
        [.. seen.Upstream.Ways.Usable.Select(w => w.ToString().ToLowerInvariant())],
        Math.Round(seen.Upstream.Latency.TotalMilliseconds, 1),
        seen.Upstream.Running);
}

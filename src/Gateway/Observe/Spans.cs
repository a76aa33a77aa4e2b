using System.Diagnostics;

namespace Image2Ipfs.Gateway.Observe;

/// <summary>The steps of a pull as spans of a trace. Where nobody collects them there are none.</summary>
internal static class Spans
{
    public const string SourceName = "Image2Ipfs.Gateway";

    /// <summary>The tag that says which upstream was asked.</summary>
    public const string Upstream = "image2ipfs.upstream";

    private static readonly ActivitySource Source = new(SourceName);

    public static bool AreCollected => Source.HasListeners();

    /// <summary>Null where nobody collects it.</summary>
    public static Activity? Step(string name) => Source.StartActivity(name);

    /// <summary>A request of an upstream, until its answer begins.</summary>
    public static Activity? Request(string method, Uri address, string target, string upstream)
    {
        var span = Source.StartActivity(method, ActivityKind.Client);
        return span?
            .SetTag("http.request.method", method)
            .SetTag("server.address", address.Host)
            .SetTag("server.port", address.Port)
            .SetTag("url.path", target)
            .SetTag(Upstream, upstream);
    }

    /// <summary>What the server's own span does not know.</summary>
    public static void Finish(string kind, (string? Name, string? Reference) asked, PullCost cost)
    {
        if (Activity.Current is not { } span)
            return;
        span.DisplayName = $"{span.DisplayName} {kind}";
        span.SetTag("image2ipfs.kind", kind)
            .SetTag("image2ipfs.name", asked.Name)
            .SetTag("image2ipfs.reference", asked.Reference)
            .SetTag("image2ipfs.source", Metrics.NameOf(cost.Origin))
            .SetTag(Upstream, string.Join(',', cost.Upstreams));
    }

    /// <summary>It came to nothing.</summary>
    public static void Fail(this Activity? span, string type, string message) =>
        span?.SetTag("error.type", type).SetStatus(ActivityStatusCode.Error, message);
}

namespace Image2Ipfs.Gateway.Access;

/// <summary>An answer that took a login is not for whoever asks a cache on the way.</summary>
internal static class PrivateAnswers
{
    /// <summary>What RFC 9111, section 3.5, takes for leave to keep it all the same.</summary>
    private static readonly string[] Shared = ["public", "s-maxage", "must-revalidate", "private"];

    public static void Of(HttpResponse response) => response.OnStarting(static state =>
    {
        var headers = ((HttpResponse)state).Headers;
        var parts = headers.CacheControl.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (!parts.Contains("no-store", StringComparer.OrdinalIgnoreCase))
            headers.CacheControl = string.Join(", ", parts.Where(p => !Shared.Contains(p.Split('=')[0], StringComparer.OrdinalIgnoreCase)).Prepend("private"));
        return Task.CompletedTask;
    }, response);
}

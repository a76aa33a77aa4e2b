using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Upstreams;

namespace Image2Ipfs.Gateway.Pages;

/// <summary>What the registry would have said, for people.</summary>
internal static class ErrorPage
{
    public static string Title(RegistryError error) => error.Status switch
    {
        StatusCodes.Status400BadRequest => "This is no pull name",
        StatusCodes.Status404NotFound => "Not found",
        StatusCodes.Status405MethodNotAllowed => "Only read",
        StatusCodes.Status500InternalServerError => "Damaged",
        StatusCodes.Status504GatewayTimeout => "No answer in time",
        _ => "The upstreams do not give it",
    };

    public static Html Of(RegistryError error) => $"""
        <h1>{Title(error)}</h1>
        <p class="lead">{Sentence(error.Message)}</p>
        {Attempts(error)}
        <p class="muted">Status {error.Status}. A pull name is <code>root/name:tag</code> or <code>root/name@sha256:…</code>; it begins with a root's hash, an IPNS key or a domain.</p>
        """;

    private static Html Attempts(RegistryError error) => error.Attempts.Count == 0 ? Html.None : $"""
        <table class="stack">
        <caption>What each upstream said</caption>
        <thead><tr><th scope="col">Upstream</th><th scope="col">Outcome</th></tr></thead>
        <tbody>
        {UpstreamsFailedException.Summary(error.Attempts).Select(Html (a) => $"<tr><th scope=\"row\">{a.Upstream}</th><td data-label=\"Outcome\">{a.Outcome}</td></tr>\n")}
        </tbody>
        </table>
        """;

    private static string Sentence(string message) => message.Length == 0 ? "" : $"{char.ToUpperInvariant(message[0])}{message[1..]}.";
}

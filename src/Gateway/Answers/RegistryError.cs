using System.Text.Encodings.Web;
using System.Text.Json;
using Image2Ipfs.Gateway.Names;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Upstreams;

namespace Image2Ipfs.Gateway.Answers;

/// <summary>
/// An error of the distribution specification: every one that this Gateway gives, with its status.
/// Source: opencontainers/distribution-spec, spec.md, "Error Codes"; distribution, registry/api/errcode/register.go.
/// </summary>
internal sealed record RegistryError(int Status, string Code, string Message) : Answer
{
    private const int MaxEcho = 120;
    private const int MaxAttempts = 10;

    /// <summary>The upstreams that were asked in vain.</summary>
    public IReadOnlyList<Attempt> Attempts { get; init; } = [];

    /// <summary>When it may go better, or null.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static RegistryError NameInvalid(ReadOnlySpan<char> name)
    {
        var text = name.ToString();
        return new RegistryError(StatusCodes.Status400BadRequest, "NAME_INVALID", NameHint.For(text) is { } right
            ? $"repository names are lower case; write {right} for {Echo(name)}"
            : $"'{Echo(name)}' is not a repository name");
    }

    public static RegistryError NameUnknown(string message) => new(StatusCodes.Status404NotFound, "NAME_UNKNOWN", message);

    public static RegistryError TagInvalid(string tag) => new(StatusCodes.Status400BadRequest, "TAG_INVALID", $"'{Echo(tag)}' is not a tag");

    public static RegistryError DigestInvalid(string digest) => new(StatusCodes.Status400BadRequest, "DIGEST_INVALID", $"'{Echo(digest)}' is not a digest");

    public static RegistryError ManifestUnknown(string message) => new(StatusCodes.Status404NotFound, "MANIFEST_UNKNOWN", message);

    public static RegistryError BlobUnknown(string message) => new(StatusCodes.Status404NotFound, "BLOB_UNKNOWN", message);

    public static readonly RegistryError UploadUnknown = new(StatusCodes.Status404NotFound, "BLOB_UPLOAD_UNKNOWN", "this registry serves pulls only: it has no uploads");

    public static RegistryError NoSuchEndpoint(ReadOnlySpan<char> path) => new(StatusCodes.Status404NotFound, "UNSUPPORTED", $"there is nothing at '{Echo(path)}'");

    public static RegistryError PaginationNumberInvalid(string? n) =>
        new(StatusCodes.Status400BadRequest, "PAGINATION_NUMBER_INVALID", $"n says how many entries are wanted; it is a number, not '{Echo(n)}'");

    public static RegistryError Denied(Denial denial) => new(denial.Status, "DENIED", denial.Text);

    public static readonly RegistryError MethodNotAllowed = new(StatusCodes.Status405MethodNotAllowed, "UNSUPPORTED", "this registry serves pulls only: GET and HEAD");

    public static readonly RegistryError Damaged = new(StatusCodes.Status500InternalServerError, "UNKNOWN", "what the store holds is damaged; 'image2ipfs verify' says where");

    public byte[] ToJson()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartArray("errors");
            json.WriteStartObject();
            json.WriteString("code", Code);
            json.WriteString("message", Message);
            if (Attempts.Count > 0)
                WriteDetail(json);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    /// <summary>
    /// What the client gets where no upstream gave the content: 404 where all of them say that it is not there, 429 or 503 where
    /// one is too busy, 504 where there was silence, else 502.
    /// </summary>
    /// <param name="failure">Who was asked, and what each said.</param>
    /// <param name="absent">The error where it is known not to be there.</param>
    public static RegistryError Of(UpstreamsFailedException failure, Func<string, RegistryError> absent)
    {
        var attempts = failure.Attempts;
        var busy = attempts.Where(a => a.Kind == FaultKind.Busy).ToList();
        var error = failure switch
        {
            { IsKnownAbsent: true } => absent($"no upstream has {failure.What}"),
            _ when busy.Count == attempts.Count && busy.Count > 0 => busy.Exists(a => a.Status == 429)
                ? new RegistryError(StatusCodes.Status429TooManyRequests, "TOOMANYREQUESTS", $"the upstreams of {failure.What} want fewer requests")
                : new RegistryError(StatusCodes.Status503ServiceUnavailable, "UNAVAILABLE", $"the upstreams of {failure.What} are busy"),
            _ when attempts.Any(a => a.Kind == FaultKind.Wrong) => new(StatusCodes.Status502BadGateway, "UNAVAILABLE", $"what the upstreams give for {failure.What} is not what its name says"),
            _ when attempts.Count == 0 || attempts.Any(a => a.Kind == FaultKind.Timeout) => new(StatusCodes.Status504GatewayTimeout, "UNAVAILABLE", $"the upstreams were silent about {failure.What}"),
            _ => new(StatusCodes.Status502BadGateway, "UNAVAILABLE", $"no upstream gives {failure.What}"),
        };
        return error with { Attempts = attempts, RetryAfter = busy.Select(a => a.RetryAfter).Max() };
    }

    private void WriteDetail(Utf8JsonWriter json)
    {
        json.WriteStartObject("detail");
        json.WriteStartArray("attempts");
        foreach (var (upstream, outcome) in UpstreamsFailedException.Summary(Attempts).TakeLast(MaxAttempts))
        {
            json.WriteStartObject();
            json.WriteString("upstream", upstream);
            json.WriteString("outcome", outcome);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Echo(ReadOnlySpan<char> text) => text.Length <= MaxEcho ? text.ToString() : $"{text[..MaxEcho]}…";
}

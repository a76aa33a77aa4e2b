using System.Text.Encodings.Web;
using System.Text.Json;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Answers;

/// <summary>
/// An error of the distribution specification: every one that this Gateway gives, with its status.
/// Source: opencontainers/distribution-spec, spec.md, "Error Codes"; distribution, registry/api/errcode/register.go.
/// </summary>
internal sealed record RegistryError(int Status, string Code, string Message) : Answer
{
    private const int MaxEcho = 120;

    public static RegistryError NameInvalid(ReadOnlySpan<char> name)
    {
        // base58 has upper-case letters, which no client would ask for by itself: someone typed it.
        var first = name[..(name.IndexOf('/') is var slash && slash < 0 ? name.Length : slash)].ToString();
        return new RegistryError(StatusCodes.Status400BadRequest, "NAME_INVALID", Cid.TryParse(first, out var cid)
            ? $"repository names are lower case; write {cid.ToRepositoryComponent()} for {first}"
            : $"'{Echo(name)}' is not a repository name");
    }

    public static RegistryError NameUnknown(string message) => new(StatusCodes.Status404NotFound, "NAME_UNKNOWN", message);

    public static RegistryError TagInvalid(string tag) => new(StatusCodes.Status400BadRequest, "TAG_INVALID", $"'{Echo(tag)}' is not a tag");

    public static RegistryError DigestInvalid(string digest) => new(StatusCodes.Status400BadRequest, "DIGEST_INVALID", $"'{Echo(digest)}' is not a digest");

    public static RegistryError ManifestUnknown(string message) => new(StatusCodes.Status404NotFound, "MANIFEST_UNKNOWN", message);

    public static RegistryError BlobUnknown(string message) => new(StatusCodes.Status404NotFound, "BLOB_UNKNOWN", message);

    public static RegistryError NoSuchEndpoint(ReadOnlySpan<char> path) => new(StatusCodes.Status404NotFound, "UNSUPPORTED", $"there is nothing at '{Echo(path)}'");

    public static RegistryError PaginationNumberInvalid(string? n) =>
        new(StatusCodes.Status400BadRequest, "PAGINATION_NUMBER_INVALID", $"n is a number of tags, not '{Echo(n)}'");

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
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    private static string Echo(ReadOnlySpan<char> text) => text.Length <= MaxEcho ? text.ToString() : $"{text[..MaxEcho]}…";
}

using System.Diagnostics.CodeAnalysis;
using System.Text;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.FrontDoor;

/// <summary>
/// The path of a request for content.
/// <code>
/// path    := "/ipfs/" CID ("/" segment)* ["/"]
/// segment := percent-encoded UTF-8 that is no "", ".", ".." and holds no "/" and no NUL
/// </code>
/// It is parsed from the request line as it came. Source: ipfs/specs, src/http-gateways/path-gateway.md.
/// </summary>
internal sealed record ContentPath(string Text, Cid Root, IReadOnlyList<string> Segments)
{
    public const string Ipfs = "/ipfs/";
    public const string Ipns = "/ipns/";

    private const int MaxSegments = 128;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The path asks for a directory's page, not for a link to it.</summary>
    public bool EndsWithSlash => Text.EndsWith('/');

    /// <param name="text">A path that starts with /ipfs/.</param>
    /// <param name="path">What it says.</param>
    /// <param name="error">Why it says nothing.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ContentPath? path, [NotNullWhen(false)] out string? error)
    {
        (path, error) = (null, null);
        var parts = text[Ipfs.Length..].Split('/');
        if (!Cid.TryParse(parts[0], out var root))
        {
            error = "it does not begin with a CID";
            return false;
        }
        var segments = parts[1..];
        if (segments is [.. var before, ""])
            segments = before;
        if (segments.Length > MaxSegments)
        {
            error = $"it has more than {MaxSegments} segments";
            return false;
        }
        for (var i = 0; i < segments.Length; i++)
        {
            if (Decode(segments[i]) is not { } segment)
            {
                error = "a segment is empty, dots, or wrongly encoded";
                return false;
            }
            segments[i] = segment;
        }
        path = new ContentPath(text, root, segments);
        return true;
    }

    /// <returns>What a segment says, or null where it says nothing.</returns>
    public static string? Decode(string segment)
    {
        var bytes = new byte[segment.Length];
        var length = 0;
        for (var i = 0; i < segment.Length; i++)
        {
            // The path goes back in headers, which hold no control characters; the server lets DEL through.
            if (segment[i] is <= ' ' or >= '\x7F')
                return null;
            if (segment[i] != '%')
            {
                bytes[length++] = (byte)segment[i];
                continue;
            }
            if (i + 2 >= segment.Length || !char.IsAsciiHexDigit(segment[i + 1]) || !char.IsAsciiHexDigit(segment[i + 2]))
                return null;
            bytes[length++] = Convert.ToByte(segment.Substring(i + 1, 2), 16);
            i += 2;
        }
        try
        {
            var text = StrictUtf8.GetString(bytes, 0, length);
            return text is "" or "." or ".." || text.AsSpan().ContainsAny('/', '\0') ? null : text;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}

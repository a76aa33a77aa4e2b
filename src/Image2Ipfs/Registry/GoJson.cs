using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Image2Ipfs.Registry;

/// <summary>
/// JSON exactly as Go's <c>encoding/json</c> writes it. Schema 1 identifiers are hashes over such text, so a
/// different but equal escaping gives another image; System.Text.Json's writer escapes differently.
/// <code>
/// always escaped:  "  \  and control characters (\n \r \t by letter, the others as \u00XX)
/// for HTML:        &lt; &gt; &amp; as \u003c \u003e \u0026; U+2028 and U+2029 as \u2028 \u2029
/// everything else: raw UTF-8
/// </code>
/// Source: golang/go, encoding/json/encode.go, appendString and appendCompact.
/// </summary>
public static class GoJson
{
    /// <summary>A Go string literal of the text, with its quotation marks.</summary>
    public static void WriteString(IBufferWriter<byte> to, string text)
    {
        to.Write("\""u8);
        // Encoding.UTF8 turns a lone surrogate into U+FFFD, as Go turns invalid UTF-8.
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"': to.Write("\\\""u8); break;
                case '\\': to.Write("\\\\"u8); break;
                case '\n': to.Write("\\n"u8); break;
                case '\r': to.Write("\\r"u8); break;
                case '\t': to.Write("\\t"u8); break;
                case < 0x20 or '<' or '>' or '&' or 0x2028 or 0x2029: WriteEscape(to, rune.Value); break;
                default: to.Advance(rune.EncodeToUtf8(to.GetSpan(4))); break;
            }
        }
        to.Write("\""u8);
    }

    /// <summary>
    /// The same JSON value without white space and with the HTML escapes; numbers and escapes stay as they are written.
    /// </summary>
    /// <param name="to">Takes the text.</param>
    /// <param name="json">One valid JSON value in UTF-8.</param>
    public static void WriteCompact(IBufferWriter<byte> to, ReadOnlySpan<byte> json)
    {
        var inString = false;
        for (var i = 0; i < json.Length; i++)
        {
            var b = json[i];
            if (!inString && b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
                continue;
            if (b is (byte)'<' or (byte)'>' or (byte)'&')
            {
                WriteEscape(to, b);
                continue;
            }
            if (b == 0xE2 && i + 2 < json.Length && json[i + 1] == 0x80 && (json[i + 2] & ~1) == 0xA8)
            {
                WriteEscape(to, 0x2028 | (json[i + 2] & 1));
                i += 2;
                continue;
            }
            to.Write(json.Slice(i, 1));
            if (b == '"')
                inString = !inString;
            else if (b == '\\' && inString && i + 1 < json.Length)
                to.Write(json.Slice(++i, 1));
        }
    }

    private static void WriteEscape(IBufferWriter<byte> to, int character)
    {
        to.Write("\\u"u8);
        Utf8Formatter.TryFormat(character, to.GetSpan(4), out var written, new StandardFormat('x', 4));
        to.Advance(written);
    }

    public static string Quote(string text)
    {
        var buffer = new ArrayBufferWriter<byte>(text.Length + 2);
        WriteString(buffer, text);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>An object with these members, whose values are JSON already, in the order of their keys' bytes: a Go map.</summary>
    public static string Map(IEnumerable<KeyValuePair<string, string>> members) =>
        "{" + string.Join(',', members.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => Quote(m.Key) + ":" + m.Value)) + "}";

    /// <summary>The members of an object, each value as <see cref="WriteCompact"/> writes it; of two with one name, the last.</summary>
    public static Dictionary<string, string> Members(JsonElement json)
    {
        var members = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            var value = new ArrayBufferWriter<byte>();
            // Its own bytes: a text would turn what is not UTF-8 into something else, and the digest with it.
            WriteCompact(value, JsonMarshal.GetRawUtf8Value(member.Value));
            members[member.Name] = Encoding.UTF8.GetString(value.WrittenSpan);
        }
        return members;
    }
}

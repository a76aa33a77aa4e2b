using System.Text.Encodings.Web;
using System.Text.Json;
using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Lists;

/// <summary>A list of tags or of repositories as JSON.</summary>
internal static class NameList
{
    /// <param name="member">What the list is called.</param>
    /// <param name="names">Its entries.</param>
    /// <param name="of">The repository that it is of, if it is of one.</param>
    public static Answer.Json Of(string member, IReadOnlyList<string> names, RepositoryName? of = null)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (of is { } name)
                json.WriteString("name", name.ToString());
            json.WriteStartArray(member);
            foreach (var entry in names)
                json.WriteStringValue(entry);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return new Answer.Json(bytes.ToArray());
    }
}

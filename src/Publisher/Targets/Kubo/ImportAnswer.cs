using System.Text.Json;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Publisher.Targets.Kubo;

/// <summary>
/// What <c>dag import</c> answers for the import of one root: <c>{"Root": {"Cid": {"/": "…"}, "PinErrorMsg": ""}}</c>; other
/// values are statistics.
/// </summary>
internal static class ImportAnswer
{
    /// <exception cref="KuboFault">It does not prove that the root is there and pinned.</exception>
    public static void Check(IReadOnlyList<JsonElement> answer, Cid root)
    {
        var roots = answer.Where(v => v.ValueKind == JsonValueKind.Object && v.TryGetProperty("Root", out var r) && r.ValueKind == JsonValueKind.Object)
            .Select(v => v.GetProperty("Root")).ToList();
        if (roots is not [var said])
            throw new KuboFault(KuboFaultKind.BadAnswer, $"it named {roots.Count} roots after the import of one");
        if (said.TryGetProperty("PinErrorMsg", out var error) && error.ToString() is { Length: > 0 } message)
            throw new KuboFault(KuboFaultKind.Command, $"the root was not pinned: {Printable.Text(message)}");
        var text = said.TryGetProperty("Cid", out var cid) && cid.ValueKind == JsonValueKind.Object && cid.TryGetProperty("/", out var slash) ? slash.ToString() : "";
        if (!Cid.TryParse(text, out var imported) || !imported.NamesSameAs(root))
            throw new KuboFault(KuboFaultKind.BadAnswer, $"it imported {Printable.Text(text)}, not {root}");
    }

    /// <summary>The JSON values of an answer, one after the other.</summary>
    /// <exception cref="KuboFault">It is something else.</exception>
    public static IReadOnlyList<JsonElement> Parse(ReadOnlySpan<byte> answer)
    {
        var values = new List<JsonElement>();
        try
        {
            var json = new Utf8JsonReader(answer, new JsonReaderOptions { AllowMultipleValues = true });
            while (json.Read())
                values.Add(JsonElement.ParseValue(ref json));
        }
        catch (JsonException e)
        {
            throw new KuboFault(KuboFaultKind.BadAnswer, "its answer is not JSON", e);
        }
        return values;
    }
}

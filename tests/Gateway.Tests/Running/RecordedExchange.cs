using System.Globalization;
using System.Text.RegularExpressions;

namespace Image2Ipfs.Gateway.Tests.Running;

/// <summary>What boxo answered to a request, and what this Gateway answers.</summary>
internal sealed record RecordedExchange(RecordedAnswer Boxo, Reply Ours)
{
    /// <summary>Each header that is not the same, and the status and the body where they are not.</summary>
    public IReadOnlyList<(string What, string? Boxo, string? Ours)> Differences { get; } = Compare(Boxo, Ours);

    /// <summary>Whether the value is as the pattern says, both null being as good.</summary>
    /// <param name="pattern">
    /// {root}: the CID that the path begins with. {roots}: all along the path, and {cid} the last of them, as boxo gives them
    /// of the same path. {hash}: letters and digits. {text}: anything.
    /// </param>
    public bool IsLike(string? value, string? pattern)
    {
        if (value is null || pattern is null)
            return value is null && pattern is null;
        var root = Boxo.Target.Split('/', '?')[2];
        var roots = RecordedAnswer.All.Where(a => a.Target == Boxo.Target).Select(a => a.Headers.GetValueOrDefault("X-Ipfs-Roots")).FirstOrDefault(r => r is not null) ?? root;
        var expected = Regex.Escape(pattern)
            .Replace(@"\{root}", root, StringComparison.Ordinal)
            .Replace(@"\{roots}", roots, StringComparison.Ordinal)
            .Replace(@"\{cid}", roots.Split(',')[^1], StringComparison.Ordinal)
            .Replace(@"\{hash}", "[0-9A-Za-z_-]+", StringComparison.Ordinal)
            .Replace(@"\{text}", ".+", StringComparison.Ordinal);
        return Regex.IsMatch(value, $"^{expected}$", RegexOptions.CultureInvariant);
    }

    private static List<(string, string?, string?)> Compare(RecordedAnswer boxo, Reply ours)
    {
        var (theirs, here) = (Fields(boxo.Status, boxo.Headers, boxo.Body), Fields(ours.Status, ours.Headers, RecordedAnswer.BodyOf(ours.Body.Length, ours.BodyDigest.Hex)));
        return [.. theirs.Keys.Union(here.Keys, StringComparer.OrdinalIgnoreCase)
            .Select(what => (what, theirs.GetValueOrDefault(what), here.GetValueOrDefault(what)))
            .Where(field => field.Item2 != field.Item3)];
    }

    private static Dictionary<string, string> Fields(int status, IReadOnlyDictionary<string, string> headers, string body)
    {
        var fields = new Dictionary<string, string>(headers, StringComparer.OrdinalIgnoreCase)
        {
            ["status"] = status.ToString(CultureInfo.InvariantCulture),
            ["body"] = body,
        };
        fields.Remove("Date"); // which the recording has left out
        // Where the bodies differ, one line of the table says so.
        if (fields.TryGetValue("Content-Length", out var length) && body.StartsWith($"{length} bytes", StringComparison.Ordinal))
            fields["Content-Length"] = HeaderDifference.Length;
        return fields;
    }
}

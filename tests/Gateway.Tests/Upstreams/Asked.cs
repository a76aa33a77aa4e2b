using System.Globalization;
using System.Text;
using System.Text.Json;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>Something that a client asks for, and what it is to get.</summary>
internal sealed record Asked(string Name, string Path, string Type, byte[] Content, Digest Digest)
{
    /// <summary>How long a client waits: longer than any patience of the tests.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    /// <summary>Of <see cref="Content"/>, or null for all of it.</summary>
    public (int First, int Last)? Part { get; init; }

    /// <summary>It is sent while it comes, so that a client may see its beginning and never its end.</summary>
    public bool IsStreamed { get; init; }

    private byte[] Expected => Part is var (first, last) ? Content[first..(last + 1)] : Content;

    /// <summary>Asks for it, and judges what comes.</summary>
    public async Task<Outcome> AskAsync(RunningGateway gateway)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(RunningGateway.Cancel);
        cancel.CancelAfter(Wait);
        var begun = false;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Path);
            request.Headers.TryAddWithoutValidation("Accept", Type);
            if (Part is var (first, last))
                request.Headers.TryAddWithoutValidation("Range", string.Create(CultureInfo.InvariantCulture, $"bytes={first}-{last}"));
            using var response = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel.Token);
            begun = response.IsSuccessStatusCode;
            var headers = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
                .ToDictionary(h => h.Key, h => string.Join(", ", (IEnumerable<string>)h.Value), StringComparer.OrdinalIgnoreCase);
            return Judge(new Reply((int)response.StatusCode, headers, await response.Content.ReadAsByteArrayAsync(cancel.Token)));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return begun || IsStreamed ? new Outcome(OutcomeKind.Aborted, e.Message) : Outcome.Wrong($"no answer at all: {e.Message}");
        }
        catch (OperationCanceledException)
        {
            return Outcome.Wrong(begun ? "an answer without an end" : $"no answer in {Wait.TotalSeconds} s");
        }
    }

    private Outcome Judge(Reply reply)
    {
        if (reply.Status >= 400)
            return JudgeError(reply);
        if (reply.Status != (Part is null ? 200 : 206))
            return Outcome.Wrong($"status {reply.Status}");
        if (!reply.Body.AsSpan().SequenceEqual(Expected))
            return Outcome.Wrong($"{reply.Body.Length} wrong bytes instead of {Expected.Length}");
        var wrong = Headers().Where(h => reply[h.Name] != h.Value).Select(h => $"{h.Name}: {reply[h.Name]} instead of {h.Value}")
            .Concat(Faults.OddHeaders.Where(h => reply[h.Name] == h.Value).Select(h => $"{h.Name} came down"))
            .Concat(reply.Headers.Keys.Where(h => h.StartsWith("X-Ipfs-", StringComparison.OrdinalIgnoreCase) || h.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase)).Select(h => $"{h} came down"))
            .ToList();
        return wrong.Count == 0 ? new Outcome(OutcomeKind.Right, $"{reply.Status}") : Outcome.Wrong(string.Join("; ", wrong));
    }

    private IEnumerable<(string Name, string? Value)> Headers()
    {
        yield return ("Docker-Content-Digest", Digest.ToString());
        yield return ("Docker-Distribution-Api-Version", "registry/2.0");
        yield return ("Content-Type", Type);
        yield return ("Content-Length", Expected.Length.ToString(CultureInfo.InvariantCulture));
        yield return ("Content-Encoding", null);
        yield return ("Content-Range", Part is var (first, last) ? string.Create(CultureInfo.InvariantCulture, $"bytes {first}-{last}/{Content.Length}") : null);
    }

    private static Outcome JudgeError(Reply reply)
    {
        try
        {
            using var json = JsonDocument.Parse(reply.Body);
            var error = json.RootElement.GetProperty("errors").EnumerateArray().Single();
            var whole = reply["Content-Type"] == "application/json"
                && error.GetProperty("code").GetString() is { Length: > 0 }
                && error.GetProperty("message").GetString() is { Length: > 0 };
            // Where upstreams failed, people want to know which and how.
            whole &= reply.Status == 404 || error.TryGetProperty("detail", out _);
            var outcome = whole ? new Outcome(OutcomeKind.Error, $"{reply.Status}") : Outcome.Wrong($"{reply.Status} that does not say enough");
            return outcome with { Log = [Encoding.UTF8.GetString(reply.Body)] };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return Outcome.Wrong($"{reply.Status} without the registry's error");
        }
    }

    /// <summary>Everything of an image of a small and two large layers that the matrix asks for, a manifest by its tag first.</summary>
    public static IReadOnlyList<Asked> Of(UpstreamImage image) =>
    [
        new("manifest by tag", image.ByTag, MediaType.Schema2.Value, image[image.Schema2], image.Schema2),
        new("manifest by digest", $"{image.Repository}/manifests/{image.Oci}", MediaType.OciManifest.Value, image[image.Oci], image.Oci),
        Blob(image, "configuration", image.Config) with { IsStreamed = false },
        Blob(image, "layer", image.Layers[1]),
        Blob(image, "part of a layer", image.Layers[2]) with { Part = (1_000_000, 1_999_999) },
    ];

    private static string OctetStream => "application/octet-stream";

    public static Asked Blob(UpstreamImage image, string name, Digest digest) =>
        new(name, image.PathOf(digest), OctetStream, image[digest], digest) { IsStreamed = true };
}

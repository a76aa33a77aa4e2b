using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Conformance;

/// <summary>
/// What the conformance suite of the distribution specification asks of a registry that takes no pushes, under the suite's
/// names, and somewhat more strictly: what the suite does not know of preloaded content is known here.
/// Source: opencontainers/distribution-spec, conformance, of July 2026.
/// </summary>
internal static class Checks
{
    private const string Random = "sha256:5a7b6c0e4f3d2e1c0b9a8f7e6d5c4b3a2918070605040302010f0e0d0c0b0a09";

    public static IReadOnlyList<Check> All { get; } =
    [
        new("ping", "", "200", async site => Is(200, await site.PingAsync())),
        new("empty/tag list", "", "200 or 404", async site => Is(200, await site.GetAsync("tags/list"))),
        new("empty/referrers", "a random digest", "200 and an index without entries", async site => Assert.Empty(Referrers(await site.GetAsync($"referrers/{Random}")))),
        new("sha256 blobs/get-missing", "a random digest", "404", async site => Is(404, await site.GetAsync($"blobs/{Random}"))),
        .. Ranges(),
        new("read-only/tag-list", "", "all tags; with `last` those after it", TagListAsync),
        .. ConformanceContent.Tagged.Select(t => new Check("read-only/head/manifest-head-by-tag", t.Key, "200, length and type, no body", site => HeadManifestAsync(site, t.Key))),
        .. ConformanceContent.Manifests.Select(m => new Check("read-only/head/manifest-head-by-digest", m.Key, "200, length, type and digest, no body", async site =>
            IsManifest(await site.HeadManifestAsync(TestLayout.Digest(m.Value)), m.Value, head: true))),
        .. ConformanceContent.Blobs().Select(b => new Check("read-only/head/blob-head", b.Of, "200, length and digest, no body", async site =>
            IsBlob(await site.HeadAsync($"blobs/{TestLayout.Digest(b.Descriptor)}"), b.Descriptor, head: true))),
        .. ConformanceContent.Tagged.Select(t => new Check("read-only/pull/manifest-by-tag", t.Key, "200, the bytes that the digest names", site => GetManifestAsync(site, t.Key))),
        .. ConformanceContent.Manifests.Select(m => new Check("read-only/pull/manifest-by-digest", m.Key, "200, those bytes and their type", async site =>
            IsManifest(await site.GetManifestAsync(TestLayout.Digest(m.Value)), m.Value, head: false))),
        .. ConformanceContent.Blobs().Select(b => new Check("read-only/pull/blob-get", b.Of, "200, those bytes", async site =>
            IsBlob(await site.GetAsync($"blobs/{TestLayout.Digest(b.Descriptor)}"), b.Descriptor, head: false))),
        .. ConformanceContent.Referrers.Select(r => new Check("read-only/referrers", r.Key, "each with its type, size, annotations; filtered, with `OCI-Filters-Applied`", site =>
            ReferrersAsync(site, ConformanceContent.Manifests[r.Key], r.Value))),
        new("missing-manifest/by-digest", "a random digest", "404", async site => Is(404, await site.GetManifestAsync(Random))),
        new("missing-manifest/by-tag", "a random tag", "404", async site => Is(404, await site.GetManifestAsync("missing-abcdefghijklmnopqrst"))),
        new("invalid-digest-format/manifest-get", "`sha256:baddigeststring`", "400 or 404", async site => Is(400, await site.GetManifestAsync("sha256:baddigeststring"))),
    ];

    private static IEnumerable<Check> Ranges()
    {
        var size = ConformanceContent.Ranged.Length;
        foreach (var (range, first, last) in new[] { ("500-1499", 500, 1499), ("500-", 500, size - 1), ("-500", size - 500, size - 1), ("2000-5000", 2000, size - 1) })
            yield return new Check($"sha256 blobs/range requests/range {range}", $"{size} bytes", "206, those bytes, `Content-Range`", async site =>
            {
                var reply = await GetRangeAsync(site, range);
                Assert.Equal((206, $"bytes {first}-{last}/{size}", $"{last - first + 1}"), (reply.Status, reply["Content-Range"], reply["Content-Length"]));
                Assert.Equal(ConformanceContent.Ranged[first..(last + 1)], reply.Body);
            });
        foreach (var range in new[] { "500-0", "5000-10000" })
            yield return new Check($"sha256 blobs/range requests/range {range}", $"{size} bytes", "416, `Content-Range: bytes */2048`", async site =>
            {
                var reply = await GetRangeAsync(site, range);
                Assert.Equal((416, $"bytes */{size}"), (reply.Status, reply["Content-Range"]));
            });
    }

    private static Task<Reply> GetRangeAsync(ConformanceSite site, string range) =>
        site.GetAsync($"blobs/{Digest.Sha256(ConformanceContent.Ranged)}", ("Range", $"bytes={range}"));

    private static async Task TagListAsync(ConformanceSite site)
    {
        var all = Tags(await site.GetAsync("tags/list"));
        Assert.Equal(ConformanceContent.Tagged.Keys.Append("latest").Order(StringComparer.Ordinal), all);
        for (var i = 0; i < all.Count; i++)
            Assert.Equal(all[(i + 1)..], Tags(await site.GetAsync($"tags/list?last={all[i]}")));
    }

    private static async Task HeadManifestAsync(ConformanceSite site, string tag)
    {
        var head = await site.HeadManifestAsync(tag);
        var reply = await site.GetManifestAsync(tag);
        Is(200, head);
        Assert.Empty(head.Body);
        foreach (var header in new[] { "Content-Length", "Content-Type", "Docker-Content-Digest" })
            Assert.Equal(reply[header], head[header]);
    }

    private static async Task GetManifestAsync(ConformanceSite site, string tag)
    {
        var reply = await site.GetManifestAsync(tag);
        Is(200, reply);
        Assert.Equal(reply.BodyDigest.ToString(), reply["Docker-Content-Digest"]);
        Assert.Equal(JsonNode.Parse(reply.Body)!["mediaType"]!.GetValue<string>(), reply["Content-Type"]);
        // A source of OCI's types is served as it is; of Docker's, the OCI form that its readers can read.
        if (tag != "docker")
            IsManifest(reply, ConformanceContent.Tagged[tag], head: false);
    }

    private static void IsManifest(Reply reply, JsonObject manifest, bool head)
    {
        IsBlob(reply, manifest, head);
        Assert.Equal(manifest["mediaType"]!.GetValue<string>(), reply["Content-Type"]);
    }

    private static void IsBlob(Reply reply, JsonObject descriptor, bool head)
    {
        Is(200, reply);
        var content = ConformanceContent.Layout[descriptor];
        Assert.Equal(head ? [] : content, reply.Body);
        Assert.Equal(content.Length.ToString(CultureInfo.InvariantCulture), reply["Content-Length"]);
        Assert.Equal(TestLayout.Digest(descriptor), reply["Docker-Content-Digest"]);
    }

    private static async Task ReferrersAsync(ConformanceSite site, JsonObject subject, JsonObject[] referrers)
    {
        var path = $"referrers/{TestLayout.Digest(subject)}";
        Assert.Equal(Expected(referrers), Referrers(await site.GetAsync(path)));
        foreach (var type in referrers.Select(TypeOf).Distinct())
        {
            var reply = await site.GetAsync($"{path}?artifactType={type}");
            Assert.Equal("artifactType", reply["OCI-Filters-Applied"]);
            Assert.Equal(Expected(referrers.Where(r => TypeOf(r) == type)), Referrers(reply));
        }

        static string TypeOf(JsonObject referrer) => JsonNode.Parse(ConformanceContent.Layout[referrer])!["artifactType"]!.GetValue<string>();

        static IEnumerable<string> Expected(IEnumerable<JsonObject> referrers) => referrers
            .Select(r => $"{TestLayout.Digest(r)} {r["mediaType"]} {ConformanceContent.Layout[r].Length} {TypeOf(r)} test.conformance=hello")
            .Order(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Referrers(Reply reply)
    {
        Assert.Equal((200, MediaType.OciIndex.Value), (reply.Status, reply["Content-Type"]));
        var index = JsonNode.Parse(reply.Body)!;
        Assert.Equal((2, MediaType.OciIndex.Value), (index["schemaVersion"]!.GetValue<int>(), index["mediaType"]!.GetValue<string>()));
        return ImageIndex.Parse(reply.Body)
            .Select(d => $"{d.Digest} {d.MediaType} {d.Size} {d.ArtifactType} {string.Join(' ', (d.Annotations ?? new Dictionary<string, string>()).Select(a => $"{a.Key}={a.Value}"))}")
            .Order(StringComparer.Ordinal);
    }

    private static List<string> Tags(Reply reply)
    {
        Is(200, reply);
        return [.. JsonElement.Parse(reply.Body).GetProperty("tags").EnumerateArray().Select(t => t.GetString()!)];
    }

    private static void Is(int status, Reply reply) => Assert.Equal(status, reply.Status);
}

using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Image2Ipfs.Benchmarks.Load;

/// <summary>
/// A client that pulls one image after the other as Docker does: ping, manifest by tag, configuration, three layers at a time;
/// every byte hashed. Some leave in the middle, and some break a blob off and go on with it by Range.
/// </summary>
internal sealed class Client(int number, Balancer balancer, IReadOnlyList<string> images, Results results)
{
    private const int LayersAtATime = 3;

    private readonly Random _random = new(number);

    public async Task PullUntilAsync(CancellationToken end)
    {
        // They do not all come in the same moment.
        await Task.Delay(_random.Next(2000), CancellationToken.None);
        while (!end.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            var isWhole = _random.Next(10) != 0;
            var image = images[_random.Next(images.Count)];
            try
            {
                using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(5) };
                await PullAsync(http, image, isWhole);
                if (isWhole)
                    results.Seconds.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException or TaskCanceledException)
            {
                results.Errors.Add($"{image}, after {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s: {e.Message} {e.InnerException?.Message}");
            }
        }
    }

    /// <summary>A balancer chooses anew for each request.</summary>
    private Uri At(string path) => new(balancer.Choose(), path);

    private async Task PullAsync(HttpClient http, string image, bool isWhole)
    {
        using (var ping = await http.GetAsync(At("/v2/")))
            await ExpectAsync(ping, HttpStatusCode.OK);
        using var request = new HttpRequestMessage(HttpMethod.Get, At($"/v2/{image}/manifests/latest"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/vnd.docker.distribution.manifest.v2+json"));
        using var answer = await http.SendAsync(request);
        await ExpectAsync(answer, HttpStatusCode.OK);
        var manifest = await answer.Content.ReadAsByteArrayAsync();
        if (answer.Headers.GetValues("Docker-Content-Digest").Single() != Name(SHA256.HashData(manifest)))
            throw new InvalidDataException("the manifest is not what its digest says");
        results.Received(manifest.Length);

        using var json = JsonDocument.Parse(manifest);
        var layers = json.RootElement.GetProperty("layers").EnumerateArray().Select(Blob).ToList();
        await BlobAsync(http, image, Blob(json.RootElement.GetProperty("config")));
        if (!isWhole)
        {
            await LeaveAsync(http, image, layers[0]);
            return;
        }
        await Parallel.ForEachAsync(layers, new ParallelOptions { MaxDegreeOfParallelism = LayersAtATime }, async (layer, _) => await BlobAsync(http, image, layer));
    }

    private static (string Digest, long Size) Blob(JsonElement descriptor) => (descriptor.GetProperty("digest").GetString()!, descriptor.GetProperty("size").GetInt64());

    private async Task BlobAsync(HttpClient http, string image, (string Digest, long Size) blob)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var breakAt = _random.Next(20) == 0 ? blob.Size / 2 : blob.Size;
        var received = await ReadAsync(http, image, blob.Digest, 0, breakAt, hash);
        if (breakAt < blob.Size)
        {
            results.OneContinued();
            received += await ReadAsync(http, image, blob.Digest, received, blob.Size, hash);
        }
        if (received != blob.Size || Name(hash.GetHashAndReset()) != blob.Digest)
            throw new InvalidDataException($"{blob.Digest} came as something else, {received} of {blob.Size} bytes");
    }

    private async Task<long> ReadAsync(HttpClient http, string image, string digest, long from, long to, IncrementalHash hash)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, At($"/v2/{image}/blobs/{digest}"));
        if (from > 0)
            request.Headers.Range = new RangeHeaderValue(from, null);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await ExpectAsync(answer, from > 0 ? HttpStatusCode.PartialContent : HttpStatusCode.OK);
        await using var content = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[64 * 1024];
        var read = 0L;
        while (from + read < to && await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, to - from - read))) is > 0 and var count)
        {
            hash.AppendData(buffer, 0, count);
            results.Received(count);
            read += count;
        }
        return read;
    }

    /// <summary>Reads a little of a blob, and closes the connection.</summary>
    private async Task LeaveAsync(HttpClient http, string image, (string Digest, long Size) blob)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await ReadAsync(http, image, blob.Digest, 0, Math.Min(blob.Size, 1_000_000), hash);
        results.OneLeft();
    }

    private static async Task ExpectAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        if (answer.StatusCode != status)
            throw new HttpRequestException($"{answer.RequestMessage!.RequestUri}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    private static string Name(byte[] sha256) => $"sha256:{Convert.ToHexStringLower(sha256)}";
}

using System.IO.Compression;

namespace Image2Ipfs.Gateway.Upstreams;

/// <summary>The body of an upstream's answer. Every read ends: with bytes, at the end, or with the fault.</summary>
internal sealed class UpstreamBody : IDisposable
{
    private readonly Upstream _upstream;
    private readonly HttpResponseMessage _response;
    private readonly Stream _stream;
    private readonly TimeSpan _stall;
    private readonly CancellationToken _cancel;
    private readonly CancellationTokenSource _timeout;

    private UpstreamBody(Upstream upstream, HttpResponseMessage response, Stream stream, TimeSpan stall, CancellationToken cancel)
    {
        (_upstream, _response, _stream, _stall, _cancel) = (upstream, response, stream, stall, cancel);
        _timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
    }

    public int Status => (int)_response.StatusCode;

    public string? MediaType => _response.Content.Headers.ContentType?.MediaType;

    /// <summary>Of the body as it is read, or null where nobody knows.</summary>
    public long? Length => _response.Content.Headers.ContentEncoding.Count > 0 ? null : _response.Content.Headers.ContentLength;

    /// <summary>First byte and length of the whole of a 206.</summary>
    public (long From, long? Whole)? ContentRange =>
        _response.Content.Headers.ContentRange is { Unit: "bytes", From: { } from } range ? (from, range.Length) : null;

    /// <summary>The last of X-Ipfs-Roots: the CID that the path ends at, as the upstream has it.</summary>
    public string? LastRoot =>
        _response.Headers.TryGetValues("X-Ipfs-Roots", out var roots) ? roots.SelectMany(r => r.Split(',', StringSplitOptions.TrimEntries)).LastOrDefault() : null;

    /// <summary>The entity tag as it came, with its quotes.</summary>
    public string? ETag => _response.Headers.ETag?.Tag;

    /// <summary>How long the answer may be kept, as Cache-Control says.</summary>
    public TimeSpan? MaxAge => _response.Headers.CacheControl?.MaxAge;

    /// <exception cref="UpstreamFault">It is encoded as nobody asked for, in a way that cannot be undone.</exception>
    public static async Task<UpstreamBody> OpenAsync(Upstream upstream, HttpResponseMessage response, TimeSpan stall, CancellationToken cancel)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        // Identity is what was asked for; some proxies compress all the same.
        foreach (var encoding in response.Content.Headers.ContentEncoding.Reverse())
        {
            stream = encoding.ToLowerInvariant() switch
            {
                "identity" or "" => stream,
                "gzip" or "x-gzip" => new GZipStream(stream, CompressionMode.Decompress),
                "deflate" => new ZLibStream(stream, CompressionMode.Decompress),
                "br" => new BrotliStream(stream, CompressionMode.Decompress),
                _ => throw new UpstreamFault(FaultKind.Failed, $"answered in the encoding {encoding}"),
            };
        }
        return new UpstreamBody(upstream, response, stream, stall, cancel);
    }

    /// <returns>How many bytes were read; 0 at the end.</returns>
    /// <exception cref="UpstreamFault">It was silent for too long, or cut the connection.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> to)
    {
        _timeout.CancelAfter(_stall);
        try
        {
            var read = await _stream.ReadAsync(to, _timeout.Token).ConfigureAwait(false);
            _upstream.CountReceived(read);
            return read;
        }
        catch (OperationCanceledException e) when (!_cancel.IsCancellationRequested)
        {
            throw new UpstreamFault(FaultKind.Timeout, "went silent in the middle of its answer", e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or InvalidDataException)
        {
            throw new UpstreamFault(FaultKind.Failed, "broke its answer off", e);
        }
        finally
        {
            _timeout.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Reads to the end.</summary>
    /// <param name="max">How many bytes there may be.</param>
    /// <param name="tooLong">What it is if there are more.</param>
    /// <exception cref="UpstreamFault">There are more bytes than that.</exception>
    public async Task<byte[]> ReadAllAsync(int max, FaultKind tooLong = FaultKind.Wrong)
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await ReadAsync(buffer).ConfigureAwait(false) is > 0 and var read)
        {
            if (all.Length + read > max)
                throw new UpstreamFault(tooLong, $"answered with more than {max} bytes");
            all.Write(buffer, 0, read);
        }
        return all.ToArray();
    }

    /// <summary>Reads its beginning.</summary>
    public async Task<byte[]> ReadFirstAsync(int max)
    {
        var first = new byte[max];
        var length = 0;
        while (length < max && await ReadAsync(first.AsMemory(length)).ConfigureAwait(false) is > 0 and var read)
            length += read;
        return first[..length];
    }

    public void Dispose()
    {
        _response.Dispose();
        _stream.Dispose();
        _timeout.Dispose();
    }
}

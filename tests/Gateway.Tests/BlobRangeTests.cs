using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests;

public sealed class BlobRangeTests : IAsyncLifetime
{
    private static readonly byte[] Eleven = "0123456789A"u8.ToArray();
    private static readonly byte[] TwoKilobytes = [.. Enumerable.Range(0, 2048).Select(i => (byte)(i * 7 + i / 256))];

    private readonly TemporaryFolder _store = new();
    private RunningGateway _gateway = null!;
    private string _repository = "";

    public async ValueTask InitializeAsync()
    {
        using (var tree = new SyntheticTree(_store.Path))
        {
            tree.AddBlob(Eleven);
            tree.AddBlob(TwoKilobytes);
            tree.AddBlob([]);
            _repository = tree.Commit();
        }
        _gateway = await RunningGateway.StartAsync(_store.Path);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _store.Dispose();
    }

    public static TheoryData<string, long, string> Serve => RangeHeaderTests.Section("serve");

    public static TheoryData<string, long, string> Conformance => RangeHeaderTests.Section("conformance");

    /// <summary>The table of Go's http.ServeFile.</summary>
    [Theory]
    [MemberData(nameof(Serve))]
    public async Task Parts_are_served_as_Go_serves_them(string range, long size, string expected)
    {
        var pieces = expected.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var reply = await GetAsync(Eleven, range);
        Assert.Equal(pieces[0], reply.Status.ToString(CultureInfo.InvariantCulture));
        if (reply.Status == 416)
        {
            IsUnsatisfiable(reply, size);
            return;
        }
        var parts = pieces[1..].Select(p => p.Split('-')).Select(p => (int.Parse(p[0]), int.Parse(p[1]))).ToList();
        IsParts(reply, Eleven, parts);
    }

    [Theory]
    [MemberData(nameof(Conformance))]
    public async Task Parts_are_served_as_the_conformance_suite_wants_them(string range, long size, string expected)
    {
        var reply = await GetAsync(TwoKilobytes, range);
        switch (range)
        {
            case "bytes=500-0" or "bytes=5000-10000": IsUnsatisfiable(reply, size); break;
            case "bytes=500-1499": IsParts(reply, TwoKilobytes, [(500, 1499)]); break;
            case "bytes=500-": IsParts(reply, TwoKilobytes, [(500, 2047)]); break;
            case "bytes=-500": IsParts(reply, TwoKilobytes, [(1548, 2047)]); break;
            case "bytes=2000-5000": IsParts(reply, TwoKilobytes, [(2000, 2047)]); break;
            default: Assert.Fail($"{range} is new: {expected}"); break;
        }
    }

    [Fact]
    public async Task Many_parts_arrive_in_the_order_asked_for()
    {
        var parts = Enumerable.Range(0, 100).Select(i => (2040 - 20 * i, 2042 - 20 * i)).ToList();
        IsParts(await GetAsync(TwoKilobytes, "bytes=" + string.Join(",", parts.Select(p => $"{p.Item1}-{p.Item2}"))), TwoKilobytes, parts);
    }

    [Theory]
    [InlineData("0-9,10-19", new[] { 0, 19 })]
    [InlineData("0-9,5-19", new[] { 0, 19 })]
    [InlineData("0-99,20-29,100-100", new[] { 0, 100 })]
    [InlineData("0-9,11-19", new[] { 0, 9, 11, 19 })]
    [InlineData("10-19,0-9", new[] { 10, 19, 0, 9 })]
    public async Task Parts_that_touch_are_one(string range, int[] ends) =>
        IsParts(await GetAsync(TwoKilobytes, $"bytes={range}"), TwoKilobytes, [.. ends.Chunk(2).Select(e => (e[0], e[1]))]);

    /// <summary>Each may be a block of its own, from far away.</summary>
    [Fact]
    public async Task More_parts_than_anybody_wants_mean_everything()
    {
        IsParts(await GetAsync(TwoKilobytes, Many(200)), TwoKilobytes, [.. Enumerable.Range(0, 200).Select(i => (2 * i, 2 * i))]);
        IsParts(await GetAsync(TwoKilobytes, Many(201)), TwoKilobytes, []);
        IsParts(await GetAsync(TwoKilobytes, "bytes=" + string.Join(',', Enumerable.Range(0, 1000).Select(i => $"{i}-{i}"))), TwoKilobytes, [(0, 999)]);

        static string Many(int parts) => "bytes=" + string.Join(',', Enumerable.Range(0, parts).Select(i => $"{2 * i}-{2 * i}"));
    }

    [Fact]
    public async Task A_unit_that_nobody_knows_is_ignored() => IsParts(await GetAsync(Eleven, "lines=1-2"), Eleven, []);

    /// <summary>RFC 9110 14.2 defines a range for GET only.</summary>
    [Fact]
    public async Task A_HEAD_is_told_of_the_whole_blob()
    {
        var head = await _gateway.HeadAsync(Path(Eleven), ("Range", "bytes=0-1"));
        Assert.Equal(200, head.Status);
        Assert.Equal("11", head["Content-Length"]);
        Assert.Null(head["Content-Range"]);
    }

    [Fact]
    public async Task An_empty_blob_is_200_and_has_no_range()
    {
        IsParts(await GetAsync([], ""), [], []);
        IsUnsatisfiable(await GetAsync([], "bytes=0-"), 0);
    }

    /// <summary>RFC 9110 13.1.5: a weak tag, a date or another tag makes the range void.</summary>
    [Theory]
    [InlineData("\"{0}\"", 206)]
    [InlineData("{0}", 206)]
    [InlineData("W/\"{0}\"", 200)]
    [InlineData("\"sha256:other\"", 200)]
    [InlineData("Wed, 21 Oct 2026 07:28:00 GMT", 200)]
    public async Task If_Range_decides_whether_the_range_counts(string ifRange, int status)
    {
        var reply = await _gateway.GetAsync(Path(Eleven), ("Range", "bytes=0-4"), ("If-Range", ifRange.Replace("{0}", Digest.Sha256(Eleven).ToString(), StringComparison.Ordinal)));
        Assert.Equal(status, reply.Status);
        IsParts(reply, Eleven, status == 206 ? [(0, 4)] : []);
    }

    private static string Name(byte[] blob) => Digest.Sha256(blob).ToString();

    private string Path(byte[] blob) => $"{_repository}/blobs/{Name(blob)}";

    private Task<Reply> GetAsync(byte[] blob, string range) =>
        range.Length == 0 ? _gateway.GetAsync(Path(blob)) : _gateway.GetAsync(Path(blob), ("Range", range));

    private static void IsUnsatisfiable(Reply reply, long size)
    {
        reply.IsError(416, "RANGE_INVALID");
        Assert.Equal($"bytes */{size}", reply["Content-Range"]);
        Assert.Null(reply["ETag"]);
    }

    /// <param name="parts">First and last byte of each; none: the whole blob.</param>
    private static void IsParts(Reply reply, byte[] blob, IReadOnlyList<(int First, int Last)> parts)
    {
        Assert.Equal(Name(blob), reply["Docker-Content-Digest"]);
        Assert.Equal("bytes", reply["Accept-Ranges"]);
        Assert.Equal(reply.Body.Length.ToString(CultureInfo.InvariantCulture), reply["Content-Length"]);
        Assert.Equal(parts.Count == 0 ? 200 : 206, reply.Status);
        if (parts.Count > 1)
        {
            Assert.Equal(parts.Select(p => ($"bytes {p.First}-{p.Last}/{blob.Length}", Encoding.Latin1.GetString(blob[p.First..(p.Last + 1)]))), Multipart(reply));
            return;
        }
        Assert.Equal("application/octet-stream", reply["Content-Type"]);
        Assert.Equal(parts is [var one] ? $"bytes {one.First}-{one.Last}/{blob.Length}" : null, reply["Content-Range"]);
        Assert.Equal(parts is [var (first, last)] ? blob[first..(last + 1)] : blob, reply.Body);
    }

    /// <summary>multipart/byteranges by the grammar of RFC 2046: the head, and what it says of every part.</summary>
    private static IEnumerable<(string Range, string Content)> Multipart(Reply reply)
    {
        var type = MediaTypeHeaderValue.Parse(reply["Content-Type"]!);
        Assert.Equal("multipart/byteranges", type.MediaType);
        var boundary = "\r\n--" + Assert.Single(type.Parameters, p => p.Name == "boundary").Value;
        var pieces = Encoding.Latin1.GetString(reply.Body).Split(boundary);
        Assert.Equal("", pieces[0]);
        Assert.Equal("--\r\n", pieces[^1]);
        foreach (var piece in pieces[1..^1])
        {
            var head = piece.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            var lines = piece[2..head].Split("\r\n");
            Assert.Equal("Content-Type: application/octet-stream", lines[0]);
            Assert.StartsWith("Content-Range: ", lines[1], StringComparison.Ordinal);
            yield return (lines[1]["Content-Range: ".Length..], piece[(head + 4)..]);
        }
    }
}

using System.Net;
using Image2Ipfs.Gateway.FrontDoor;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>DAGs that vanish, lie or have no end, and what is passed on.</summary>
public sealed class FrontDoorHostileTests
{
    private readonly HeldBlocks _held = new();

    [Fact]
    public async Task After_the_first_byte_what_is_missing_ends_the_connection()
    {
        var dag = PlainDag.File(CidProfile.UnixFsV1, Keystream.Bytes("vanishing", 3 * 1024 * 1024));
        foreach (var node in dag.Children.Append(dag))
            _held.Add(node.Cid, node.Block);
        await using var server = await StartAsync();
        using var http = new HttpClient { BaseAddress = server.Address };
        foreach (var query in new[] { "", "?format=car" })
        {
            (_held.Left, _held.Asked) = (int.MaxValue, 0);
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, $"/ipfs/{dag.Cid}{query}"));
            // All is there when it is looked at; the last block is gone when it is to be sent.
            _held.Left = _held.Asked - 1;
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.GetByteArrayAsync($"/ipfs/{dag.Cid}{query}", RunningGateway.Cancel));
            // Before the first byte there is an answer.
            _held.Left = 2;
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(http, $"/ipfs/{dag.Cid}{query}"));
        }
    }

    /// <summary>Forty directories with ten links each to the one below: 10^40 blocks in some KiB.</summary>
    [Fact]
    public async Task A_directory_without_end_is_sent_once_or_not_at_all()
    {
        var cid = _held.Add(new DagPbNode([], new UnixFsData(UnixFsType.Directory).Encode()));
        for (var i = 0; i < 40; i++)
            cid = _held.Add(new DagPbNode([.. Enumerable.Range(0, 10).Select(n => new DagLink($"{n}", cid, 0))], new UnixFsData(UnixFsType.Directory).Encode()));
        await using var server = await StartAsync();
        using var http = new HttpClient { BaseAddress = server.Address };
        Assert.Equal(41, ReadCar.Parse(await http.GetByteArrayAsync($"/ipfs/{cid}?format=car", RunningGateway.Cancel)).Blocks.Count);
        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(http, $"/ipfs/{cid}?format=car&car-dups=y"));
    }

    /// <summary>Files that are made of parts of no bytes, of the same part again and again, or of less than they say.</summary>
    [Theory]
    [InlineData(0ul, "?format=car", 14)]
    [InlineData(0ul, "?format=car&car-dups=y", 0)]
    [InlineData(0ul, "?format=car&entity-bytes=5:6", 1)]
    [InlineData(1ul, "?format=car", 14)]
    [InlineData(1ul, "?format=car&car-dups=y", 0)]
    [InlineData(1ul, "?format=car&entity-bytes=5:6", 14)]
    [InlineData(2ul, "", 0)]
    [InlineData(2ul, "?format=car", 0)]
    [InlineData(2ul, "?format=car&entity-bytes=5:6", 0)]
    public async Task A_file_is_what_its_sizes_say_and_has_an_end(ulong leafSize, string query, int blocks)
    {
        var cid = AddHugeFile(leafSize);
        await using var server = await StartAsync();
        using var http = new HttpClient { BaseAddress = server.Address };
        using var reply = await http.GetAsync($"/ipfs/{cid}{query}", RunningGateway.Cancel);
        Assert.Equal(blocks > 0 ? HttpStatusCode.OK : HttpStatusCode.InternalServerError, reply.StatusCode);
        if (blocks > 0)
            Assert.Equal(blocks, ReadCar.Parse(await reply.Content.ReadAsByteArrayAsync(RunningGateway.Cancel)).Blocks.Count);
    }

    /// <summary>Ten terabytes of one byte: what is asked of them is sent, and nothing more is looked at.</summary>
    [Fact]
    public async Task A_part_of_a_huge_file_is_sent_at_once()
    {
        var cid = AddHugeFile(leafSize: 1);
        await using var server = await StartAsync();
        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Range = new System.Net.Http.Headers.RangeHeaderValue(9_999_999_999_990, null);
        Assert.Equal("xxxxxxxxxx", await http.GetStringAsync($"/ipfs/{cid}", RunningGateway.Cancel));
    }

    [Fact]
    public async Task What_this_machine_does_not_serve_goes_on_to_the_upstream()
    {
        var directory = _held.Add(new DagPbNode([], new UnixFsData(UnixFsType.Directory).Encode()));
        var link = _held.Add(new DagPbNode([], new UnixFsData(UnixFsType.Symlink) { Data = "x"u8.ToArray() }.Encode()));
        var broken = _held.Add(new DagPbNode([], "broken"u8.ToArray()));
        await using var server = await StartAsync(hasUpstreams: true);
        using var http = new HttpClient { BaseAddress = server.Address };
        foreach (var path in new[] { $"{directory}?format=tar", $"{directory}?format=ipns-record", $"{link}", $"{broken}", "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH?format=car" })
            Assert.Equal(HttpStatusCode.Accepted, await StatusAsync(http, $"/ipfs/{path}"));
        Assert.Equal(HttpStatusCode.Accepted, await StatusAsync(http, "/ipns/example.org"));
        Assert.Equal(HttpStatusCode.Accepted, await StatusAsync(http, "/other"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, $"/ipfs/{directory}/"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(http, "/ipfs/x"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(http, $"/ipfs/{directory}/nope"));
        foreach (var (cid, status) in new[] { (directory, HttpStatusCode.MethodNotAllowed), (Cid.Parse("QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH"), HttpStatusCode.Accepted) })
        {
            using var reply = await http.PostAsync($"/ipfs/{cid}", null, RunningGateway.Cancel);
            Assert.Equal(status, reply.StatusCode);
        }
        using var onlyHere = new HttpRequestMessage(HttpMethod.Get, "/ipfs/QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH");
        onlyHere.Headers.Add("Cache-Control", "only-if-cached");
        using var refused = await http.SendAsync(onlyHere, RunningGateway.Cancel);
        Assert.Equal(HttpStatusCode.PreconditionFailed, refused.StatusCode);
    }

    /// <summary>Thirteen levels of ten links to one node, over a leaf that says that it has this many bytes.</summary>
    private Cid AddHugeFile(ulong leafSize)
    {
        var leaf = UnixFsFile.Build(CidProfile.UnixFsV1, leafSize == 0 ? Array.Empty<byte>() : "x"u8.ToArray(), block => _held.Add(block.Cid, block.Bytes.ToArray()));
        var (cid, size) = (leaf.Cid, leafSize);
        for (var i = 0; i < 13; i++)
        {
            cid = _held.Add(new DagPbNode([.. Enumerable.Repeat(new DagLink("", cid, 0), 10)], new UnixFsData(UnixFsType.File) { BlockSizes = [.. Enumerable.Repeat(size, 10)] }.Encode()));
            size *= 10;
        }
        return cid;
    }

    private Task<MiniServer> StartAsync(bool hasUpstreams = false)
    {
        var settings = Options.Create(new GatewaySettings());
        var rules = new ContentRules(settings, new Denylists(settings, NullLogger<Denylists>.Instance));
        var door = new FrontDoor.FrontDoor(new HeldDag([_held], rules), gate: null, () => hasUpstreams, NullLogger<FrontDoor.FrontDoor>.Instance);
        return MiniServer.StartAsync(context => door.HandleAsync(context, upstream =>
        {
            upstream.Response.StatusCode = StatusCodes.Status202Accepted;
            return Task.CompletedTask;
        }));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string path)
    {
        using var reply = await http.GetAsync(path, RunningGateway.Cancel);
        return reply.StatusCode;
    }
}

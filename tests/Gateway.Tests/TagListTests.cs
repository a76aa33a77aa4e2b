using System.Text.Json;
using System.Text.RegularExpressions;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests;

public sealed partial class TagListTests : IAsyncLifetime
{
    // ASCII: digits, upper case, underscore, lower case.
    private static readonly string[] Sorted = ["1.0", "1.10", "1.9", "B", "_x", "a", "a-b", "a.b", "latest"];

    private readonly TemporaryFolder _store = new();
    private RunningGateway _gateway = null!;
    private string _repository = "";

    public async ValueTask InitializeAsync()
    {
        using (var tree = new SyntheticTree(_store.Path))
        {
            foreach (var tag in Sorted.Reverse())
            {
                tree.AddManifest(tag, MediaType.OciManifest, SyntheticTree.Image(MediaType.OciManifest, tag));
                tree.AddManifest(tag, MediaType.Schema2, SyntheticTree.Image(MediaType.Schema2, tag));
            }
            _repository = tree.Commit();
        }
        _gateway = await RunningGateway.StartAsync(_store.Path);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _store.Dispose();
    }

    [Fact]
    public async Task All_tags_come_once_and_in_ASCII_order()
    {
        var reply = await _gateway.GetAsync($"{_repository}/tags/list");
        Assert.Equal("application/json", reply["Content-Type"]);
        Assert.Null(reply["Link"]);
        using var json = JsonDocument.Parse(reply.Body);
        Assert.Equal(["name", "tags"], json.RootElement.EnumerateObject().Select(m => m.Name));
        Assert.Equal(_repository["/v2/".Length..], json.RootElement.GetProperty("name").GetString());
        Assert.Equal(Sorted, Tags(reply));

        var head = await _gateway.HeadAsync($"{_repository}/tags/list");
        Assert.Equal(reply["Content-Length"], head["Content-Length"]);
        Assert.Empty(head.Body);
    }

    [Theory]
    [InlineData("last=1.9", 3, 9)]
    [InlineData("last=1.99", 3, 9)]              // need not exist
    [InlineData("last=latest", 9, 9)]
    [InlineData("last=%C3%A9", 9, 9)]
    [InlineData("last=", 0, 9)]
    [InlineData("last=!", 0, 9)]
    [InlineData("n=9", 0, 9)]
    [InlineData("n=2147483647", 0, 9)]
    [InlineData("n=0", 0, 0)]
    [InlineData("n=3&last=a", 6, 9)]
    [InlineData("other=1", 0, 9)]
    public async Task A_page_without_a_next_one_has_no_Link(string query, int from, int to)
    {
        var reply = await _gateway.GetAsync($"{_repository}/tags/list?{query}");
        Assert.Equal(200, reply.Status);
        Assert.Equal(Sorted[from..to], Tags(reply));
        Assert.Null(reply["Link"]);
    }

    [Theory]
    [InlineData(1, 9)]
    [InlineData(2, 5)]
    [InlineData(4, 3)]
    [InlineData(8, 2)]
    public async Task Following_Link_gives_every_tag(int count, int pages)
    {
        var (all, next, asked) = (new List<string>(), $"{_repository}/tags/list?n={count}", 0);
        while (next is not null)
        {
            var reply = await _gateway.GetAsync(next);
            var tags = Tags(reply);
            Assert.InRange(tags.Count, 1, count);
            all.AddRange(tags);
            asked++;
            next = reply["Link"] is { } link ? Link().Match(link).Groups[1].Value : null;
            Assert.NotEqual("", next);
        }
        Assert.Equal(Sorted, all);
        Assert.Equal(pages, asked);
    }

    [Theory]
    [InlineData("n=-1")]
    [InlineData("n=abc")]
    [InlineData("n=")]
    [InlineData("n=%20")]
    [InlineData("n=1.5")]
    [InlineData("n=0x10")]
    [InlineData("n=1&n=2")]
    [InlineData("n=99999999999999999999")]
    public async Task A_number_that_is_none_is_400(string query) =>
        (await _gateway.GetAsync($"{_repository}/tags/list?{query}")).IsError(400, "PAGINATION_NUMBER_INVALID");

    [Fact]
    public async Task An_unknown_name_has_no_tags() => (await _gateway.GetAsync("/v2/no/such/tags/list?n=1")).IsError(404, "NAME_UNKNOWN");

    private static List<string> Tags(Reply reply)
    {
        using var json = JsonDocument.Parse(reply.Body);
        return [.. json.RootElement.GetProperty("tags").EnumerateArray().Select(t => t.GetString()!)];
    }

    [GeneratedRegex("^<(/v2/[^>]+/tags/list\\?n=[0-9]+&last=[^>]+)>; rel=\"next\"$")]
    private static partial Regex Link();
}

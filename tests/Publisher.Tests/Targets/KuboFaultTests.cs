using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Image2Ipfs.Publisher.Targets.Kubo;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests.Targets;

/// <summary>What a node that misbehaves comes to.</summary>
public sealed class KuboFaultTests
{
    private const string HalfAnAnswer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{\"Ro";

    private static readonly TestImage Image = new([TestImage.Layer("file"), TestImage.Content(3, 3_000_000)], "app:1");

    /// <summary>Each fails once, and then the node is well.</summary>
    public static TheoryData<string> Passing => ["reset at once", "reset in the upload", "end in the upload", "half an answer", "no answer", "500", "500 of a proxy", "502", "503", "429", "trailer", "500 in the upload", "not pinned"];

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task What_passes_is_tried_again_from_the_store(string fault)
    {
        using var cli = new Cli();
        await using var node = TestNode.Start();
        var root = await StoredAsync(cli);
        node.Next("dag/import", Fault(fault));
        var delivery = await SendAsync(node, root);
        Assert.Equal(node.CarLength, delivery.Bytes);
        Assert.Contains(root.Cid, node.Pins.Keys);
        Assert.Equal(2, node.Imports);
    }

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task What_does_not_pass_ends_after_some_attempts_with_a_way_to_go_on(string fault)
    {
        using var cli = new Cli();
        await using var node = TestNode.Start();
        var root = await StoredAsync(cli);
        for (var i = 0; i < 20; i++)
            node.Next("dag/import", Fault(fault));
        var error = await Assert.ThrowsAsync<PublisherException>(() => SendAsync(node, root));
        Assert.Contains($"'image2ipfs export {root.Cid} --to kubo' sends it again", error.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.Equal(5, node.Imports);
    }

    private static Func<TestCall, Task> Fault(string name) => async call =>
    {
        if (name is not ("reset at once" or "502" or "429"))
            await call.ReadBodyAsync(name.EndsWith("in the upload", StringComparison.Ordinal) ? 100_000 : long.MaxValue);
        switch (name)
        {
            case "500" or "500 in the upload":
                await call.FailAsync("no space left on device");
                break;
            case "500 of a proxy":
                await call.AnswerAsync(500, "<html>");
                break;
            case "502":
                await call.AnswerAsync(502, "bad gateway");
                break;
            case "503" or "429":
                await call.AnswerAsync(int.Parse(name, CultureInfo.InvariantCulture), "later", "Retry-After: 0\r\n");
                break;
            case "trailer":
                await call.AnswerAsync("", """{"Message":"import failed at block","Code":0}""");
                break;
            case "not pinned":
                await call.AnswerAsync("""{"Root":{"Cid":{"/":"QmXobd2Bvr2NaLwvWamszFEZQVw9qMh5rJtdx9CSwQWw5a"},"PinErrorMsg":"closing\u001b[31m"}}""");
                break;
            case "half an answer":
                await call.WriteAsync(HalfAnAnswer);
                call.Abort();
                break;
            case "reset at once" or "reset in the upload" or "no answer":
                call.Abort();
                break;
        }
    };

    [Theory]
    [InlineData("""{"Root":{"Cid":{"/":"QmXobd2Bvr2NaLwvWamszFEZQVw9qMh5rJtdx9CSwQWw5a"},"PinErrorMsg":""}}""", "it imported QmXobd2Bvr2NaLwvWamszFEZQVw9qMh5rJtdx9CSwQWw5a, not")]
    [InlineData("", "it named 0 roots")]
    [InlineData("""{"Stats":{"BlockCount":1}}""", "it named 0 roots")]
    [InlineData("""{"Root":{"Cid":{"/":"ROOT"},"PinErrorMsg":""}}{"Root":{"Cid":{"/":"ROOT"},"PinErrorMsg":""}}""", "it named 2 roots")]
    [InlineData("""{"Root":{"Cid":"x"}}""", "it imported")]
    [InlineData("<html>", "its answer is not JSON")]
    [InlineData("[1, {\"a\"", "its answer is not JSON")]
    public async Task An_answer_that_proves_nothing_is_an_error_at_once(string answer, string message)
    {
        using var cli = new Cli();
        await using var node = TestNode.Start();
        var root = await StoredAsync(cli);
        node.Next("dag/import", async call => { await call.ReadBodyAsync(); await call.AnswerAsync(answer.Replace("ROOT", root.Cid.ToString(), StringComparison.Ordinal)); });
        var error = await Assert.ThrowsAsync<PublisherException>(() => SendAsync(node, root));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.NotNull(error.Hint);
        Assert.Equal(1, node.Imports);
    }

    [Theory]
    [InlineData(401, "refuses: 401")]
    [InlineData(403, "refuses: 403")]
    [InlineData(404, "has no RPC there: 404")]
    [InlineData(405, "has no RPC there: 405")]
    [InlineData(302, "has no RPC there: 302")]
    [InlineData(400, "has no RPC there: 400")]
    public async Task A_status_that_says_no_is_an_error_at_once_and_nothing_is_sent(int status, string message)
    {
        using var cli = new Cli();
        await using var node = TestNode.Start();
        await using var elsewhere = TestNode.Start();
        var root = await StoredAsync(cli);
        node.Next("pin/ls", call => call.AnswerAsync(status, "", $"Location: {elsewhere.Address}api/v0/pin/ls\r\n"));
        node.Next("dag/import", call => call.AnswerAsync(status, "", $"Location: {elsewhere.Address}api/v0/dag/import\r\n"));
        var progress = new PublishProgress();
        var error = await Assert.ThrowsAsync<PublisherException>(() => SendAsync(node, root, progress: progress));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, progress.BytesSent);
        Assert.Equal(["pin/ls", "dag/import"], node.Calls);
        Assert.Empty(elsewhere.Calls);
    }

    [Fact]
    public async Task Who_may_only_import_still_can()
    {
        using var cli = new Cli();
        await using var node = TestNode.Start();
        var root = await StoredAsync(cli);
        node.Next("pin/ls", call => call.AnswerAsync(403, "403 - Forbidden"));
        await SendAsync(node, root);
        Assert.Contains(root.Cid, node.Pins.Keys);
    }

    [Theory]
    [InlineData("upload")]
    [InlineData("answer")]
    [InlineData("half an answer")]
    [InlineData("pin/ls")]
    public async Task A_silent_node_is_given_up(string when)
    {
        using var cli = new Cli();
        await using var node = TestNode.Start();
        // More than the buffers of both sides take.
        var root = await StoredAsync(cli, new TestImage([TestImage.Content(9, 60_000_000)], "large:1"));
        node.Next(when == "pin/ls" ? when : "dag/import", async call =>
        {
            if (when != "pin/ls")
                await call.ReadBodyAsync(when == "upload" ? 1000 : long.MaxValue);
            if (when == "half an answer")
                await call.WriteAsync(HalfAnAnswer);
            await call.StallAsync();
        });
        var error = await Assert.ThrowsAsync<PublisherException>(() => SendAsync(node, root, silence: 1));
        Assert.Contains("is silent: nothing happened for 1 seconds", error.Message, StringComparison.Ordinal);
        Assert.Contains("--timeout", error.Hint, StringComparison.Ordinal);
        Assert.True(node.Imports <= 1);
    }

    [Fact]
    public async Task A_slow_node_is_not_given_up()
    {
        using var cli = new Cli();
        await using var node = TestNode.Start();
        var root = await StoredAsync(cli, new TestImage([TestImage.Content(9, 30_000_000)], "large:1"));
        node.Next("dag/import", async call =>
        {
            for (var i = 0; i < 8; i++)
            {
                await call.ReadBodyAsync(500_000);
                await Task.Delay(300, call.Cancel);
            }
            await call.ReadBodyAsync();
            await call.AnswerAsync($$$"""{"Root":{"Cid":{"/":"{{{root.Cid}}}"},"PinErrorMsg":""}}""");
        });
        await SendAsync(node, root, silence: 2);
        Assert.Equal(1, node.Imports);
    }

    [Fact]
    public async Task Without_a_node_the_store_has_the_image()
    {
        using var cli = new Cli();
        var root = await StoredAsync(cli);
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var error = await Assert.ThrowsAsync<PublisherException>(() => SendAsync(new Uri($"http://127.0.0.1:{port}"), root));
        Assert.Contains($"the node at http://127.0.0.1:{port} cannot be reached", error.Message, StringComparison.Ordinal);
        Assert.Contains("Addresses.API", error.Hint, StringComparison.Ordinal);
        Assert.Contains($"image2ipfs export {root.Cid} --to kubo", error.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("upload")]
    [InlineData("answer")]
    [InlineData("pause")]
    public async Task It_can_be_stopped_at_any_time(string when)
    {
        using var cli = new Cli();
        await using var node = TestNode.Start();
        var root = await StoredAsync(cli, new TestImage([TestImage.Content(9, 60_000_000)], "large:1"));
        using var stop = new CancellationTokenSource();
        node.Next("dag/import", async call =>
        {
            if (when == "pause")
                await call.AnswerAsync(503, "", "Retry-After: 50\r\n");
            else
                await call.ReadBodyAsync(when == "upload" ? 1000 : long.MaxValue);
            stop.CancelAfter(200);
            if (when != "pause")
                await call.StallAsync();
        });
        var time = Stopwatch.StartNew();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SendAsync(node, root, stop: stop));
        Assert.True(time.Elapsed < TimeSpan.FromSeconds(20), time.Elapsed.ToString());
    }

    [Fact]
    public async Task An_answer_without_end_is_cut()
    {
        using var cli = new Cli();
        await using var node = TestNode.Start();
        var root = await StoredAsync(cli);
        node.Next("dag/import", async call =>
        {
            await call.ReadBodyAsync();
            await call.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (true)
                await call.WriteAsync($"1000\r\n{new string(' ', 4096)}\r\n");
        });
        var error = await Assert.ThrowsAsync<PublisherException>(() => SendAsync(node, root));
        Assert.Contains("its answer does not end", error.Message, StringComparison.Ordinal);
    }

    private static async Task<StoredRoot> StoredAsync(Cli cli, TestImage? image = null) =>
        cli.Store.Open((await cli.PublishAsync((image ?? Image).Save(), "--level", "1")).Published().Root)!;

    private static Task<Publisher.Targets.Delivery> SendAsync(TestNode node, StoredRoot root, int silence = 60, PublishProgress? progress = null, CancellationTokenSource? stop = null) =>
        SendAsync(node.Address, root, silence, progress, stop);

    private static Task<Publisher.Targets.Delivery> SendAsync(Uri address, StoredRoot root, int silence = 60, PublishProgress? progress = null, CancellationTokenSource? stop = null)
    {
        var options = KuboOptions.Of(null, null, null, TimeSpan.FromSeconds(silence)) with { RetryDelay = TimeSpan.FromMilliseconds(10) };
        return new KuboTarget(KuboAddress.Find(address.ToString(), _ => null), "kubo", options).SendAsync(root, progress ?? new PublishProgress(), stop?.Token ?? TestContext.Current.CancellationToken);
    }
}

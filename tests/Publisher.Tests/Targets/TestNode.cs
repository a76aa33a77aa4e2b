using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Publisher.Tests.Targets;

/// <summary>
/// The commands of a node's RPC that the publisher calls, on a free port of this machine. It keeps blocks, pins and files in
/// memory, behaves as Kubo does, and misbehaves as it is told to.
/// </summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _running = [];
    private readonly ConcurrentQueue<(string Command, Func<TestCall, Task> Fault)> _faults = new();
    private readonly ConcurrentQueue<string> _calls = new();
    private readonly ConcurrentQueue<Exception> _failures = new();

    private TestNode(EndPoint on)
    {
        _listener = new Socket(on.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(on);
        _listener.Listen();
        Address = new Uri($"http://127.0.0.1:{(_listener.LocalEndPoint as IPEndPoint)?.Port ?? 80}");
        _running.Add(AcceptAsync());
    }

    public Uri Address { get; }

    public string To => $"kubo:{Address.ToString().TrimEnd('/')}";

    public Dictionary<Cid, byte[]> Blocks { get; } = [];

    /// <summary>The pinned roots, with the names of their pins.</summary>
    public Dictionary<Cid, string> Pins { get; } = [];

    public SortedDictionary<string, Cid> Files { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Keys { get; } = new() { ["self"] = "k51self" };

    /// <summary>Below which path the RPC lies.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>What the Authorization header must be.</summary>
    public string? Authorization { get; set; }

    /// <summary>The bytes of the CAR of the last import.</summary>
    public long CarLength { get; private set; }

    /// <summary>The commands so far.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    public int Imports => Calls.Count(c => c == "dag/import");

    public static TestNode Start() => new(new IPEndPoint(IPAddress.Loopback, 0));

    public static TestNode Start(string socket) => new(new UnixDomainSocketEndPoint(socket));

    /// <summary>The next call of this command goes so, instead of as it should; the next but one as the next time says.</summary>
    public TestNode Next(string command, Func<TestCall, Task> fault)
    {
        _faults.Enqueue((command, fault));
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await Task.WhenAll(_running);
        _stop.Dispose();
        Assert.Empty(_failures);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _running.Add(ServeAsync(await _listener.AcceptAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield();
        using var _ = socket;
        try
        {
            await using var stream = new NetworkStream(socket);
            while (true)
            {
                var call = new TestCall(socket, stream, _stop.Token);
                if (!await call.ReadHeadAsync())
                    return;
                var command = call.Command;
                if (Authorization is not null && call.Headers.GetValueOrDefault("Authorization") != Authorization)
                    await call.AnswerAsync(403, "403 - Forbidden");
                else if (!command.StartsWith($"{Prefix}/api/v0/", StringComparison.Ordinal))
                    await call.AnswerAsync(404, "404 page not found");
                else
                    await RunAsync(command[$"{Prefix}/api/v0/".Length..], call);
                if (!call.IsRead)
                    return;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The publisher went away, or was to lose this connection.
        }
        catch (Exception e)
        {
            _failures.Enqueue(e);
        }
    }

    private Task RunAsync(string command, TestCall call)
    {
        _calls.Enqueue(command);
        if (_faults.TryPeek(out var next) && next.Command == command && _faults.TryDequeue(out next))
            return next.Fault(call);
        var arguments = call.Arguments.Where(a => a.Name == "arg").Select(a => a.Value).ToList();
        return command switch
        {
            "dag/import" => ImportAsync(call),
            "pin/ls" => Pins.ContainsKey(Cid.Parse(arguments[0]))
                ? call.AnswerAsync($$$$"""{"Keys":{"{{{{arguments[0]}}}}":{"Type":"recursive","Name":""}}}""")
                : call.FailAsync($"path '{arguments[0]}' is not pinned"),
            "pin/add" => NamePin(call, Cid.Parse(arguments[0])),
            "files/mkdir" or "files/cp" or "files/rm" or "files/mv" or "files/stat" => ChangeFiles(command, call, arguments),
            "name/publish" => Keys.TryGetValue(call.Argument("key")!, out var name)
                ? call.AnswerAsync($$"""{"Name":"{{name}}","Value":"{{arguments[0]}}"}""")
                : call.FailAsync("no key by the given name was found"),
            _ => call.AnswerAsync(404, "404 page not found"),
        };
    }

    /// <summary>Reads the form and the CAR in it, keeps the blocks, and pins what is whole.</summary>
    public async Task ImportAsync(TestCall call)
    {
        Assert.Equal("true", call.Argument("pin-roots"));
        Assert.StartsWith("multipart/form-data; boundary=", call.Headers["Content-Type"], StringComparison.Ordinal);
        var boundary = call.Headers["Content-Type"].Split("boundary=")[1].Trim('"');
        var body = await call.ReadBodyAsync();
        var start = body.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        var end = body.AsSpan().LastIndexOf(System.Text.Encoding.ASCII.GetBytes($"\r\n--{boundary}--"));
        CarLength = end - start;
        var (roots, blocks) = Car.Read(body.AsMemory(start, end - start));
        foreach (var block in blocks)
        {
            Assert.True(block.Cid.Matches(block.Bytes.Span));
            Blocks[block.Cid] = block.Bytes.ToArray();
        }
        var root = Assert.Single(roots);
        var missing = Missing(root).FirstOrDefault();
        if (missing is null)
            Pins.TryAdd(root, "");
        var error = missing is null ? "" : $"block was not found locally (offline): ipld: could not find {missing}";
        await call.AnswerAsync($$$"""{"Root":{"Cid":{"/":"{{{root}}}"},"PinErrorMsg":"{{{error}}}"}}""" + "\n");
    }

    private IEnumerable<Cid> Missing(Cid cid) =>
        !Blocks.TryGetValue(cid, out var block) ? [cid] :
        cid.Codec == Cid.Raw ? [] : DagPbNode.Decode(block).Links.SelectMany(l => Missing(l.Cid));

    private Task NamePin(TestCall call, Cid root)
    {
        Assert.True(Pins.ContainsKey(root));
        Pins[root] = call.Argument("name")!;
        return call.AnswerAsync($$"""{"Pins":["{{root}}"]}""");
    }

    private Task ChangeFiles(string command, TestCall call, List<string> arguments)
    {
        switch (command)
        {
            case "files/stat":
                return Files.TryGetValue(arguments[0], out var cid) ? call.AnswerAsync($$"""{"Hash":"{{cid}}","Size":0,"Type":"directory"}""") : call.FailAsync("file does not exist");
            case "files/cp" when Files.ContainsKey(arguments[1]):
                return call.FailAsync("cp: cannot put node in path: directory already has entry by that name");
            case "files/cp":
                Files[arguments[1]] = Cid.Parse(arguments[0]["/ipfs/".Length..]);
                break;
            case "files/rm":
                Assert.True(Files.Remove(arguments[0]));
                break;
            case "files/mv":
                // Onto a folder: into it, as a shell's mv does.
                Files[Files.ContainsKey(arguments[1]) ? arguments[1] + arguments[0][arguments[0].LastIndexOf('/')..] : arguments[1]] = Files[arguments[0]];
                Files.Remove(arguments[0]);
                break;
        }
        return call.AnswerAsync("");
    }
}

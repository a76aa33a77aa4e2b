using System.Net;
using System.Net.Sockets;

namespace Image2Ipfs.EndToEnd.Tests.Upstreams;

/// <summary>
/// A TCP proxy that is cut: after so many bytes of answers all its connections are reset, and it may never come back.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Uri _upstream;
    private readonly bool _comesBack;
    private readonly Task _accepting;
    private CancellationTokenSource _line;
    private long _bytesLeft;
    private int _connectionsAfterwards;

    /// <param name="upstream">What it stands in front of.</param>
    /// <param name="bytes">So many bytes of answers go through before the cut.</param>
    /// <param name="comesBack">Whether connections are accepted after the cut, which is the only one then.</param>
    public CuttingProxy(Uri upstream, long bytes, bool comesBack)
    {
        (_upstream, _bytesLeft, _comesBack) = (upstream, bytes, comesBack);
        _line = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    public bool WasCut { get; private set; }

    /// <summary>How many connections were opened after the cut.</summary>
    public int ConnectionsAfterwards => _connectionsAfterwards;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _line.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var passing = new List<Task>();
        try
        {
            while (true)
                passing.Add(PassAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(passing);
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using var upstream = new TcpClient();
        using (client)
        {
            try
            {
                if (WasCut)
                {
                    Interlocked.Increment(ref _connectionsAfterwards);
                    if (!_comesBack)
                        return;
                }
                var line = _line.Token;
                await upstream.ConnectAsync(_upstream.Host, _upstream.Port, line);
                await Task.WhenAny(client.GetStream().CopyToAsync(upstream.GetStream(), line), AnswersAsync(upstream.GetStream(), client.GetStream(), line));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // One of the two has gone, or this is the end.
            }
            finally
            {
                client.LingerState = new LingerOption(true, 0); // closed with a reset
            }
        }
    }

    private async Task AnswersAsync(NetworkStream from, NetworkStream to, CancellationToken line)
    {
        var buffer = new byte[32 << 10];
        int count;
        while ((count = await from.ReadAsync(buffer, line)) > 0)
        {
            if (!WasCut && Interlocked.Add(ref _bytesLeft, -count) < 0)
            {
                WasCut = true;
                var all = Interlocked.Exchange(ref _line, CancellationTokenSource.CreateLinkedTokenSource(_end.Token));
                await all.CancelAsync();
            }
            line.ThrowIfCancellationRequested();
            await to.WriteAsync(buffer.AsMemory(0, count), line);
        }
    }
}

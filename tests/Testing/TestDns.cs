using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Image2Ipfs.Testing;

/// <summary>A name server on a free UDP port of this machine, that knows what it is told. RFC 1035, 4.</summary>
public sealed class TestDns : IDisposable
{
    private const int Txt = 16;
    private const int NoSuchDomain = 3;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly ConcurrentDictionary<string, (uint Ttl, string[] Texts)> _records = [];
    private readonly ConcurrentQueue<string> _asked = [];
    private readonly Task _serving;

    public TestDns()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _serving = Task.Run(ServeAsync);
    }

    /// <summary>The setting that makes a Gateway ask it.</summary>
    public string[] Setting => [$"--Gateway:Names:NameServers:0={_socket.LocalEndPoint}", "--Gateway:Names:DnsTimeout=00:00:01", "--Gateway:Names:MinTtl=00:00:00.010"];

    /// <summary>It gets every question and answers none.</summary>
    public bool IsSilent { get; set; }

    /// <summary>A code for every question: 2 server failure, 5 refused.</summary>
    public int? Fails { get; set; }

    public IReadOnlyList<string> Asked => [.. _asked];

    public void ClearAsked() => _asked.Clear();

    public void Set(string name, params string[] texts) => Set(name, 300, texts);

    public void Set(string name, uint ttl, params string[] texts) => _records[name] = (ttl, texts);

    public void Remove(string name) => _records.TryRemove(name, out _);

    public void Dispose()
    {
        _socket.Dispose();
        _serving.Wait(TimeSpan.FromSeconds(5));
    }

    private async Task ServeAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                var got = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0));
                if (Answer(buffer.AsSpan(0, got.ReceivedBytes)) is { } answer)
                    await _socket.SendToAsync(answer, SocketFlags.None, got.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private byte[]? Answer(ReadOnlySpan<byte> query)
    {
        var (labels, at) = (new List<string>(), 12);
        while (query[at] is > 0 and var length)
        {
            labels.Add(Encoding.ASCII.GetString(query.Slice(at + 1, length)));
            at += length + 1;
        }
        var name = string.Join('.', labels);
        _asked.Enqueue(name);
        if (IsSilent)
            return null;
        var known = _records.TryGetValue(name, out var record) && BinaryPrimitives.ReadUInt16BigEndian(query[(at + 1)..]) == Txt;
        var texts = known && Fails is null ? record.Texts : [];
        return
        [
            .. query[..2], 0x81, (byte)(0x80 | (Fails ?? (known ? 0 : NoSuchDomain))),
            0, 1, 0, (byte)texts.Length, 0, 0, 0, 0,
            .. query[12..(at + 5)],
            .. texts.SelectMany(text => Resource(record.Ttl, text)),
        ];
    }

    private static byte[] Resource(uint ttl, string text)
    {
        // A string of DNS has 255 bytes at most; a text may have several.
        byte[] data = [.. Encoding.ASCII.GetBytes(text).Chunk(100).SelectMany(part => (byte[])[(byte)part.Length, .. part])];
        var head = new byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(head, 0xC00C);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), Txt);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(4), 1);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(6), ttl);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(10), (ushort)data.Length);
        return [.. head, .. data];
    }
}

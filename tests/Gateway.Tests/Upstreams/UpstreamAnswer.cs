using System.Collections.Immutable;
using System.Text;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>How an answer's body ends.</summary>
internal enum Ending
{
    Whole,

    /// <summary>The connection goes.</summary>
    Reset,

    /// <summary>As if it were whole: the last chunk of a chunked body.</summary>
    Clean,

    /// <summary>Nothing more comes, and the connection stays.</summary>
    Stall,

    /// <summary>More and more bytes come.</summary>
    Endless,
}

/// <summary>An answer before it is sent.</summary>
internal sealed record UpstreamAnswer(int Status, ImmutableDictionary<string, string> Headers, IReadOnlyList<ReadOnlyMemory<byte>> Body)
{
    public static readonly ImmutableDictionary<string, string> NoHeaders = ImmutableDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase);

    public static UpstreamAnswer Text(int status, string text, string type = "text/plain; charset=utf-8") =>
        new(status, NoHeaders.Add("Content-Type", type), [Encoding.UTF8.GetBytes(text)]);

    /// <summary>The blocks of a CAR and the root in its header, or null for another body.</summary>
    public (Cid Root, IReadOnlyList<Block> Blocks)? Car { get; private init; }

    /// <summary>Whether a Content-Length says how long the body is, or it comes in chunks.</summary>
    public bool HasLength { get; init; } = true;

    public Ending Ending { get; init; }

    /// <summary>After how many bytes of the body the ending comes.</summary>
    public long EndsAt { get; init; } = long.MaxValue;

    /// <summary>Before the first byte.</summary>
    public TimeSpan Delay { get; init; }

    public long Length => Body.Sum(part => (long)part.Length);

    public UpstreamAnswer With(string header, string? value) =>
        this with { Headers = value is null ? Headers.Remove(header) : Headers.SetItem(header, value) };

    public UpstreamAnswer WithBody(params IReadOnlyList<ReadOnlyMemory<byte>> body) => this with { Body = body, Car = null };

    public UpstreamAnswer WithCar(Cid root, IReadOnlyList<Block> blocks) =>
        this with { Body = [Image2Ipfs.Ipfs.Car.Header(root), .. blocks.SelectMany(Section)], Car = (root, blocks) };

    public byte[] Bytes()
    {
        var bytes = new byte[Length];
        var at = 0;
        foreach (var part in Body)
        {
            part.CopyTo(bytes.AsMemory(at));
            at += part.Length;
        }
        return bytes;
    }

    /// <summary>A CAR's section, in two parts so that the block is not copied.</summary>
    private static ReadOnlyMemory<byte>[] Section(Block block) =>
        [(byte[])[.. Varint((ulong)(block.Cid.Bytes.Length + block.Bytes.Length)), .. block.Cid.Bytes], block.Bytes];

    public static byte[] Varint(ulong value) => value < 0x80 ? [(byte)value] : [(byte)(value | 0x80), .. Varint(value >> 7)];
}

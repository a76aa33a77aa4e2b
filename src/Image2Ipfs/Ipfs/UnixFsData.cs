using System.Buffers;

namespace Image2Ipfs.Ipfs;

public enum UnixFsType
{
    Raw = 0,
    Directory = 1,
    File = 2,
    Metadata = 3,
    Symlink = 4,
    HamtShard = 5,
}

/// <summary>
/// The data of a UnixFS node.
/// <code>
/// 08 type   12 len data   18 filesize   20 blocksize (once a link)   28 hash function   30 fanout
/// </code>
/// Source: ipfs/specs, src/unixfs.md, "Data message".
/// </summary>
public sealed record UnixFsData(UnixFsType Type)
{
    /// <summary>A file's inline content, a shard's bitmap, a symbolic link's target.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>The content bytes of the whole file below this node.</summary>
    public ulong? FileSize { get; init; }

    /// <summary>The content bytes below each link.</summary>
    public IReadOnlyList<ulong> BlockSizes { get; init; } = [];

    public ulong? HashFunction { get; init; }

    public ulong? Fanout { get; init; }

    public byte[] Encode()
    {
        var to = new ArrayBufferWriter<byte>();
        Varint.Write(to, 0x08);
        Varint.Write(to, (ulong)Type);
        if (!Data.IsEmpty)
        {
            Varint.Write(to, 0x12);
            Varint.Write(to, (ulong)Data.Length);
            to.Write(Data.Span);
        }
        Number(0x18, FileSize);
        foreach (var size in BlockSizes)
            Number(0x20, size);
        Number(0x28, HashFunction);
        Number(0x30, Fanout);
        return to.WrittenSpan.ToArray();

        void Number(byte field, ulong? value)
        {
            if (value is null) return;
            Varint.Write(to, field);
            Varint.Write(to, value.Value);
        }
    }

    /// <summary>Reads the message; a mode and a modification time are skipped.</summary>
    /// <exception cref="InvalidDataException">It is no UnixFS message.</exception>
    public static UnixFsData Decode(ReadOnlyMemory<byte> message)
    {
        UnixFsType? type = null;
        ReadOnlyMemory<byte> data = default;
        ulong? fileSize = null, hashFunction = null, fanout = null;
        var blockSizes = new List<ulong>();
        var rest = message.Span;
        while (!rest.IsEmpty)
        {
            var field = Varint.Read(ref rest);
            switch (field)
            {
                case 0x08:
                    type = Varint.Read(ref rest) is <= (ulong)UnixFsType.HamtShard and var known
                        ? (UnixFsType)known
                        : throw new InvalidDataException("a UnixFS node has an unknown type");
                    break;
                case 0x12:
                    var length = DagPbNode.Bytes(ref rest).Length;
                    data = message.Slice(message.Length - rest.Length - length, length);
                    break;
                case 0x18: fileSize = Varint.Read(ref rest); break;
                case 0x20: blockSizes.Add(Varint.Read(ref rest)); break;
                case 0x22: // packed block sizes, which some writers make
                    var packed = DagPbNode.Bytes(ref rest);
                    while (!packed.IsEmpty) blockSizes.Add(Varint.Read(ref packed));
                    break;
                case 0x28: hashFunction = Varint.Read(ref rest); break;
                case 0x30: fanout = Varint.Read(ref rest); break;
                default: Skip(field, ref rest); break;
            }
        }
        return new UnixFsData(type ?? throw new InvalidDataException("a UnixFS node has no type"))
        {
            Data = data,
            FileSize = fileSize,
            BlockSizes = blockSizes,
            HashFunction = hashFunction,
            Fanout = fanout,
        };
    }

    private static void Skip(ulong field, ref ReadOnlySpan<byte> rest)
    {
        switch (field & 7)
        {
            case 0: Varint.Read(ref rest); break;
            case 1 when rest.Length >= 8: rest = rest[8..]; break;
            case 2: DagPbNode.Bytes(ref rest); break;
            case 5 when rest.Length >= 4: rest = rest[4..]; break;
            default: throw new InvalidDataException("a UnixFS node has a field that cannot be read");
        }
    }
}

using System.Buffers;
using System.Formats.Cbor;

namespace Image2Ipfs.Ipfs;

/// <summary>
/// A content archive, version 1.
/// <code>
/// car     := varint(len) header section*       header := DAG-CBOR {"roots": [42(0x00 ‖ CID)], "version": 1}
/// section := varint(len) CID block
/// </code>
/// Source: ipld/ipld, specs/transport/car/carv1.
/// </summary>
public static class Car
{
    /// <summary>Blocks of IPFS have at most 2 MiB; a CID beside one has at most some hundred bytes.</summary>
    internal const int MaxSection = 2 * 1024 * 1024 + 256;
    internal const int MaxHeader = 64 * 1024;
    private const CborTag CidTag = (CborTag)42;

    public static byte[] Header(params ReadOnlySpan<Cid> roots)
    {
        var cbor = new CborWriter(CborConformanceMode.Canonical);
        cbor.WriteStartMap(2);
        cbor.WriteTextString("roots");
        cbor.WriteStartArray(roots.Length);
        foreach (var root in roots)
        {
            cbor.WriteTag(CidTag);
            cbor.WriteByteString([0, .. root.Bytes]);
        }
        cbor.WriteEndArray();
        cbor.WriteTextString("version");
        cbor.WriteInt32(1);
        cbor.WriteEndMap();
        var header = new ArrayBufferWriter<byte>();
        Varint.Write(header, (ulong)cbor.BytesWritten);
        header.Write(cbor.Encode());
        return header.WrittenSpan.ToArray();
    }

    public static void WriteSection(Stream to, Block block)
    {
        var head = new ArrayBufferWriter<byte>(64);
        WriteSectionHead(head, block.Cid, block.Bytes.Length);
        to.Write(head.WrittenSpan);
        to.Write(block.Bytes.Span);
    }

    /// <summary>What stands before a block in its section; the block itself may come in pieces.</summary>
    public static void WriteSectionHead(IBufferWriter<byte> to, Cid cid, int blockLength)
    {
        Varint.Write(to, (ulong)(cid.Bytes.Length + blockLength));
        to.Write(cid.Bytes);
    }

    /// <summary>The bytes of a section, its head included.</summary>
    public static long SectionLength(Cid cid, int blockLength) =>
        Varint.Length((ulong)(cid.Bytes.Length + blockLength)) + cid.Bytes.Length + (long)blockLength;

    /// <summary>Reads a whole archive that lies in memory. Blocks are slices of it and are not checked against their CIDs.</summary>
    /// <exception cref="InvalidDataException">It is no version 1 archive, or it is cut off.</exception>
    public static (IReadOnlyList<Cid> Roots, IReadOnlyList<Block> Blocks) Read(ReadOnlyMemory<byte> car)
    {
        var rest = car.Span;
        var roots = ReadHeader(Take(ref rest, MaxHeader));
        var blocks = new List<Block>();
        while (!rest.IsEmpty)
        {
            var section = Take(ref rest, MaxSection);
            var cid = Cid.Read(ref section);
            blocks.Add(new Block(cid, car.Slice(car.Length - rest.Length - section.Length, section.Length)));
        }
        return (roots, blocks);
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, int max)
    {
        var length = Varint.Read(ref rest);
        if (length > (ulong)rest.Length || length > (ulong)max)
            throw new InvalidDataException("a CAR section is cut off or too long");
        var part = rest[..(int)length];
        rest = rest[(int)length..];
        return part;
    }

    internal static List<Cid> ReadHeader(ReadOnlySpan<byte> header)
    {
        try
        {
            var cbor = new CborReader(header.ToArray(), CborConformanceMode.Lax);
            var roots = new List<Cid>();
            ulong? version = null;
            cbor.ReadStartMap();
            while (cbor.PeekState() != CborReaderState.EndMap)
            {
                switch (cbor.ReadTextString())
                {
                    case "version":
                        version = cbor.ReadUInt64();
                        break;
                    case "roots":
                        cbor.ReadStartArray();
                        while (cbor.PeekState() != CborReaderState.EndArray)
                            roots.Add(ReadCid(cbor));
                        cbor.ReadEndArray();
                        break;
                    default:
                        cbor.SkipValue();
                        break;
                }
            }
            if (version != 1)
                throw new InvalidDataException($"CAR version {version} is not known");
            return roots.Count > 0 ? roots : throw new InvalidDataException("a CAR header has no root");
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException)
        {
            throw new InvalidDataException("a CAR header cannot be read", e);
        }
    }

    private static Cid ReadCid(CborReader cbor)
    {
        if (cbor.ReadTag() != CidTag)
            throw new InvalidDataException("a CAR header has a root that is no CID");
        ReadOnlySpan<byte> bytes = cbor.ReadByteString();
        if (bytes is not [0, ..])
            throw new InvalidDataException("a CAR header has a root that is no CID");
        bytes = bytes[1..];
        var cid = Cid.Read(ref bytes);
        return bytes.IsEmpty ? cid : throw new InvalidDataException("a CAR header has a root with bytes after its CID");
    }
}

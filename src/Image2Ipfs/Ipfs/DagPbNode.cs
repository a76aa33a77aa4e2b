using System.Buffers;
using System.Text;

namespace Image2Ipfs.Ipfs;

/// <summary>
/// A dag-pb node: links and data.
/// <code>
/// PBNode := Links* Data?                    0x12 len PBLink   0x0a len bytes     (links first, though their number is higher)
/// PBLink := Hash Name Tsize                 0x0a len CID      0x12 len UTF-8     0x18 varint
/// </code>
/// Source: ipld/specs, dag-pb. Writers put the name even where it is empty; readers take both.
/// </summary>
public sealed record DagPbNode(IReadOnlyList<DagLink> Links, ReadOnlyMemory<byte> Data)
{
    public byte[] Encode()
    {
        var to = new ArrayBufferWriter<byte>(Links.Count * 100 + Data.Length + 16);
        foreach (var link in Links)
        {
            var name = Encoding.UTF8.GetByteCount(link.Name);
            var length = 2 + link.Cid.Bytes.Length + 1 + Varint.Length((ulong)name) + name + 1 + Varint.Length(link.TotalSize);
            Varint.Write(to, 0x12);
            Varint.Write(to, (ulong)length);
            Varint.Write(to, 0x0A);
            Varint.Write(to, (ulong)link.Cid.Bytes.Length);
            to.Write(link.Cid.Bytes);
            Varint.Write(to, 0x12);
            Varint.Write(to, (ulong)name);
            Encoding.UTF8.GetBytes(link.Name, to);
            Varint.Write(to, 0x18);
            Varint.Write(to, link.TotalSize);
        }
        Varint.Write(to, 0x0A);
        Varint.Write(to, (ulong)Data.Length);
        to.Write(Data.Span);
        return to.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">The block is no dag-pb node.</exception>
    public static DagPbNode Decode(ReadOnlyMemory<byte> block)
    {
        var links = new List<DagLink>();
        ReadOnlyMemory<byte> data = default;
        var seenData = false;
        var rest = block.Span;
        while (!rest.IsEmpty)
        {
            var field = Field(ref rest);
            switch (field)
            {
                case 0x12:
                    if (seenData)
                        throw new InvalidDataException("a dag-pb node has a link after its data");
                    links.Add(DecodeLink(Bytes(ref rest)));
                    break;
                case 0x0A when !seenData:
                    var length = Bytes(ref rest).Length;
                    data = block.Slice(block.Length - rest.Length - length, length);
                    seenData = true;
                    break;
                default:
                    throw new InvalidDataException($"a dag-pb node has an unexpected field {field:x2}");
            }
        }
        return new DagPbNode(links, data);
    }

    private static DagLink DecodeLink(ReadOnlySpan<byte> rest)
    {
        Cid? cid = null;
        var name = "";
        ulong totalSize = 0;
        while (!rest.IsEmpty)
        {
            switch (Field(ref rest))
            {
                case 0x0A:
                    var hash = Bytes(ref rest);
                    cid = Cid.Read(ref hash);
                    if (!hash.IsEmpty)
                        throw new InvalidDataException("a dag-pb link has bytes after its CID");
                    break;
                case 0x12: name = Encoding.UTF8.GetString(Bytes(ref rest)); break;
                case 0x18: totalSize = Varint.Read(ref rest); break;
                default: throw new InvalidDataException("a dag-pb link has an unexpected field");
            }
        }
        return new DagLink(name, cid ?? throw new InvalidDataException("a dag-pb link has no CID"), totalSize);
    }

    private static byte Field(ref ReadOnlySpan<byte> rest)
    {
        var field = rest[0];
        rest = rest[1..];
        return field;
    }

    internal static ReadOnlySpan<byte> Bytes(ref ReadOnlySpan<byte> rest)
    {
        var length = Varint.Read(ref rest);
        if (length > (ulong)rest.Length)
            throw new InvalidDataException("a dag-pb field is cut off");
        var bytes = rest[..(int)length];
        rest = rest[(int)length..];
        return bytes;
    }
}

using System.Buffers.Binary;

namespace Image2Ipfs.Ipfs;

/// <summary>
/// A content archive of version 1 or 2 that goes by: a pipe, or a file that is larger than memory. Only the section at
/// hand is held.
/// <code>
/// carv2  := pragma(11) characteristics(16) dataOffset(8) dataSize(8) indexOffset(8) padding carv1 padding index
/// pragma := 0x0A, DAG-CBOR {"version": 2}          the numbers are little-endian, the offsets from the pragma's first byte
/// </code>
/// Source: ipld/ipld, specs/transport/car/carv2. The index is not needed, nor trusted.
/// </summary>
public sealed class CarStream
{
    private static ReadOnlySpan<byte> Pragma => [0x0A, 0xA1, 0x67, (byte)'v', (byte)'e', (byte)'r', (byte)'s', (byte)'i', (byte)'o', (byte)'n', 0x02];

    private readonly Stream _from;
    private readonly long? _end;
    private byte[] _section = new byte[64 * 1024];

    /// <summary>Reads the header.</summary>
    /// <param name="from">Many small reads come: a buffered stream, or one that has a buffer of its own.</param>
    /// <exception cref="InvalidDataException">It is no archive.</exception>
    public CarStream(Stream from)
    {
        _from = from;
        var first = ReadHeader();
        if (first.SequenceEqual(Pragma[1..]))
        {
            _end = SkipToData();
            first = ReadHeader();
        }
        Roots = Car.ReadHeader(first);
    }

    public IReadOnlyList<Cid> Roots { get; }

    /// <summary>The bytes read so far.</summary>
    public long Position { get; private set; }

    /// <summary>Reads the next section. Its block is not checked against its CID.</summary>
    /// <param name="block">Its bytes are overwritten by the next call.</param>
    /// <param name="offset">Of the block's first byte in the stream.</param>
    /// <returns>False at the archive's end.</returns>
    /// <exception cref="InvalidDataException">The archive is cut off, or no archive.</exception>
    public bool TryRead(out Block block, out long offset)
    {
        (block, offset) = (default, 0);
        if (Position == _end || ReadLength(Car.MaxSection) is not { } length)
            return false;
        if (_section.Length < length)
            _section = new byte[Car.MaxSection];
        ReadExactly(_section.AsSpan(0, length));
        ReadOnlySpan<byte> rest = _section.AsSpan(0, length);
        var cid = Cid.Read(ref rest);
        offset = Position - rest.Length;
        block = new Block(cid, _section.AsMemory(length - rest.Length, rest.Length));
        return true;
    }

    private byte[] ReadHeader()
    {
        var header = new byte[ReadLength(Car.MaxHeader) ?? throw new InvalidDataException("a CAR is empty")];
        ReadExactly(header);
        return header;
    }

    /// <returns>Where the data ends.</returns>
    private long SkipToData()
    {
        Span<byte> header = stackalloc byte[40];
        ReadExactly(header);
        var offset = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
        var size = BinaryPrimitives.ReadInt64LittleEndian(header[24..]);
        if (offset < Position || size <= 0 || size > long.MaxValue - offset)
            throw new InvalidDataException("a CAR of version 2 does not say where its data is: it was not finished");
        Span<byte> skipped = stackalloc byte[4096];
        while (Position < offset)
            ReadExactly(skipped[..(int)Math.Min(skipped.Length, offset - Position)]);
        return offset + size;
    }

    /// <returns>Null at the end of the stream, if no section has begun.</returns>
    private int? ReadLength(int max)
    {
        ulong value = 0;
        for (var i = 0; i < Varint.MaxBytes; i++)
        {
            var next = Position < (_end ?? long.MaxValue) ? _from.ReadByte() : -1;
            if (next < 0)
                return i == 0 && _end is null ? null : throw CutOff();
            Position++;
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
                return value is > 0 && value <= (ulong)max ? (int)value : throw new InvalidDataException($"a CAR has a section of {value} bytes, which no block has");
        }
        throw new InvalidDataException("a CAR has a section without an end");
    }

    private void ReadExactly(Span<byte> buffer)
    {
        if (buffer.Length > (_end ?? long.MaxValue) - Position || _from.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) < buffer.Length)
            throw CutOff();
        Position += buffer.Length;
    }

    private static InvalidDataException CutOff() => new("a CAR is cut off");
}

using System.Text;

namespace Image2Ipfs.Testing;

/// <summary>The header of a tar member, every field of it by hand.</summary>
public sealed record TarMember(string Name)
{
    public const string Ustar = "ustar\000";
    public const string Gnu = "ustar  \0";

    /// <summary>'0' file, '1' hard link, '2' symbolic link, '3' character device, '5' folder, '6' fifo, 'x' PAX, 'L' GNU long name…</summary>
    public char Type { get; init; } = '0';

    public string LinkName { get; init; } = "";

    public string Magic { get; init; } = Ustar;

    /// <summary>What the size field says, where it is not the content's length.</summary>
    public byte[]? SizeField { get; init; }

    /// <summary>What stands at a place of the header, whatever belongs there.</summary>
    public (int Offset, byte[] Bytes) Field { get; init; } = (0, []);

    /// <summary>Added to the right checksum.</summary>
    public int ChecksumError { get; init; }

    public byte[] Header(long length)
    {
        var header = new byte[TarBuilder.Block];
        Put(0, 100, Encoding.UTF8.GetBytes(Name));
        Put(100, 8, "0000644\0"u8);
        Put(108, 8, "0000000\0"u8);
        Put(116, 8, "0000000\0"u8);
        Put(124, 12, SizeField ?? Octal(length, 11));
        Put(136, 12, "00000000000\0"u8);
        Put(156, 1, [(byte)Type]);
        Put(157, 100, Encoding.UTF8.GetBytes(LinkName));
        Put(257, 8, Encoding.ASCII.GetBytes(Magic));
        Put(Field.Offset, header.Length - Field.Offset, Field.Bytes);
        // The checksum counts its own field as spaces.
        Put(148, 8, "        "u8);
        Put(148, 7, Octal(header.Sum(b => b) + ChecksumError, 6));
        return header;

        void Put(int offset, int room, ReadOnlySpan<byte> bytes) => bytes[..Math.Min(bytes.Length, room)].CopyTo(header.AsSpan(offset));
    }

    /// <summary>A size as GNU writes one that octal digits cannot say: big-endian, with the first bit set.</summary>
    public static byte[] Base256(long value)
    {
        var field = new byte[12];
        field.AsSpan().Fill(value < 0 ? (byte)0xFF : (byte)0);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(field.AsSpan(4), value);
        field[0] = value < 0 ? (byte)0xFF : (byte)0x80;
        return field;
    }

    public static byte[] Octal(long value, int digits) => Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(digits, '0') + "\0");
}

using System.Buffers;

namespace Image2Ipfs.Ipfs;

/// <summary>
/// Unsigned LEB128: seven bits a byte, least significant first, the high bit says that more follow.
/// Source: multiformats/unsigned-varint (at most 9 bytes there; protobuf uses the same encoding).
/// </summary>
public static class Varint
{
    public const int MaxBytes = 9;

    public static int Length(ulong value)
    {
        var length = 1;
        while ((value >>= 7) != 0)
            length++;
        return length;
    }

    public static void Write(IBufferWriter<byte> to, ulong value)
    {
        var span = to.GetSpan(10);
        var i = 0;
        for (; value >= 0x80; value >>= 7)
            span[i++] = (byte)(value | 0x80);
        span[i++] = (byte)value;
        to.Advance(i);
    }

    /// <summary>Reads one number off the front of the span.</summary>
    /// <exception cref="InvalidDataException">It is cut off, or longer than nine bytes.</exception>
    public static ulong Read(ref ReadOnlySpan<byte> from) =>
        TryRead(from, out var value, out var length)
            ? Advance(ref from, length, value)
            : throw new InvalidDataException("a varint is cut off or too long");

    public static bool TryRead(ReadOnlySpan<byte> from, out ulong value, out int length)
    {
        value = 0;
        for (length = 0; length < Math.Min(from.Length, MaxBytes); length++)
        {
            value |= (ulong)(from[length] & 0x7F) << (7 * length);
            if (from[length] < 0x80)
            {
                length++;
                return true;
            }
        }
        return false;
    }

    private static ulong Advance(ref ReadOnlySpan<byte> from, int length, ulong value)
    {
        from = from[length..];
        return value;
    }
}

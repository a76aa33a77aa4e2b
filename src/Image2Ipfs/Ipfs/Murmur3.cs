using System.Buffers.Binary;
using System.Numerics;

namespace Image2Ipfs.Ipfs;

/// <summary>
/// The first 64 bits of MurmurHash3 x64-128 with seed 0 (multihash 0x22), which places the entries of a sharded
/// directory. The platform's hashing library has no murmur.
/// Source: aappleby/smhasher, MurmurHash3.cpp (public domain).
/// </summary>
internal static class Murmur3
{
    private const ulong C1 = 0x87c37b91114253d5, C2 = 0x4cf5ad432745937f;

    public static ulong Hash(ReadOnlySpan<byte> data)
    {
        ulong h1 = 0, h2 = 0;
        var rest = data;
        for (; rest.Length >= 16; rest = rest[16..])
        {
            h1 ^= MixK1(BinaryPrimitives.ReadUInt64LittleEndian(rest));
            h1 = (BitOperations.RotateLeft(h1, 27) + h2) * 5 + 0x52dce729;
            h2 ^= MixK2(BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]));
            h2 = (BitOperations.RotateLeft(h2, 31) + h1) * 5 + 0x38495ab5;
        }

        Span<byte> tail = stackalloc byte[16];
        tail.Clear();
        rest.CopyTo(tail);
        h2 ^= MixK2(BinaryPrimitives.ReadUInt64LittleEndian(tail[8..]));
        h1 ^= MixK1(BinaryPrimitives.ReadUInt64LittleEndian(tail));

        h1 ^= (ulong)data.Length;
        h2 ^= (ulong)data.Length;
        h1 += h2;
        h2 += h1;
        return Finish(h1) + Finish(h2);
    }

    private static ulong MixK1(ulong k) => BitOperations.RotateLeft(k * C1, 31) * C2;

    private static ulong MixK2(ulong k) => BitOperations.RotateLeft(k * C2, 33) * C1;

    private static ulong Finish(ulong k)
    {
        k = (k ^ (k >> 33)) * 0xff51afd7ed558ccd;
        k = (k ^ (k >> 33)) * 0xc4ceb9fe1a85ec53;
        return k ^ (k >> 33);
    }
}

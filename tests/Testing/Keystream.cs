using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using System.Text;

namespace Image2Ipfs.Testing;

/// <summary>
/// The bytes that IPFS test suites take for file contents: the ChaCha20 keystream whose key is sha256 of a seed, with
/// a nonce of zero. Any length of it can be had without storing it.
/// Sources: RFC 8439, section 2.4; ipfs/kubo, test/cli/testutils/random_deterministic.go.
/// </summary>
public sealed class Keystream
{
    private const int BatchBytes = 4 * 64;

    // A row of the state is 16 bytes. A vector holds the same row of two blocks.
    private readonly Vector256<uint> _constants, _key1, _key2;
    private readonly byte[] _batch = new byte[BatchBytes];
    private int _unread;
    private uint _block;

    public Keystream(string seed)
    {
        var key = MemoryMarshal.Cast<byte, uint>(SHA256.HashData(Encoding.UTF8.GetBytes(seed)));
        _constants = Twice(MemoryMarshal.Cast<byte, uint>("expand 32-byte k"u8));
        _key1 = Twice(key[..4]);
        _key2 = Twice(key[4..]);
    }

    /// <summary>The first bytes of the seed's keystream.</summary>
    public static byte[] Bytes(string seed, int length)
    {
        var bytes = new byte[length];
        new Keystream(seed).Fill(bytes);
        return bytes;
    }

    /// <summary>The next bytes of the keystream.</summary>
    public void Fill(Span<byte> to)
    {
        while (!to.IsEmpty)
        {
            if (_unread == 0 && to.Length >= BatchBytes)
            {
                Next(to);
                to = to[BatchBytes..];
                continue;
            }
            if (_unread == 0)
            {
                Next(_batch);
                _unread = BatchBytes;
            }
            var part = _batch.AsSpan(BatchBytes - _unread, Math.Min(_unread, to.Length));
            part.CopyTo(to);
            _unread -= part.Length;
            to = to[part.Length..];
        }
    }

    /// <summary>Four blocks: two pairs side by side, so that the processor has something to do while one pair waits.</summary>
    private void Next(Span<byte> to)
    {
        var (counter1, counter2) = (Counter(_block), Counter(_block + 2));
        var (a1, b1, c1, d1) = (_constants, _key1, _key2, counter1);
        var (a2, b2, c2, d2) = (_constants, _key1, _key2, counter2);
        for (var round = 0; round < 10; round++)
        {
            QuarterRounds(ref a1, ref b1, ref c1, ref d1);
            QuarterRounds(ref a2, ref b2, ref c2, ref d2);
            Rotate(ref b1, ref c1, ref d1);
            Rotate(ref b2, ref c2, ref d2);
            QuarterRounds(ref a1, ref b1, ref c1, ref d1);
            QuarterRounds(ref a2, ref b2, ref c2, ref d2);
            Rotate(ref d1, ref c1, ref b1);
            Rotate(ref d2, ref c2, ref b2);
        }
        Write(a1 + _constants, b1 + _key1, c1 + _key2, d1 + counter1, to);
        Write(a2 + _constants, b2 + _key1, c2 + _key2, d2 + counter2, to[128..]);
        _block += 4;
    }

    private static void QuarterRounds(ref Vector256<uint> a, ref Vector256<uint> b, ref Vector256<uint> c, ref Vector256<uint> d)
    {
        a += b; d ^= a; d = (d << 16) | (d >>> 16);
        c += d; b ^= c; b = (b << 12) | (b >>> 20);
        a += b; d ^= a; d = (d << 8) | (d >>> 24);
        c += d; b ^= c; b = (b << 7) | (b >>> 25);
    }

    /// <summary>Turns the first row by one word, the second by two, the third by three: columns become diagonals and back.</summary>
    private static void Rotate(ref Vector256<uint> one, ref Vector256<uint> two, ref Vector256<uint> three)
    {
        one = Vector256.Shuffle(one, Vector256.Create(1u, 2, 3, 0, 5, 6, 7, 4));
        two = Vector256.Shuffle(two, Vector256.Create(2u, 3, 0, 1, 6, 7, 4, 5));
        three = Vector256.Shuffle(three, Vector256.Create(3u, 0, 1, 2, 7, 4, 5, 6));
    }

    private static void Write(Vector256<uint> a, Vector256<uint> b, Vector256<uint> c, Vector256<uint> d, Span<byte> to)
    {
        Vector256.Create(a.GetLower(), b.GetLower()).AsByte().CopyTo(to);
        Vector256.Create(c.GetLower(), d.GetLower()).AsByte().CopyTo(to[32..]);
        Vector256.Create(a.GetUpper(), b.GetUpper()).AsByte().CopyTo(to[64..]);
        Vector256.Create(c.GetUpper(), d.GetUpper()).AsByte().CopyTo(to[96..]);
    }

    private static Vector256<uint> Counter(uint block) => Vector256.Create(block, 0, 0, 0, block + 1, 0, 0, 0);

    private static Vector256<uint> Twice(ReadOnlySpan<uint> row) => Vector256.Create(Vector128.Create(row), Vector128.Create(row));
}

using System.Globalization;
using System.Text;

namespace Image2Ipfs.Testing;

/// <summary>An IPNS record as it is made, written byte by byte, apart from what reads it. Every part of it can be made wrong.</summary>
public sealed record IpnsEntry(string Value)
{
    public ulong Sequence { get; init; }

    public string Validity { get; init; } = "2099-01-01T00:00:00.000000000Z";

    public ulong ValidityType { get; init; }

    public ulong TtlNanoseconds { get; init; } = 60_000_000_000;

    /// <summary>Whether the first version's fields are there too, with a signature that nobody looks at.</summary>
    public bool HasOldFields { get; init; }

    /// <summary>What the first version's fields say, where it is not the same.</summary>
    public IpnsEntry? Old { get; init; }

    /// <summary>The data, where it is not what the fields above say.</summary>
    public byte[]? Data { get; init; }

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);

    public byte[] Sign(IpnsKey key)
    {
        var data = Data ?? Cbor();
        var old = Old ?? this;
        return
        [
            .. HasOldFields || Old is not null
                ? (byte[])[.. Bytes(1, Text(old.Value)), .. Bytes(2, new byte[64]), 0x18, .. Varint(old.ValidityType), .. Bytes(4, Text(old.Validity)), 0x28, .. Varint(old.Sequence), 0x30, .. Varint(old.TtlNanoseconds)]
                : [],
            .. key.IsInlined ? [] : Bytes(7, key.Public),
            .. Bytes(8, key.Sign([.. "ipns-signature:"u8, .. data])),
            .. Bytes(9, data),
        ];
    }

    /// <summary>A field of bytes in a protobuf message.</summary>
    public static byte[] Bytes(int field, byte[] bytes) => [(byte)((field << 3) | 2), .. Varint((ulong)bytes.Length), .. bytes];

    /// <summary>The keys in DAG-CBOR's order: the shortest first.</summary>
    private byte[] Cbor() =>
    [
        0xA5,
        .. Key("TTL"), .. Head(0, TtlNanoseconds),
        .. Key("Value"), .. Head(2, (ulong)Text(Value).Length), .. Text(Value),
        .. Key("Sequence"), .. Head(0, Sequence),
        .. Key("Validity"), .. Head(2, (ulong)Text(Validity).Length), .. Text(Validity),
        .. Key("ValidityType"), .. Head(0, ValidityType),
    ];

    public static byte[] Key(string key) => [.. Head(3, (ulong)key.Length), .. Text(key)];

    /// <summary>A CBOR item's type and number, written the shortest way.</summary>
    public static byte[] Head(int type, ulong number) => number switch
    {
        < 24 => [(byte)((type << 5) | (int)number)],
        <= byte.MaxValue => [(byte)((type << 5) | 24), (byte)number],
        <= ushort.MaxValue => [(byte)((type << 5) | 25), .. BigEndian(number, 2)],
        <= uint.MaxValue => [(byte)((type << 5) | 26), .. BigEndian(number, 4)],
        _ => [(byte)((type << 5) | 27), .. BigEndian(number, 8)],
    };

    private static IEnumerable<byte> BigEndian(ulong number, int bytes) => Enumerable.Range(0, bytes).Select(i => (byte)(number >> (8 * (bytes - 1 - i))));

    private static byte[] Varint(ulong value) => value < 0x80 ? [(byte)value] : [(byte)(value | 0x80), .. Varint(value >> 7)];

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}

using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Ipns;

/// <summary>
/// A protobuf message in which every field comes once at most.
/// <code>
/// message := (key value)*        key := varint, the field's number × 8 + 0: varint, 1: 8 bytes, 2: varint(len) bytes, 5: 4 bytes
/// </code>
/// Fields that nobody asks for are passed over, as protobuf has it: a later version may have more.
/// </summary>
internal sealed class Protobuf
{
    private readonly Dictionary<ulong, ulong> _numbers = [];
    private readonly Dictionary<ulong, ReadOnlyMemory<byte>> _bytes = [];

    /// <exception cref="InvalidDataException">It is no message, or has a field twice.</exception>
    public Protobuf(ReadOnlyMemory<byte> message)
    {
        var rest = message.Span;
        while (!rest.IsEmpty)
        {
            var key = Varint.Read(ref rest);
            var (number, kind) = (key >> 3, key & 7);
            if (number == 0 || _numbers.ContainsKey(number) || _bytes.ContainsKey(number))
                throw new InvalidDataException("a protobuf message has a field that it must not have");
            if (kind == 0)
            {
                _numbers.Add(number, Varint.Read(ref rest));
                continue;
            }
            var length = kind switch
            {
                1 => 8UL,
                2 => Varint.Read(ref rest),
                5 => 4UL,
                _ => throw new InvalidDataException("a protobuf message has a field of an unknown kind"),
            };
            if (length > (ulong)rest.Length)
                throw new InvalidDataException("a protobuf message is cut off");
            if (kind == 2)
                _bytes.Add(number, message.Slice(message.Length - rest.Length, (int)length));
            rest = rest[(int)length..];
        }
    }

    public ulong? Number(ulong field) => _numbers.TryGetValue(field, out var number) ? number : null;

    // Null alone would become an empty memory here.
    public ReadOnlyMemory<byte>? Bytes(ulong field) => _bytes.TryGetValue(field, out var bytes) ? bytes : default(ReadOnlyMemory<byte>?);
}

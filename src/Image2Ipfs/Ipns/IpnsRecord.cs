using System.Formats.Cbor;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Image2Ipfs.Ipns;

/// <summary>
/// What an IPNS name points to, signed by its key.
/// <code>
/// record := protobuf {7: key, where the name does not hold it, 8: signature, 9: data}      at most 10 KiB
/// data   := DAG-CBOR {"TTL": nanoseconds, "Value": path, "Sequence": number, "Validity": RFC 3339, "ValidityType": 0}
/// </code>
/// The signature is over "ipns-signature:" ‖ data. The fields 1 to 6 are the first version's: value, its signature, validity
/// type, validity, sequence, TTL. They may be there, and must say the same; that signature counts for nothing.
/// Source: ipfs/specs, src/ipns/ipns-record.md.
/// </summary>
/// <param name="Value">A path: /ipfs/… or /ipns/….</param>
/// <param name="Sequence">Of two records the one with the higher number is the newer.</param>
/// <param name="Validity">When it ends.</param>
/// <param name="TimeToLive">How long it may be remembered before somebody asks again, or null where it does not say.</param>
public sealed partial record IpnsRecord(string Value, ulong Sequence, DateTimeOffset Validity, TimeSpan? TimeToLive)
{
    public const int MaxBytes = 10 * 1024;

    public const string MediaType = "application/vnd.ipfs.ipns-record";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a record, and checks that it is this name's and valid now.</summary>
    /// <exception cref="InvalidDataException">It is not; the message says why.</exception>
    public static IpnsRecord Verify(ReadOnlyMemory<byte> record, IpnsName name, DateTimeOffset now)
    {
        if (record.Length > MaxBytes)
            throw new InvalidDataException($"a record of more than {MaxBytes} bytes");
        var fields = new Protobuf(record);
        if (fields.Bytes(8) is not { Length: > 0 } signature || fields.Bytes(9) is not { Length: > 0 } data)
            throw new InvalidDataException("a record without signature or data");
        var key = fields.Bytes(7) ?? name.InlinedKey.ToArray();
        if (!name.IsOf(key.Span))
            throw new InvalidDataException("a record of another key");
        if (!PublicKey.Verifies(key, [.. "ipns-signature:"u8, .. data.Span], signature.ToArray()))
            throw new InvalidDataException("a record with a wrong signature");

        var signed = SignedFields.Read(data);
        if (signed.Differs(fields))
            throw new InvalidDataException("a record whose old fields say something else than its data");
        if (signed.ValidityType != 0)
            throw new InvalidDataException($"a record of the validity type {signed.ValidityType}, which is not known");
        var parsed = signed.Parse();
        return parsed.Validity > now ? parsed : throw new InvalidDataException($"a record that ended at {parsed.Validity.ToString("u", CultureInfo.InvariantCulture)}");
    }

    /// <summary>Whether it takes the place of the other: by its number, and where that is the same, by its end.</summary>
    public bool IsNewerThan(IpnsRecord other) => Sequence != other.Sequence ? Sequence > other.Sequence : Validity > other.Validity;

    /// <summary>With up to nine digits of a second, where .NET knows seven.</summary>
    [GeneratedRegex(@"\A(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Rfc3339();

    private sealed record SignedFields(byte[] Value, byte[] Validity, ulong ValidityType, ulong Sequence, ulong? TimeToLive)
    {
        public static SignedFields Read(ReadOnlyMemory<byte> data)
        {
            try
            {
                // Its order of keys is DAG-CBOR's, and it takes no key twice.
                var cbor = new CborReader(data, CborConformanceMode.Canonical);
                (byte[]? value, byte[]? validity) = (null, null);
                (ulong? validityType, ulong? sequence, ulong? timeToLive) = (null, null, null);
                cbor.ReadStartMap();
                while (cbor.PeekState() != CborReaderState.EndMap)
                {
                    switch (cbor.ReadTextString())
                    {
                        case "Value": value = cbor.ReadByteString(); break;
                        case "Validity": validity = cbor.ReadByteString(); break;
                        case "ValidityType": validityType = cbor.ReadUInt64(); break;
                        case "Sequence": sequence = cbor.ReadUInt64(); break;
                        case "TTL": timeToLive = cbor.ReadUInt64(); break;
                        default: cbor.SkipValue(); break;
                    }
                }
                cbor.ReadEndMap();
                return value is not null && validity is not null && validityType is { } type && sequence is { } number && cbor.BytesRemaining == 0
                    ? new SignedFields(value, validity, type, number, timeToLive)
                    : throw new InvalidDataException("a record whose data has fields too few, or bytes too many");
            }
            catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException)
            {
                throw new InvalidDataException("a record whose data cannot be read", e);
            }
        }

        /// <summary>Whether a record has the first version's fields, and one of them says something else. One that is absent is zero or empty.</summary>
        public bool Differs(Protobuf fields) =>
            (fields.Bytes(1) ?? fields.Bytes(2) ?? fields.Bytes(4)) is not null
            && !(Value.AsSpan().SequenceEqual((fields.Bytes(1) ?? default).Span)
                && ValidityType == (fields.Number(3) ?? 0)
                && Validity.AsSpan().SequenceEqual((fields.Bytes(4) ?? default).Span)
                && Sequence == (fields.Number(5) ?? 0)
                && (TimeToLive ?? 0) == (fields.Number(6) ?? 0));

        public IpnsRecord Parse()
        {
            try
            {
                var validity = Rfc3339().Match(Utf8.GetString(Validity));
                var fraction = validity.Groups[2].Value.PadRight(7, '0')[..7];
                if (!validity.Success || !DateTimeOffset.TryParseExact(
                    $"{validity.Groups[1].Value}.{fraction}{validity.Groups[3].Value}", "yyyy-MM-dd'T'HH:mm:ss.fffffffK", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end))
                    throw new InvalidDataException("a record whose validity is no time");
                // A tick is 100 nanoseconds.
                return new IpnsRecord(Utf8.GetString(Value), Sequence, end, TimeToLive is { } ttl ? TimeSpan.FromTicks((long)Math.Min(ttl / 100, long.MaxValue)) : null);
            }
            catch (DecoderFallbackException e)
            {
                throw new InvalidDataException("a record whose value is no text", e);
            }
        }
    }
}

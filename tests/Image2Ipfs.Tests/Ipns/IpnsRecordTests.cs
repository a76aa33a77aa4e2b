using System.Text;
using CsCheck;
using Image2Ipfs.Ipns;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Tests;

public sealed class IpnsRecordTests
{
    private const string Value = "/ipfs/QmdGeJLqWVuRQJwkwLqMqT26fje5irdNF8gPWXfqYDghbH";

    private static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
    private static readonly IpnsKey Key = IpnsKey.Ed25519("a key");
    private static readonly IpnsName Name = Key.Name;

    public static TheoryData<IpnsKey> Keys => [IpnsKey.Ed25519("one"), IpnsKey.Rsa(), IpnsKey.Secp256k1("two"), IpnsKey.Ecdsa()];

    [Theory]
    [InlineData("record")]
    [InlineData("recordV2Only")]
    public void A_record_that_another_implementation_made_is_read(string vector)
    {
        var json = Vectors.Json("ipfs", "ipns.json");
        var record = IpnsRecord.Verify(json.GetProperty(vector).GetBytesFromBase64(), IpnsName.Parse(json.GetProperty("nameBase36").GetString()!), Now);
        Assert.Equal((json.GetProperty("value").GetString(), 7UL, TimeSpan.FromMinutes(1)), (record.Value, record.Sequence, record.TimeToLive));
        Assert.InRange(record.Validity, new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2099, 1, 1, 0, 0, 1, TimeSpan.Zero));
    }

    [Theory]
    [InlineData("valueByteFlipped", "wrong signature")]
    [InlineData("signedByAnotherKey", "wrong signature")]
    [InlineData("expired", "ended")]
    [InlineData("signatureV2ByteFlipped", "wrong signature")]
    public void A_record_that_another_implementation_refuses_is_refused(string vector, string why)
    {
        var json = Vectors.Json("ipfs", "ipns.json");
        var name = IpnsName.Parse(json.GetProperty("nameBase36").GetString()!);
        var record = json.GetProperty("tampered").GetProperty(vector).GetBytesFromBase64();
        Assert.Contains(why, Assert.Throws<InvalidDataException>(() => IpnsRecord.Verify(record, name, Now)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_records_of_the_conformance_suite_get_its_verdicts()
    {
        var rows = Vectors.Rows("ipfs/ipns-conformance.tsv").ToList();
        Assert.Equal(12, rows.Count);
        foreach (var row in rows)
        {
            var (name, record) = (IpnsName.Parse(row["name"]), Convert.FromBase64String(row["record"]));
            if (row["verdict"] == "valid")
                Assert.Equal(row["value"], IpnsRecord.Verify(record, name, Now).Value);
            else
                Assert.Throws<InvalidDataException>(() => IpnsRecord.Verify(record, name, Now));
        }
    }

    [Theory, MemberData(nameof(Keys))]
    public void A_record_of_every_kind_of_key_is_read_and_of_no_other_key(IpnsKey key)
    {
        var record = new IpnsEntry(Value) { Sequence = 300, HasOldFields = true }.Sign(key);
        Assert.Equal((Value, 300UL), (IpnsRecord.Verify(record, key.Name, Now).Value, IpnsRecord.Verify(record, key.Name, Now).Sequence));
        foreach (var other in Keys.Select(k => k.Data).Append(IpnsKey.Ed25519("three")).Where(k => !k.Name.Equals(key.Name)))
            Assert.Throws<InvalidDataException>(() => IpnsRecord.Verify(record, other.Name, Now));
    }

    [Theory, MemberData(nameof(Keys))]
    public void No_flipped_bit_makes_a_record_that_says_something_else(IpnsKey key)
    {
        var right = new IpnsEntry(Value) { Sequence = 5 }.Sign(key);
        var says = IpnsRecord.Verify(right, key.Name, Now);
        for (var at = 0; at < right.Length; at++)
        {
            foreach (var bit in new[] { 1, 8, 128 })
            {
                var wrong = right.ToArray();
                wrong[at] ^= (byte)bit;
                Assert.True(Refused(wrong, key.Name), $"bit {bit} of byte {at}");
            }
        }
        Assert.Equal(says, IpnsRecord.Verify(right, key.Name, Now));
    }

    /// <summary>The old signature counts for nothing, and so may be anything: the specification wants it so.</summary>
    [Fact]
    public void Any_damage_to_any_record_is_refused_or_changes_nothing()
    {
        var json = Vectors.Json("ipfs", "ipns.json");
        var name = IpnsName.Parse(json.GetProperty("nameBase36").GetString()!);
        var right = json.GetProperty("record").GetBytesFromBase64();
        var says = IpnsRecord.Verify(right, name, Now);
        var refused = 0;
        for (var at = 0; at < right.Length; at++)
        {
            var wrong = right.ToArray();
            wrong[at] ^= 1;
            if (Refused(wrong, name))
                refused++;
            else
                Assert.Equal(says, IpnsRecord.Verify(wrong, name, Now));
        }
        Assert.InRange(refused, right.Length - 66, right.Length - 64);

        Gen.Select(Gen.Int[0, right.Length - 1], Gen.Int[0, 40], Gen.Byte.Array[0, 40]).Sample((from, length, with) =>
        {
            byte[] wrong = [.. right[..from], .. with, .. right[Math.Min(from + length, right.Length)..]];
            Assert.True(Refused(wrong, name) || IpnsRecord.Verify(wrong, name, Now) == says);
        }, iter: 5_000);
    }

    [Fact]
    public void Random_bytes_are_refused() => Gen.Byte.Array[0, 300].Sample(bytes => Assert.True(Refused(bytes, Name)), iter: 5_000);

    /// <summary>Signed, so that what reads the data sees it.</summary>
    [Fact]
    public void Random_data_under_a_right_signature_is_refused() =>
        Gen.Byte.Array[0, 100].Sample(data => Assert.True(Refused(new IpnsEntry(Value) { Data = data }.Sign(Key), Name)), iter: 2_000);

    [Fact]
    public void A_record_ends_when_it_says()
    {
        byte[] Record(string validity) => new IpnsEntry(Value) { Validity = validity }.Sign(Key);
        Assert.Equal(Now.AddTicks(1), IpnsRecord.Verify(Record("2026-11-25T12:00:00.000000100Z"), Name, Now).Validity);
        Assert.Equal(Now.AddHours(2), IpnsRecord.Verify(Record("2026-11-25T14:00:00Z"), Name, Now).Validity);
        Assert.Equal(Now.AddHours(2), IpnsRecord.Verify(Record("2026-11-25T16:00:00.0+02:00"), Name, Now).Validity);
        foreach (var over in new[] { "2026-11-25T12:00:00Z", "2026-11-25T13:00:00+02:00", "1970-01-01T00:00:00.000000001Z" })
            Assert.True(Refused(Record(over), Name), over);
        foreach (var wrong in new[] { "", "tomorrow", "2099-01-01", "2099-01-01T00:00:00", "2099-13-01T00:00:00Z", "2099-01-01T00:00:00.0000000000Z", "2099-01-01t00:00:00z", "2099-01-01T00:00:00Z ", "12099-01-01T00:00:00Z" })
            Assert.True(Refused(Record(wrong), Name), wrong);
    }

    [Fact]
    public void Of_two_records_the_number_says_which_is_newer_and_then_the_end()
    {
        var record = IpnsRecord.Verify(new IpnsEntry(Value) { Sequence = 7 }.Sign(Key), Name, Now);
        Assert.True(record.IsNewerThan(record with { Sequence = 6, Validity = record.Validity.AddDays(1) }));
        Assert.True(record.IsNewerThan(record with { Validity = record.Validity.AddDays(-1) }));
        Assert.False(record.IsNewerThan(record));
        Assert.False(record.IsNewerThan(record with { Sequence = 8 }));
    }

    [Fact]
    public void Old_fields_may_say_nothing_else_than_the_data()
    {
        var entry = new IpnsEntry(Value) { Sequence = 7, HasOldFields = true };
        Assert.False(Refused(entry.Sign(Key), Name));
        foreach (var old in new[] { entry with { Value = Value + "/x" }, entry with { Sequence = 8 }, entry with { TtlNanoseconds = 1 }, entry with { Validity = "2098-01-01T00:00:00Z" }, entry with { ValidityType = 1 } })
            Assert.True(Refused((entry with { Old = old }).Sign(Key), Name), old.ToString());
    }

    [Fact]
    public void A_record_of_more_than_ten_KiB_is_refused()
    {
        byte[] Record(int length) => new IpnsEntry("/ipfs/" + new string('x', length)).Sign(Key);
        var room = IpnsRecord.MaxBytes - Record(1000).Length + 1000;
        Assert.False(Refused(Record(room), Name));
        Assert.True(Refused(Record(room + 1), Name));
    }

    [Fact]
    public void A_key_that_is_too_small_or_of_an_unknown_kind_signs_nothing()
    {
        var weak = IpnsKey.Rsa(1024);
        Assert.True(Refused(new IpnsEntry(Value).Sign(weak), weak.Name));
        foreach (var key in new byte[][] { [8, 9, 18, 1, 1], [8, 1], [18, 1, 1], [8, 0, 18, 2, 1, 2], [8, 2, 18, 2, 2, 2], [8, 1, 18, 3, 1, 2, 3] })
        {
            var broken = Key with { Public = key };
            Assert.True(Refused(new IpnsEntry(Value).Sign(broken), broken.Name));
        }
    }

    public static TheoryData<string> WrongData => new()
    {
        "",                                                       // nothing
        "a0",                                                     // no fields
        "80",                                                     // no map
        "bf" + Ttl + ValueField + Rest + "ff",                    // without a length
        "a5" + Ttl + ValueField + Rest + "00",                    // a byte after it
        "a6" + Ttl + ValueField + Rest,                           // cut off
        "a5" + ValueField + Ttl + Rest,                           // out of order
        "a6" + Ttl + Ttl + ValueField + Rest,                     // twice
        "a5" + "6354544c1800" + ValueField + Rest,                // a number that is not written the shortest way
        "a5" + "6354544c20" + ValueField + Rest,                  // below zero
        "a5" + Ttl + "6556616c756561" + "61" + Rest,              // a text where bytes should be
        "a4" + Ttl + Rest,                                        // no value
        "a5" + Ttl + "6556616c756541ff" + Rest,                   // no UTF-8
        "a6" + Ttl + ValueField + "65ffffffffff00" + Rest,        // a key that is no text
    };

    private const string Ttl = "6354544c01";
    private const string ValueField = "6556616c7565412f";
    private const string Rest = "6853657175656e636501" + "6856616c6964697479" + "54323039392d30312d30315430303a30303a30305a" + "6c56616c69646974795479706500";

    [Theory, MemberData(nameof(WrongData))]
    public void Data_that_is_no_DAG_CBOR_of_a_record_is_refused(string hex) =>
        Assert.True(Refused(new IpnsEntry(Value) { Data = Convert.FromHexString(hex) }.Sign(Key), Name));

    [Fact]
    public void Fields_that_nobody_knows_are_passed_over()
    {
        byte[] Record(int deep) => new IpnsEntry(Value) { Data = Convert.FromHexString("a6" + Ttl + "645f6e6577" + string.Concat(Enumerable.Repeat("81", deep)) + "01" + ValueField + Rest) }.Sign(Key);
        Assert.True(Refused(Record(5000), Name));
        var record = Record(30);
        Assert.Equal("/", IpnsRecord.Verify(record, Name, Now).Value);
        // In the message around it: a number, eight bytes, bytes, four bytes.
        byte[] longer = [.. record, 0x50, 5, 0x59, 1, 2, 3, 4, 5, 6, 7, 8, 0x62, 1, 1, 0x6D, 1, 2, 3, 4];
        Assert.Equal("/", IpnsRecord.Verify(longer, Name, Now).Value);
        Assert.True(Refused([.. longer, 0x50, 6], Name));
        Assert.True(Refused([.. record, 0x53], Name));
        Assert.True(Refused([.. record, 0x00, 1], Name));
    }

    [Fact]
    public void A_time_to_live_may_be_anything()
    {
        Assert.Null(IpnsRecord.Verify(new IpnsEntry(Value) { Data = Convert.FromHexString("a4" + ValueField + Rest) }.Sign(Key), Name, Now).TimeToLive);
        Assert.Equal(TimeSpan.Zero, IpnsRecord.Verify(new IpnsEntry(Value) { TtlNanoseconds = 99 }.Sign(Key), Name, Now).TimeToLive);
        Assert.True(IpnsRecord.Verify(new IpnsEntry(Value) { TtlNanoseconds = ulong.MaxValue }.Sign(Key), Name, Now).TimeToLive > TimeSpan.FromDays(1000));
    }

    private static bool Refused(byte[] record, IpnsName name)
    {
        try
        {
            IpnsRecord.Verify(record, name, Now);
            return false;
        }
        catch (InvalidDataException)
        {
            return true;
        }
    }
}

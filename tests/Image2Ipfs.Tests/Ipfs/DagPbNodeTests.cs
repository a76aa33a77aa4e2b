using CsCheck;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Tests;

public sealed class DagPbNodeTests
{
    private static readonly Cid Leaf = Cid.Parse("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");

    private static readonly Gen<DagPbNode> Nodes = Gen.Select(
        Gen.Select(Gen.String[0, 20], Gen.Byte.Array[32], Gen.Bool, Gen.ULong[0, long.MaxValue])
            .Select((name, hash, v0, size) => new DagLink(WellFormed(name), v0 ? Cid.V0(hash) : Cid.V1(Cid.Raw, hash), size))
            .List[0, 8],
        Gen.Byte.Array[1, 100],
        (links, data) => new DagPbNode(links, data));

    [Fact]
    public void Links_are_written_before_data_with_name_and_size_always()
    {
        var node = new DagPbNode([new DagLink("", Leaf, 0), new DagLink("ä", Leaf, 300)], new byte[] { 8, 1 });
        var cid = "01551220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        Assert.Equal(
            "122a" + "0a24" + cid + "1200" + "1800" + "122d" + "0a24" + cid + "1202c3a4" + "18ac02" + "0a020801",
            Convert.ToHexStringLower(node.Encode()));
    }

    [Fact]
    public void Every_node_reads_back() => Nodes.Sample(node =>
    {
        var decoded = DagPbNode.Decode(node.Encode());
        Assert.Equal(node.Links, decoded.Links);
        Assert.Equal(node.Data.ToArray(), decoded.Data.ToArray());
    });

    [Theory]
    [InlineData("122a0a2401551220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85512001800", 1, 0)]
    [InlineData("12260a2401551220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 1, 0)]
    [InlineData("", 0, 0)]
    [InlineData("0a00", 0, 0)]
    [InlineData("0a020801", 0, 2)]
    public void Name_size_and_data_may_be_absent(string hex, int links, int dataBytes)
    {
        var node = DagPbNode.Decode(Convert.FromHexString(hex));
        Assert.Equal((links, dataBytes), (node.Links.Count, node.Data.Length));
        Assert.All(node.Links, link => Assert.Equal(new DagLink("", Leaf, 0), link));
    }

    [Theory]
    [InlineData("0a02080112260a2401551220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")] // a link after the data
    [InlineData("0a0208010a020801")] // data twice
    [InlineData("0a")] // no length
    [InlineData("0a03080")] // cut off
    [InlineData("0affffffffffffffff7f00")] // a length of 2^63 - 1
    [InlineData("12")]
    [InlineData("1200")] // a link without a CID
    [InlineData("12041202c3a4")] // likewise, with a name
    [InlineData("12270a2501551220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85500")] // a byte after the CID
    [InlineData("12250a2301551220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8")] // a CID cut off
    [InlineData("12280a2401551220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8552000")] // field 4 in a link
    [InlineData("12270a2401551220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85518")] // a size cut off
    [InlineData("1800")] // field 3
    [InlineData("08")]
    [InlineData("ff")]
    public void What_is_no_node_is_refused(string hex)
    {
        var bytes = Convert.FromHexString(hex.Length % 2 == 0 ? hex : hex + "0");
        Assert.Throws<InvalidDataException>(() => DagPbNode.Decode(bytes));
    }

    [Fact]
    public void A_changed_node_is_another_node_or_refused() =>
        Gen.Select(Nodes, Gen.Int[0, 2_000], Gen.Byte, Gen.Bool).Sample((node, at, value, cut) =>
        {
            var bytes = node.Encode();
            at %= bytes.Length;
            bytes[at] = value;
            try
            {
                DagPbNode.Decode(cut ? bytes.AsMemory(0, at) : bytes);
            }
            catch (InvalidDataException)
            {
            }
        }, iter: 5_000);

    [Fact]
    public void Random_bytes_are_a_node_or_refused() => Gen.Byte.Array[0, 64].Sample(bytes =>
    {
        try
        {
            DagPbNode.Decode(bytes);
        }
        catch (InvalidDataException)
        {
        }
    }, iter: 10_000);

    /// <summary>The name with its lone surrogates replaced, as UTF-8 has none.</summary>
    private static string WellFormed(string name) => string.Concat(name.EnumerateRunes());
}

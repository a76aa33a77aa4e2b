using System.Security.Cryptography;
using CsCheck;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Tests;

public sealed class FileDagTests
{
    private const int MiB = 1024 * 1024;

    public static TheoryData<string> Profiles => [.. CidProfile.All.Select(p => p.Name)];

    /// <summary>ipfs/specs, IPIP-499, "Test fixtures": as far as a level of links in the second profile, whose files have 1 GiB.</summary>
    [Theory]
    [InlineData("unixfs-v0-2015", "chunk-v0-seed", 262144, "QmWmRj3dFDZdb6ABvbmKhEL6TmPbAfBZ1t5BxsEyJrcZhE")]
    [InlineData("unixfs-v0-2015", "chunk-v0-seed", 262145, "QmYyLxtzZyW22zpoVAtKANLRHpDjZtNeDjQdJrcQNWoRkJ")]
    [InlineData("unixfs-v0-2015", "v0-seed", 174 * 262144, "QmUbBALi174SnogsUzLpYbD4xPiBSFANF4iztWCsHbMKh2")]
    [InlineData("unixfs-v0-2015", "v0-seed", 174 * 262144 + 1, "QmV81WL765sC8DXsRhE5fJv2rwhS4icHRaf3J9Zk5FdRnW")]
    [InlineData("unixfs-v1-2025", "chunk-v1-seed", 1048576, "bafkreiacndfy443ter6qr2tmbbdhadvxxheowwf75s6zehscklu6ezxmta")]
    [InlineData("unixfs-v1-2025", "chunk-v1-seed", 1048577, "bafybeigmix7t42i6jacydtquhet7srwvgpizfg7gjbq7627d35mjomtu64")]
    public void A_file_has_its_published_cid(string profile, string seed, int length, string cid)
    {
        using var dag = new FileDag(Profile(profile), _ => { });
        Append(new Keystream(seed), length, dag);
        Assert.Equal(cid, dag.Finish().Cid.ToString());
    }

    [Theory]
    [InlineData("unixfs-v0-2015", "Qmf412jQZiuVUtdgnB36FXFX7xg5V6KEbSJ4dpQuhkLyfD", 19)]
    [InlineData("unixfs-v1-2025", "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e", 11)]
    public void Hello_world_has_its_published_cid_and_size(string profile, string cid, int totalSize)
    {
        using var dag = new FileDag(Profile(profile), _ => Assert.Fail("one leaf has no inner node"));
        dag.Append("hello world"u8);
        Assert.Equal(new DagLink("", Cid.Parse(cid), (ulong)totalSize), dag.Finish());
    }

    [Theory]
    [InlineData("unixfs-v0-2015", "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH", 6)]
    [InlineData("unixfs-v1-2025", "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku", 0)]
    public void An_empty_file_is_one_empty_leaf(string profile, string cid, int totalSize)
    {
        using var dag = new FileDag(Profile(profile), _ => Assert.Fail("one leaf has no inner node"));
        dag.Append([]);
        Assert.Equal(new DagLink("", Cid.Parse(cid), (ulong)totalSize), dag.Finish());
    }

    /// <summary>IPIP-499's largest files: the second is the first and one byte, so one pass makes both.</summary>
    [Fact]
    public void A_gibibyte_and_a_byte_more_have_their_published_cids()
    {
        using var full = new FileDag(CidProfile.UnixFsV1, _ => { });
        using var over = new FileDag(CidProfile.UnixFsV1, _ => { });
        var keystream = new Keystream("v1-2025-seed");
        Append(keystream, 1024 * MiB, full, over);
        Append(keystream, 1, over);
        Assert.Equal("bafybeihmf37wcuvtx4hpu7he5zl5qaf2ineo2lqlfrapokkm5zzw7zyhvm", full.Finish().Cid.ToString());
        Assert.Equal("bafybeibdsi225ugbkmpbdohnxioyab6jsqrmkts3twhpvfnzp77xtzpyhe", over.Finish().Cid.ToString());
    }

    /// <summary>vectors.json, oneGiB: three levels in the first profile.</summary>
    [Fact]
    public void A_gibibyte_of_small_chunks_has_the_cid_that_two_implementations_print()
    {
        using var dag = new FileDag(CidProfile.UnixFsV0, _ => { });
        Append(new Keystream("1g"), 1024 * MiB, dag);
        Assert.Equal("QmPzsZ54UdCyvHQkHJVCDocxfqEdjPjaD6sKCfRL7X3Kx2", dag.Finish().Cid.ToString());
    }

    [Fact]
    public void Pieces_of_one_byte_give_the_cid_of_the_whole()
    {
        var content = Keystream.Bytes("chunk-v0-seed", 262145);
        using var dag = new FileDag(CidProfile.UnixFsV0, _ => { });
        foreach (var b in content)
            dag.Append([b]);
        Assert.Equal("QmYyLxtzZyW22zpoVAtKANLRHpDjZtNeDjQdJrcQNWoRkJ", dag.Finish().Cid.ToString());
    }

    /// <summary>Chunks of some bytes and three links a node give deep trees of small files.</summary>
    [Fact]
    public void Pieces_of_any_size_give_the_dag_of_the_whole()
    {
        var profiles = Gen.Select(Gen.Int[1, 9], Gen.Int[2, 4], Gen.Bool).Select((chunk, links, raw) =>
            new CidProfile("tiny", raw ? 1 : 0, chunk, links, raw, CountBlockBytes: raw));
        Gen.Select(profiles, Gen.Byte.Array[0, 300], Gen.Int[0, 40].Array[1, 30]).Sample((profile, content, pieces) =>
        {
            var (whole, wholeNodes) = Build(profile, content, []);
            var (inPieces, nodes) = Build(profile, content, pieces);
            Assert.Equal(whole, inPieces);
            Assert.Equal(wholeNodes.ConvertAll(n => n.Cid), nodes.ConvertAll(n => n.Cid));
            Assert.Equal(PlainDag.File(profile, content).Link, whole);
        });
    }

    [Theory, MemberData(nameof(Profiles))]
    public void A_leaf_is_the_block_that_its_cid_names(string profileName)
    {
        var profile = Profile(profileName);
        foreach (var length in new[] { 0, 1, 127, 128, 16384, profile.ChunkSize })
        {
            var content = Keystream.Bytes("leaf", length);
            using var dag = new FileDag(profile, _ => { });
            dag.Append(content);
            var link = dag.Finish();
            var leaf = FileDag.Leaf(profile, content);
            Assert.True(link.Cid.Matches(leaf));
            Assert.Equal((ulong)leaf.Length, link.TotalSize);
        }
    }

    [Fact]
    public void Inner_nodes_come_children_before_parents_and_match_their_cids()
    {
        var profile = new CidProfile("tiny", 1, 2, 2, RawLeaves: true, CountBlockBytes: true);
        var (root, nodes) = Build(profile, Keystream.Bytes("nodes", 31), []);
        var seen = new HashSet<Cid>();
        foreach (var node in nodes)
        {
            Assert.True(node.Cid.Matches(node.Bytes.Span));
            Assert.All(DagPbNode.Decode(node.Bytes).Links, link => Assert.True(link.Cid.Codec == Cid.Raw || seen.Contains(link.Cid)));
            seen.Add(node.Cid);
        }
        Assert.Equal(root.Cid, nodes[^1].Cid);
    }

    [Fact]
    public void Disposing_twice_gives_the_buffer_back_once()
    {
        var profile = new CidProfile("odd", 1, 3_000, 2, RawLeaves: true, CountBlockBytes: true);
        var dag = new FileDag(profile, _ => { });
        dag.Dispose();
        dag.Dispose();
        using var one = new FileDag(profile, _ => { });
        using var two = new FileDag(profile, _ => { });
        one.Append("one"u8);
        two.Append("two"u8);
        Assert.Equal(Cid.V1(Cid.Raw, SHA256.HashData("one"u8)), one.Finish().Cid);
        Assert.Equal(Cid.V1(Cid.Raw, SHA256.HashData("two"u8)), two.Finish().Cid);
    }

    private static CidProfile Profile(string name) => CidProfile.All.Single(p => p.Name == name);

    private static void Append(Keystream keystream, long length, params ReadOnlySpan<FileDag> to)
    {
        var buffer = new byte[MiB];
        for (; length > 0; length -= buffer.Length)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(length, buffer.Length));
            keystream.Fill(part);
            foreach (var dag in to)
                dag.Append(part);
        }
    }

    private static (DagLink Root, List<Block> Nodes) Build(CidProfile profile, byte[] content, int[] pieces)
    {
        var nodes = new List<Block>();
        using var dag = new FileDag(profile, nodes.Add);
        var rest = content.AsSpan();
        foreach (var piece in pieces)
        {
            var part = rest[..Math.Min(piece, rest.Length)];
            dag.Append(part);
            rest = rest[part.Length..];
        }
        dag.Append(rest);
        return (dag.Finish(), nodes);
    }
}

using System.Globalization;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Tests;

public sealed class DirectoryDagTests
{
    /// <summary>
    /// Directories of as many bytes as the threshold allows, and of one more. The names are letters chosen by a
    /// keystream, every file is an "x".
    /// Source: ipfs/kubo, test/cli/cid_profiles_test.go and add_test.go.
    /// </summary>
    [Theory]
    [InlineData("unixfs-v0-2015", 4096, 30, 30, UnixFsType.Directory, "QmX5GtRk3TSSEHtdrykgqm4eqMEn3n2XhfkFAis5fjyZmN")]
    [InlineData("unixfs-v0-2015", 4033, 31, 31, UnixFsType.HamtShard, "QmeMiJzmhpJAUgynAcxTQYek5PPKgdv3qEvFsdV3XpVnvP")]
    [InlineData("unixfs-v1-2025", 4766, 11, 21, UnixFsType.Directory, "bafybeic3h7rwruealwxkacabdy45jivq2crwz6bufb5ljwupn36gicplx4")]
    [InlineData("unixfs-v1-2025", 4766, 11, 22, UnixFsType.HamtShard, "bafybeiegvuterwurhdtkikfhbxcldohmxp566vpjdofhzmnhv6o4freidu")]
    public void A_directory_at_the_threshold_and_over_it_has_its_published_cid(
        string profileName, int count, int nameLength, int lastNameLength, UnixFsType type, string cid)
    {
        const string Letters = "abcdefghijklmnopqrstuvwxyz01234567890-_";
        var profile = CidProfile.All.Single(p => p.Name == profileName);
        var file = UnixFsFile.Build(profile, "x"u8.ToArray(), _ => { });
        var random = new Keystream("hamt-" + profileName);
        var entries = Enumerable.Range(1, count).Select(i =>
        {
            var name = new byte[i == count ? lastNameLength : nameLength];
            random.Fill(name);
            return file with { Name = string.Concat(name.Select(b => Letters[b % Letters.Length])) };
        }).ToList();

        var blocks = new BlockMap();
        var directory = DirectoryDag.Build(profile, entries, blocks.Add);
        Assert.Equal(cid, directory.Cid.ToString());
        Assert.Equal(type, UnixFsData.Decode(DagPbNode.Decode(blocks.Get(directory.Cid)).Data).Type);
        AssertHolds(entries, directory, blocks);
    }

    /// <summary>tests/Vectors/ipfs/vectors.json, hamt.</summary>
    [Theory]
    [InlineData(2496, 1, "QmVBQ4MCn2YwGXhrBweBZ17BzoS4zJLaCEKzJPEuYq75xN")]
    [InlineData(2497, null, "QmX8ooW1uV6T2KbZvJ3qc9TbfH7g9fZa22SN5jfxbGDfKH")]
    [InlineData(3000, 318, "QmQeVgpDG5Dc8LL5kKw5EvunM6jkUJRbguHNZuCxAhBmUi")]
    public void A_directory_of_blobs_has_the_cid_that_other_implementations_print(int count, int? nodes, string cid)
    {
        var entries = Enumerable.Range(0, count).Select(BlobEntry).ToList();
        var blocks = new BlockMap();
        var directory = DirectoryDag.Build(CidProfile.UnixFsV0, entries, blocks.Add);
        Assert.Equal(cid, directory.Cid.ToString());
        Assert.Equal(nodes ?? blocks.Count, blocks.Count);
        AssertHolds(entries, directory, blocks);
    }

    [Theory]
    [InlineData("unixfs-v0-2015", "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn")]
    [InlineData("unixfs-v1-2025", "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354")]
    public void An_empty_directory_has_its_published_cid(string profile, string cid) =>
        Assert.Equal(
            new DagLink("", Cid.Parse(cid), 4),
            DirectoryDag.Build(CidProfile.All.Single(p => p.Name == profile), [], _ => { }));

    [Fact]
    public void Entries_lie_in_the_order_of_the_bytes_of_their_names()
    {
        // In UTF-16 the last but one would come last: its surrogates are below U+FF5E.
        string[] sorted = ["-", "B", "a", "a-", "a/b", "ab", "é", "～", "𝄞"];
        var file = UnixFsFile.Build(CidProfile.UnixFsV1, "x"u8.ToArray(), _ => { });
        var blocks = new BlockMap();
        var directory = DirectoryDag.Build(CidProfile.UnixFsV1, sorted.Reverse().Select(name => file with { Name = name }), blocks.Add);
        Assert.Equal(sorted, DirectoryDag.Entries(directory.Cid, blocks.Get).Select(e => e.Name));
    }

    [Fact]
    public void Entries_can_be_enumerated_twice()
    {
        var blocks = new BlockMap();
        var directory = DirectoryDag.Build(CidProfile.UnixFsV0, Enumerable.Range(0, 3000).Select(BlobEntry), blocks.Add);
        var entries = DirectoryDag.Entries(directory.Cid, blocks.Get);
        Assert.Equal(entries.Count(), entries.Count());
    }

    [Fact]
    public void A_directorys_total_size_is_its_nodes_and_its_entries()
    {
        var entries = Enumerable.Range(0, 3000).Select(BlobEntry).ToList();
        var bytes = 0;
        var directory = DirectoryDag.Build(CidProfile.UnixFsV0, entries, node => bytes += node.Bytes.Length);
        Assert.Equal((ulong)bytes + entries.Aggregate(0UL, (sum, e) => sum + e.TotalSize), directory.TotalSize);
    }

    [Fact]
    public void Only_the_shards_on_the_way_to_an_entry_are_read()
    {
        var entries = Enumerable.Range(0, 3000).Select(BlobEntry).ToList();
        var blocks = new BlockMap();
        var directory = DirectoryDag.Build(CidProfile.UnixFsV0, entries, blocks.Add);
        foreach (var entry in entries)
        {
            var read = new List<Cid>();
            DirectoryDag.Find(directory.Cid, entry.Name, cid =>
            {
                read.Add(cid);
                return blocks.Get(cid);
            });
            Assert.Equal(directory.Cid, read[0]);
            Assert.InRange(read.Count, 1, 5);
        }
    }

    private static DagLink BlobEntry(int i)
    {
        var content = System.Text.Encoding.ASCII.GetBytes(i.ToString(CultureInfo.InvariantCulture));
        var name = Digest.Sha256(System.Text.Encoding.ASCII.GetBytes($"hamt-{i}"));
        return UnixFsFile.Build(CidProfile.UnixFsV0, content, _ => { }) with { Name = name.ToString() };
    }

    private static void AssertHolds(IEnumerable<DagLink> entries, DagLink directory, BlockMap blocks)
    {
        var sorted = entries.OrderBy(e => e.Name, StringComparer.Ordinal).ToList();
        Assert.Equal(sorted, DirectoryDag.Entries(directory.Cid, blocks.Get).OrderBy(e => e.Name, StringComparer.Ordinal));
        Assert.All(sorted, entry => Assert.Equal(entry, DirectoryDag.Find(directory.Cid, entry.Name, blocks.Get)));
        Assert.All(["", "nope", "00", "FF"], name => Assert.Null(DirectoryDag.Find(directory.Cid, name, blocks.Get)));
    }
}

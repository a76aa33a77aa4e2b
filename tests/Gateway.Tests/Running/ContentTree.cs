using System.Globalization;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Tests.Running;

/// <summary>A tree with one of everything that an IPFS gateway has to serve.</summary>
internal sealed class ContentTree
{
    /// <summary>Over an inner node of each profile: 174 leaves of 256 KiB; two inner nodes of the second take a gigabyte.</summary>
    public static readonly byte[] Large = Keystream.Bytes("large", (175 * 256 * 1024) + 5);

    public static readonly byte[] Small = Keystream.Bytes("small", 1000);

    /// <summary>Whose chunks are the same, under each profile.</summary>
    public static readonly byte[] Repeated = [.. Enumerable.Repeat(Keystream.Bytes("repeated", 1024 * 1024), 3).SelectMany(b => b)];

    /// <summary>No blob: it lies in blocks.</summary>
    public static readonly byte[] InBlocks = Keystream.Bytes("in blocks", (2 * 1024 * 1024) + 77);

    public const int Many = 6000;

    public ContentTree(string store, CidProfile profile)
    {
        Profile = profile;
        using var staging = new LocalStore(store).Stage(profile);
        var tree = new TreeBuilder(profile);
        var (blocks, blobs) = (new List<Block>(), new List<StagedBlob>());
        foreach (var content in new[] { Large, Small, Repeated, [] })
        {
            using var writer = staging.BeginBlob();
            writer.Write(content);
            blobs.Add(writer.Finish());
            tree.Add($"app/blobs/{blobs[^1].Digest}", blobs[^1].Dag);
        }
        Add("files/manifest", "{\"schemaVersion\":2}"u8);
        Add("files/text", "words"u8);
        Add("files/data.json", "[]"u8);
        Add("files/page.html", "<p>"u8);
        Add("files/a b%é.txt", "odd"u8);
        Add("files/in-blocks", InBlocks);
        Add("odd/<script>&\".txt", "odd"u8);
        Add("odd/javascript:alert(1)", "odd"u8);
        Add("site/index.html", "<h1>"u8);
        for (var i = 0; i < Many; i++)
            Add($"many/{Name(i)}", "x"u8);
        Root = tree.Build(blocks.Add).Cid;
        staging.Commit(Root, blocks, blobs);

        void Add(string path, ReadOnlySpan<byte> content) => tree.Add(path, UnixFsFile.Build(profile, content.ToArray(), blocks.Add));
    }

    public CidProfile Profile { get; }

    public Cid Root { get; }

    public string Path => $"/ipfs/{Root}";

    /// <summary>An entry of the directory that is sharded.</summary>
    public static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"{i:d71}");

    public static string Blob(byte[] content) => $"app/blobs/{Digest.Sha256(content)}";

    /// <summary>The root of a file's DAG, built independently.</summary>
    public PlainDag Dag(byte[] content) => PlainDag.File(Profile, content);
}

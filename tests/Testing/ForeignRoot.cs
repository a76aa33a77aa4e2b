using System.Text;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Testing;

/// <summary>What another publisher put on IPFS.</summary>
/// <param name="Name">Which.</param>
/// <param name="Roots">All that a CAR of it has.</param>
/// <param name="Files">Where under which root there is what.</param>
public sealed record ForeignRoot(string Name, IReadOnlyList<PlainDag> Roots, IReadOnlyList<(PlainDag Root, string Path, byte[] Content)> Files)
{
    private static readonly CidProfile V0 = CidProfile.UnixFsV0;

    /// <summary>What <c>ipfs add --cid-version=1</c> did before the profiles.</summary>
    private static readonly CidProfile V1 = CidProfile.UnixFsV1 with { ChunkSize = 256 * 1024, MaxLinks = 174 };

    private static readonly byte[] Manifest = "{\"schemaVersion\":2}"u8.ToArray();

    private static readonly byte[] Config = "{\"architecture\":\"amd64\"}"u8.ToArray();

    private static readonly byte[] Layer = Keystream.Bytes("older layer", 700_000);

    /// <summary>Longer than what stays in blocks.</summary>
    private static readonly byte[] Large = Keystream.Bytes("older large layer", 5_000_000);

    public static IEnumerable<ForeignRoot> All =>
    [
        // The layer's digest is that of what it was before it was compressed.
        One("image2ipfs 0.1.0", V0, ("app/manifests/latest-v2", Manifest), ($"app/blobs/{Digest.Sha256(Config)}", Config), ($"app/blobs/{Digest.Sha256("plain"u8)}", Layer), ($"app/blobs/{Digest.Sha256("other"u8)}", Large)),
        One("ipdr", V1, ("manifests/latest", Manifest), ($"manifests/{Digest.Sha256(Manifest)}", Manifest), ($"blobs/{Digest.Sha256(Layer)}", Layer), ($"blobs/{Digest.Sha256(Config)}", Config)),
        One("OCI layout", V0 with { ChunkSize = 100_000, MaxLinks = 5 }, ("oci-layout", "{}"u8.ToArray()), ("index.json", "{\"manifests\":[]}"u8.ToArray()), ($"blobs/sha256/{Digest.Sha256(Layer).Hex}", Layer)),
        One("registry", V1, ("docker/registry/v2/blobs/sha256/ab/abcd/data", Large), ("docker/registry/v2/blobs/sha256/cd/cdef/data", Config)),
        Disco(),
        // The last one is what the others hang from: a descriptor.
        Several("nerdctl", Config, Layer, Manifest, Large, []),
        Trickle(),
    ];

    public override string ToString() => Name;

    public byte[] Car() => PlainDag.CarOf(Roots);

    /// <summary>Directories over files, each with its path.</summary>
    public static PlainDag Folder(CidProfile profile, params IEnumerable<(string Path, PlainDag Dag)> files) => PlainDag.Directory(profile,
    [
        .. files.GroupBy(f => f.Path.Split('/')[0], StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (g.Key, g.First().Path == g.Key ? g.First().Dag : Folder(profile, g.Select(f => (f.Path[(g.Key.Length + 1)..], f.Dag))))),
    ]);

    private static ForeignRoot One(string name, CidProfile profile, params (string Path, byte[] Content)[] files)
    {
        var root = Folder(profile, files.Select(f => (f.Path, PlainDag.File(profile, f.Content))));
        return new ForeignRoot(name, [root], [.. files.Select(f => (root, f.Path, f.Content))]);
    }

    private static ForeignRoot Several(string name, params byte[][] files)
    {
        var roots = files.Select(content => PlainDag.File(V1, content)).ToList();
        return new ForeignRoot(name, roots, [.. roots.Zip(files, (root, content) => (root, "", content))]);
    }

    private static ForeignRoot Disco()
    {
        var blobs = Several("", Layer, Config, Manifest);
        var json = Encoding.UTF8.GetBytes($$"""{"blobs":[{{string.Join(',', blobs.Files.Select(f => $$"""{"digest":"{{Digest.Sha256(f.Content).Hex}}","cid":"{{f.Root.Cid}}"}"""))}}]}""");
        var link = Encoding.ASCII.GetBytes(Digest.Sha256(Manifest).ToString());
        var folder = One("", V1, ("disco.json", json), ("_manifests/tags/latest/current/link", link), ($"_layers/sha256/{Digest.Sha256(Layer).Hex}/link", link));
        return new ForeignRoot("disco", [.. folder.Roots, .. blobs.Roots], [.. folder.Files, .. blobs.Files]);
    }

    private static ForeignRoot Trickle()
    {
        var root = Folder(V0,
            ($"app/blobs/{Digest.Sha256(Layer)}", Trickle(Layer, chunk => AnyFile.Leaf(V0, AnyFile.RawType, chunk))),
            ("app/large", Trickle(Large, AnyFile.RawLeaf)));
        return new ForeignRoot("trickle", [root], [(root, $"app/blobs/{Digest.Sha256(Layer)}", Layer), (root, "app/large", Large)]);

        static PlainDag Trickle(byte[] content, Func<byte[], AnyFile> leaf) =>
            AnyFile.Trickle(V0, new Queue<AnyFile>(content.Chunk(20_000).Select(leaf)), width: 5).Dag;
    }
}

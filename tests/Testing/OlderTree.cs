using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Testing;

/// <summary>
/// One image as another publisher puts it on IPFS, file by file and CID by CID as its source has it. What a layer is called,
/// and what has which CID, is each layout's own; the image is the same.
/// </summary>
/// <param name="Layout">Whose it is.</param>
/// <param name="Roots">What was published, the one that is pulled first.</param>
/// <param name="Blocks">All blocks of all roots.</param>
/// <param name="Path">What follows the root in the name that is pulled; maybe nothing.</param>
public sealed record OlderTree(string Layout, IReadOnlyList<Cid> Roots, IReadOnlyList<Block> Blocks, string Path)
{
    /// <summary>What <c>ipfs add --cid-version=1</c> does: the leaves are bare, and everything else as ever.</summary>
    private static readonly CidProfile Version1 = new("cid-version=1", 1, 256 * 1024, 174, RawLeaves: true, CountBlockBytes: false);

    /// <summary>The tag of the image, where it is another than latest.</summary>
    public string Tag { get; init; } = "latest";

    /// <summary>Whether its layers are to be served unpacked: they are named so.</summary>
    public bool IsRepaired { get; init; }

    /// <summary>Whether what it says can be found without a list of its directories.</summary>
    public bool IsFoundByPaths { get; init; } = true;

    /// <summary>The digests under which its layers are pulled.</summary>
    public IReadOnlyList<string> LayerDigests { get; private init; } = [];

    /// <summary>The files of the root, where it is a folder that <c>ipfs add</c> takes.</summary>
    public IReadOnlyList<(string Path, byte[] Content)> Files { get; private init; } = [];

    public Cid Root => Roots[0];

    /// <summary>What is pulled, without the registry's host and the tag.</summary>
    public string Repository => Path.Length == 0 ? Root.ToRepositoryComponent() : $"{Root.ToRepositoryComponent()}/{Path}";

    public override string ToString() => Layout;

    /// <summary>An archive of all roots.</summary>
    public byte[] Car()
    {
        using var car = new MemoryStream();
        byte[] count = Roots.Count < 24 ? [(byte)(0x80 | Roots.Count)] : [0x98, (byte)Roots.Count];
        byte[] header = [0xA2, 0x65, .. "roots"u8, .. count, .. Roots.SelectMany(r => (byte[])[0xD8, 0x2A, 0x58, (byte)(r.Bytes.Length + 1), 0, .. r.Bytes]), 0x67, .. "version"u8, 0x01];
        var length = new System.Buffers.ArrayBufferWriter<byte>();
        Varint.Write(length, (ulong)header.Length);
        car.Write(length.WrittenSpan);
        car.Write(header);
        foreach (var block in Blocks)
            Ipfs.Car.WriteSection(car, block);
        return car.ToArray();
    }

    /// <summary>Whatever files somebody calls an image.</summary>
    /// <param name="path">What follows the root in the name that is pulled; maybe nothing.</param>
    /// <param name="files">Each with its path.</param>
    public static OlderTree Of(string path, params IReadOnlyList<(string Path, byte[] Content)> files) => Folder("none", CidProfile.UnixFsV1, path, files);

    /// <param name="config">The image's configuration.</param>
    /// <param name="layers">Its layers, as tars.</param>
    public static IReadOnlyList<OlderTree> All(byte[] config, params IReadOnlyList<byte[]> layers)
    {
        var image = new Image(config, layers, [.. layers.Select(l => Compress.StoredGzip(l))]);
        OlderTree[] trees =
        [
            Python(image), Go(image), IpdrBefore2021(image), Ipdr(image), IpdrTagStore(image), Nerdctl(image),
            OciLayout(image, "", "OCI image layout"), OciLayout(image, "images/app", "OCI image layout in a folder"), OciLayoutOfNames(image), Disco(image), WebServer(image),
        ];
        return [.. trees.Select(t => t with { LayerDigests = [.. (t.IsRepaired ? image.Layers : image.Packed).Select(l => $"sha256:{TestImage.Hex(l)}")] })];
    }

    /// <summary>Python 0.0.4 and 0.0.5 wrote schema 1 too, without signatures.</summary>
    private static OlderTree Python(Image image)
    {
        var schema1 = JsonNode.Parse(Schema1.TryWritePayload(RepositoryName.Parse("app"), Registry.Tag.Latest, ImageConfig.Parse(image.Config), [.. image.Packed.Select(p => Digest.Sha256(p))])!)!;
        schema1["signatures"] = new JsonArray();
        return Folder("image2ipfs 0.0.5 (Python)", CidProfile.UnixFsV0, "app",
        [
            ("app/manifests/latest-v2", image.Schema2(image.Packed)),
            ("app/manifests/latest-v1", Encoding.UTF8.GetBytes(schema1.ToJsonString(new JsonSerializerOptions { WriteIndented = true }))),
            .. image.Blobs(image.Packed).Select(b => ($"app/blobs/sha256:{TestImage.Hex(b)}", b)),
        ]);
    }

    /// <summary>Go 0.1.0 names a layer by the digest that it has before it is compressed.</summary>
    private static OlderTree Go(Image image) => Folder("image2ipfs 0.1.0 (Go)", CidProfile.UnixFsV0, "app",
    [
        ("app/manifests/latest-v2", image.Schema2(image.Packed, image.Layers)),
        ($"app/blobs/sha256:{TestImage.Hex(image.Config)}", image.Config),
        .. image.Layers.Zip(image.Packed, (l, p) => ($"app/blobs/sha256:{TestImage.Hex(l)}", p)),
    ]) with
    { IsRepaired = true };

    private static OlderTree IpdrBefore2021(Image image) => Folder("ipdr before 2021", CidProfile.UnixFsV0, "",
    [
        ("manifests/latest-v2", image.Schema2(image.Packed)),
        .. image.Blobs(image.Packed).Select(b => ($"blobs/sha256:{TestImage.Hex(b)}", b)),
    ]);

    private static OlderTree Ipdr(Image image) => Folder("ipdr", Version1, "", IpdrFiles(image, "1.0"));

    private static (string, byte[])[] IpdrFiles(Image image, string tag) =>
    [
        ("manifests/latest", image.Schema2(image.Packed)),
        ($"manifests/{tag}", image.Schema2(image.Packed)),
        ($"manifests/sha256:{TestImage.Hex(image.Schema2(image.Packed))}", image.Schema2(image.Packed)),
        .. image.Blobs(image.Packed).Select(b => ($"blobs/sha256:{TestImage.Hex(b)}", b)),
    ];

    /// <summary>A folder of tags, each with the CID of what <see cref="Ipdr"/> makes.</summary>
    private static OlderTree IpdrTagStore(Image image)
    {
        var root = Ipdr(image);
        var store = Folder("ipdr's tag store", Version1, "team/app", [("team/app/latest", Encoding.ASCII.GetBytes(root.Root.ToString())), ("team/app/2.1", Encoding.ASCII.GetBytes($"{root.Root}\n"))]);
        return store with { Roots = [store.Root, root.Root], Blocks = [.. store.Blocks, .. root.Blocks] };
    }

    /// <summary>Each blob a file of its own, and every descriptor with its CID; the root is the descriptor of the index.</summary>
    private static OlderTree Nerdctl(Image image)
    {
        var blocks = new List<Block>();
        var roots = new List<Cid>();
        var layers = new JsonArray([.. image.Packed.Select(p => (JsonNode)Published(LayerType.Gzip.Oci, p))]);
        var manifest = Json(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaType.OciManifest.Value,
            ["config"] = Published(MediaType.OciConfig, image.Config),
            ["layers"] = layers,
        });
        var listed = Published(MediaType.OciManifest, manifest);
        listed["platform"] = TestLayout.Platform("linux/amd64");
        var index = Json(new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaType.OciIndex.Value, ["manifests"] = new JsonArray(listed) });
        Add(Json(Published(MediaType.OciIndex, index)));
        roots.Reverse();
        return new OlderTree("nerdctl", roots, [.. blocks.DistinctBy(b => b.Cid)], "");

        JsonObject Published(MediaType type, byte[] content)
        {
            var descriptor = TestLayout.Descriptor(type.Value, content);
            descriptor["urls"] = new JsonArray($"ipfs://{Add(content)}");
            return descriptor;
        }

        Cid Add(byte[] content)
        {
            var cid = UnixFsFile.Build(Version1, content, blocks.Add).Cid;
            if (!roots.Contains(cid))
                roots.Add(cid);
            return cid;
        }
    }

    private static OlderTree OciLayout(Image image, string folder, string layout)
    {
        var oci = new TestLayout();
        oci.List(image.In(oci), "3.10.1");
        return Folder(layout, CidProfile.UnixFsV1, folder, [.. FilesOf(oci, folder)]) with { Tag = "3.10.1" };
    }

    /// <summary>The names are in the annotations, and the path of the pull is one of them.</summary>
    private static OlderTree OciLayoutOfNames(Image image)
    {
        var oci = new TestLayout();
        var app = image.In(oci);
        var other = oci.Image(TestLayer.Plain(TestImage.Layer("other")));
        oci.List(app, "2.0", "docker.io/team/app:2.0").List(other, "1.0", "docker.io/team/other:1.0");
        return Folder("OCI image layout with names", CidProfile.UnixFsV1, "team/app", [.. FilesOf(oci, "")]) with { Tag = "2.0", IsFoundByPaths = false };
    }

    private static IEnumerable<(string, byte[])> FilesOf(TestLayout layout, string folder)
    {
        var prefix = folder.Length == 0 ? "" : folder + "/";
        var index = Json(new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaType.OciIndex.Value, ["manifests"] = layout.Entries.DeepClone() });
        return layout.Files.Append(KeyValuePair.Create("index.json", index)).Select(f => (prefix + f.Key, f.Value));
    }

    /// <summary>A registry's links, and a list of where the blobs lie.</summary>
    private static OlderTree Disco(Image image)
    {
        var blocks = new List<Block>();
        var schema2 = image.Schema2(image.Packed);
        var cids = image.Blobs(image.Packed).Append(schema2).DistinctBy(TestImage.Hex).Select(b => (Hex: TestImage.Hex(b), UnixFsFile.Build(Version1, b, blocks.Add).Cid)).ToList();
        var list = Json(new JsonObject { ["blobs"] = new JsonArray([.. cids.Select(c => (JsonNode)TestLayout.Texts(("digest", c.Hex), ("cid", c.Cid.ToString())))]) });
        var link = Encoding.ASCII.GetBytes($"sha256:{TestImage.Hex(schema2)}");
        var repository = Folder("disco", Version1, "",
        [
            ("disco.json", list),
            ("_manifests/tags/latest/current/link", link),
            ($"_manifests/revisions/sha256/{TestImage.Hex(schema2)}/link", link),
            .. image.Packed.DistinctBy(TestImage.Hex).Select(p => ($"_layers/sha256/{TestImage.Hex(p)}/link", Encoding.ASCII.GetBytes($"sha256:{TestImage.Hex(p)}"))),
        ]);
        return repository with { Roots = [repository.Root, .. cids.Select(c => c.Cid)], Blocks = [.. repository.Blocks.Concat(blocks).DistinctBy(b => b.Cid)] };
    }

    /// <summary>Files where the requests of a client would look for them.</summary>
    private static OlderTree WebServer(Image image) =>
        Folder("a web server's folder", CidProfile.UnixFsV1, "team/app", [.. IpdrFiles(image, "1.0").Select(f => ("v2/team/app/" + f.Item1, f.Item2))]);

    private static OlderTree Folder(string layout, CidProfile profile, string path, params IReadOnlyList<(string Path, byte[] Content)> files)
    {
        var blocks = new List<Block>();
        var tree = new TreeBuilder(profile);
        foreach (var (file, content) in files.DistinctBy(f => f.Path))
            tree.Add(file, UnixFsFile.Build(profile, content, blocks.Add));
        var root = tree.Build(blocks.Add).Cid;
        return new OlderTree(layout, [root], [.. blocks.DistinctBy(b => b.Cid)], path) { Files = files };
    }

    private static byte[] Json(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString());

    private sealed record Image(byte[] Config, IReadOnlyList<byte[]> Layers, IReadOnlyList<byte[]> Packed)
    {
        public JsonObject In(TestLayout layout) =>
            layout.Manifest(layout.Blob(MediaType.OciConfig.Value, Config), Packed.Select(p => layout.Blob(LayerType.Gzip.Oci.Value, p)));

        public IEnumerable<byte[]> Blobs(IReadOnlyList<byte[]> layers) => layers.Prepend(Config).DistinctBy(TestImage.Hex);

        /// <param name="layers">What lies there.</param>
        /// <param name="named">By whose digests it is called.</param>
        public byte[] Schema2(IReadOnlyList<byte[]> layers, IReadOnlyList<byte[]>? named = null) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $$"""{"schemaVersion":2,"mediaType":"{{MediaType.Schema2}}","config":{{TestLayout.Descriptor(MediaType.DockerConfig.Value, Config).ToJsonString()}},"layers":[{{string.Join(',', layers.Zip(named ?? layers, (l, n) => Layer(l, n)))}}]}"""));

        private static string Layer(byte[] layer, byte[] named)
        {
            var descriptor = TestLayout.Descriptor(MediaType.DockerLayerGzip.Value, layer);
            descriptor["digest"] = $"sha256:{TestImage.Hex(named)}";
            return descriptor.ToJsonString();
        }
    }
}

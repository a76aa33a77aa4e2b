using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>An image app:latest as the publisher ties it, over layers of any bytes, with every block of its tree in memory.</summary>
internal sealed class UpstreamImage
{
    private const string Name = "app";

    private readonly Dictionary<Digest, (byte[] Bytes, DagLink Dag)> _blobs = [];
    private readonly List<Block> _blocks = [];
    private readonly CidProfile _profile;
    private readonly TreeBuilder _tree;

    private UpstreamImage(CidProfile profile, byte[][] layers, int moreBlobs)
    {
        (_profile, _tree) = (profile, new TreeBuilder(profile));
        Layers = [.. layers.Select(l => Blob(l))];
        // The layers are not unpacked by anybody here: what they unpack to may be anything.
        var config = TestImage.ConfigOf(layers);
        Config = Blob(config);
        Oci = Manifest(MediaType.OciManifest);
        Schema2 = Manifest(MediaType.Schema2);
        Schema1 = Blob(Registry.Schema1.TryWritePayload(RepositoryName.Parse(Name), Tag.Latest, ImageConfig.Parse(config), Layers)!);

        foreach (var digest in (Digest[])[Config, .. Layers])
            Add(digest, TreePaths.Blob(digest), TreePaths.LayoutBlob(digest));
        foreach (var (form, digest) in Forms)
            Add(digest, TreePaths.Manifest(Tag.Latest, form), TreePaths.Manifest(digest), TreePaths.LayoutBlob(digest));
        Add(Schema1, TreePaths.OldestRegistriesLatest);
        Add(Blob(TreePaths.OciLayoutContent.ToArray()), TreePaths.OciLayout);
        Add(Blob(ImageIndex.Write(MediaType.OciIndex, Forms.Select(f => Descriptor(f.Digest, f.Form) with { Name = "latest" }))), TreePaths.Index);
        for (var i = 0; i < moreBlobs; i++)
            _tree.Add($"{Name}/{TreePaths.Blob(Digest.Sha256(BitConverter.GetBytes(i)))}", _blobs[Config].Dag);
        Root = _tree.Build(_blocks.Add).Cid;
        Blocks = [.. _blocks.DistinctBy(b => b.Cid)];
    }

    public Cid Root { get; }

    public IReadOnlyList<Block> Blocks { get; }

    public Digest Config { get; }

    public IReadOnlyList<Digest> Layers { get; }

    public Digest Oci { get; }

    public Digest Schema2 { get; }

    public Digest Schema1 { get; }

    /// <summary>The repository's path in the registry.</summary>
    public string Repository => $"/v2/{Root.ToRepositoryComponent()}/{Name}";

    public string ByTag => $"{Repository}/manifests/latest";

    /// <summary>In the order of an index.</summary>
    private IEnumerable<(MediaType Form, Digest Digest)> Forms => [(MediaType.OciManifest, Oci), (MediaType.Schema2, Schema2), (MediaType.Schema1, Schema1)];

    public byte[] this[Digest blob] => _blobs[blob].Bytes;

    public string PathOf(Digest blob) => $"{Repository}/blobs/{blob}";

    /// <summary>The CID of a blob's file.</summary>
    public Cid CidOf(Digest blob) => _blobs[blob].Dag.Cid;

    public static UpstreamImage Of(params byte[][] layers) => new(CidProfile.UnixFsV0, layers, moreBlobs: 0);

    public static UpstreamImage OfProfile(CidProfile profile, params byte[][] layers) => new(profile, layers, moreBlobs: 0);

    /// <summary>So many files that the folder of the blobs is sharded.</summary>
    public static UpstreamImage Sharded(params byte[][] layers) => new(CidProfile.UnixFsV0, layers, moreBlobs: 2600);

    /// <summary>One small layer, one of many blocks, and one in which few blocks lie again and again.</summary>
    public static byte[][] SmallLargeRepeated(string seed = "image") =>
    [
        Keystream.Bytes(seed + " small", 1234),
        Keystream.Bytes(seed + " large", (3 << 20) + 4321),
        [.. Enumerable.Range(0, 81).SelectMany(i => Keystream.Bytes($"{seed} repeated {i % 4}", 256 * 1024)).Take((20 << 20) + 99)],
    ];

    private Digest Manifest(MediaType form) =>
        Blob(ImageManifest.Write(form, Descriptor(Config, default), Layers.Select(l => Descriptor(l, MediaType.OciLayerGzip))));

    private Descriptor Descriptor(Digest digest, MediaType form) => new(form, digest, _blobs[digest].Bytes.Length);

    private Digest Blob(byte[] content)
    {
        var digest = Digest.Sha256(content);
        if (!_blobs.ContainsKey(digest))
            _blobs[digest] = (content, UnixFsFile.Build(_profile, content, _blocks.Add));
        return digest;
    }

    private void Add(Digest blob, params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
            _tree.Add($"{Name}/{path}", _blobs[blob].Dag);
    }
}

using System.Text;
using System.Text.Json.Nodes;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>OCI layouts that no writer wrote: an error, a hint, exit code 1, and a store that does not notice.</summary>
public sealed class HostileLayoutTests
{
    private static readonly TestLayer Layer = TestLayer.Gzip(TestImage.Layer("file"));
    private static readonly string None = "sha256:" + new string('0', 64);
    private static readonly string Sha512 = "sha512:" + new string('a', 128);

    /// <summary>Each with a part of the error that it deserves.</summary>
    private static readonly Dictionary<string, (Func<byte[]> Archive, string Error)> Cases = new()
    {
        // Blobs that are not what their names say
        ["a manifest under another digest"] = (() => Image((l, i) => l.File(TestLayout.PathOf(i), [.. l[i], (byte)' '])), "is damaged"),
        ["a configuration under another digest"] = (() => Image((l, i) => l.File(TestLayout.PathOf(Config(l, i)), TestImage.ConfigOf([]))), "is damaged"),
        ["a layer under another digest"] = (() => Image((l, i) => l.File(TestLayout.PathOf(LayerOf(l, i)), Compress.Gzip([1]))), "is damaged"),
        ["a plain layer under another digest"] = (() => Image((l, i) => l.File(TestLayout.PathOf(LayerOf(l, i)), TestImage.Layer("other"))), "is damaged"),
        ["an index under another digest"] = (() => Index((l, _) => { }, (l, index) => l.File(TestLayout.PathOf(index), l[index].AsSpan(0, 50))), "is damaged"),
        ["an artifact's blob under another digest"] = (() => Artifact((l, a) => l.File(TestLayout.PathOf(LayerOf(l, a)), "other")), "is damaged"),
        ["an artifact's configuration under another digest"] = (() => Artifact((l, a) => l.File(TestLayout.PathOf(Config(l, a)), "{ }")), "is damaged"),
        ["a blob cut off"] = (() => Image((l, i) => l.File(TestLayout.PathOf(LayerOf(l, i)), Layer.Bytes.AsSpan(0, Layer.Bytes.Length - 8))), "is damaged"),
        ["an empty blob"] = (() => Image((l, i) => l.File(TestLayout.PathOf(LayerOf(l, i)), "")), "is damaged"),
        ["an empty manifest"] = (() => Image((l, i) => l.File(TestLayout.PathOf(i), "")), "is not JSON"),
        ["a manifest that is a layer"] = (() => Listed(l => TestLayout.With(l.Layer(Layer), "mediaType", MediaType.OciManifest.Value)), "is not JSON"),

        // Sizes
        ["a manifest of another size"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "size", 10)), "but a manifest says 10"),
        ["a configuration of another size"] = (() => Manifest(l => (TestLayout.With(l.Blob(MediaType.OciConfig.Value, TestImage.ConfigOf([Layer.Content])), "size", 10), [l.Layer(Layer)])), "but a manifest says 10"),
        ["a layer of another size"] = (() => Manifest(l => (Config(l), [TestLayout.With(l.Layer(Layer), "size", 0)])), "but a manifest says 0"),
        ["an index's manifest of another size"] = (() => Listed(l => l.Index([TestLayout.With(l.Image(Layer), "size", 1L << 40)])), "but a manifest says"),
        ["a negative size"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "size", -1)), "cannot be read"),
        ["a layer of a negative size"] = (() => Manifest(l => (Config(l), [TestLayout.With(l.Layer(Layer), "size", long.MinValue)])), "cannot be read"),
        ["a size beyond 64 bits"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "size", JsonNode.Parse("99999999999999999999"))), "cannot be read"),
        ["a size with a fraction"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "size", 1.5)), "cannot be read"),
        ["a size that is a text"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "size", "100")), "cannot be read"),
        ["a size of 8 EiB"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "size", long.MaxValue)), "but a manifest says"),
        ["two sizes of one manifest"] = (() => Listed(l => l.Image(Layer) is var i ? l.Index([i, TestLayout.With(i, "size", 1)]) : i), "says two things"),
        ["two types of one manifest"] = (() => Listed(l => l.Image(Layer) is var i ? l.Index([i, TestLayout.With(i, "mediaType", MediaType.OciIndex.Value)]) : i), "says two things"),

        // Digests
        ["a digest of no algorithm"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "digest", new string('a', 64))), "cannot be read"),
        ["a digest of an unknown algorithm"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "digest", "blake3:" + new string('a', 64))), "cannot be read"),
        ["a digest in upper case"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "digest", "sha256:" + new string('A', 64))), "cannot be read"),
        ["a digest too short"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "digest", "sha256:abc")), "cannot be read"),
        ["a digest that is a path"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "digest", "sha256:../../../etc/passwd")), "cannot be read"),
        ["a digest that is null"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "digest", null)), "cannot be read"),
        ["a manifest's digest of sha512"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "digest", Sha512)), "sha512"),
        ["a configuration's digest of sha512"] = (() => Manifest(l => (TestLayout.With(Config(l), "digest", Sha512), [l.Layer(Layer)])), "sha512"),
        ["a layer's digest of sha512"] = (() => Manifest(l => (Config(l), [TestLayout.With(l.Layer(Layer), "digest", Sha512)])), "sha512"),
        ["an index's entry of sha512"] = (() => Listed(l => l.Index([TestLayout.With(l.Image(Layer), "digest", Sha512)])), "sha512"),

        // What is not there
        ["a manifest that is missing"] = (() => Image((l, i) => l.Without(i)), "does not hold all of it"),
        ["a configuration that is missing"] = (() => Image((l, i) => l.Without(Config(l, i))), "does not hold all of it"),
        ["a layer that is missing"] = (() => Image((l, i) => l.Without(LayerOf(l, i))), "does not hold all of it"),
        ["an index of nothing that is there"] = (() => Listed(l => l.Index([TestLayout.With(l.Image(Layer), "digest", None)])), "does not hold all of it"),
        ["an artifact's blob that is missing"] = (() => Artifact((l, a) => l.Without(LayerOf(l, a))), "does not hold all of it"),
        ["a foreign layer without an address"] = (() => Listed(l => l.Image(TestLayer.Foreign([1]) with { Urls = [] })), "does not hold all of it"),
        ["a layer with an address that is none"] = (() => Listed(l => l.Image(TestLayer.Gzip([1]) with { Urls = ["https://example.com"], IsElsewhere = true })), "does not hold all of it"),
        ["a blob that is a folder"] = (() => Moved((l, t, path) => t.Folder(path)), "does not hold all of it"),
        ["a blob that is a link to nothing"] = (() => Moved((l, t, path) => t.SymbolicLink(path, "nothing")), "does not hold all of it"),
        ["a blob that is a link to another"] = (() => Moved((l, t, path) => t.HardLink(path, "oci-layout")), "is damaged"),
        ["a blob that is a link outside"] = (() => Moved((l, t, path) => t.SymbolicLink(path, "../../../outside")), "outside"),
        ["a blob that is a hard link outside"] = (() => Moved((l, t, path) => t.HardLink(path, "/etc/passwd")), "outside"),
        ["blobs that are links in a circle"] = (() => Moved((l, t, path) => t.SymbolicLink(path, "a").SymbolicLink("blobs/sha256/a", "b").SymbolicLink("blobs/sha256/b", "a")), "circle"),
        ["a file at blobs/sha256/.."] = (() => Members(t => t.File("blobs/sha256/../../../x", "x")), "outside"),
        ["a blob twice"] = (() => Image((l, i) => { }, (l, i, t) => t.File(TestLayout.PathOf(i), l[i])), "twice"),
        ["a blob twice by another spelling"] = (() => Image((l, i) => { }, (l, i, t) => t.File("blobs/x/.." + TestLayout.PathOf(i)["blobs".Length..], l[i])), "twice"),

        // index.json and oci-layout
        ["an oci-layout without an index"] = (() => new TarBuilder().File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""").File("blobs/sha256/" + new string('a', 64), "x").ToArray(), "holds no image"),
        ["a layout of version 2"] = (() => Image((l, _) => l.File("oci-layout", """{"imageLayoutVersion":"2.0.0"}""")), "version '2.0.0'"),
        ["a layout of version 10"] = (() => Image((l, _) => l.File("oci-layout", """{"imageLayoutVersion":"10.0"}""")), "version '10.0'"),
        ["a layout of version null"] = (() => Image((l, _) => l.File("oci-layout", """{"imageLayoutVersion":null}""")), "version ''"),
        ["a layout of version number"] = (() => Image((l, _) => l.File("oci-layout", """{"imageLayoutVersion":1.0}""")), "cannot be read"),
        ["a layout of no version"] = (() => Image((l, _) => l.File("oci-layout", "{}")), "cannot be read"),
        ["an oci-layout of text"] = (() => Image((l, _) => l.File("oci-layout", "1.0.0")), "is not JSON"),
        ["an oci-layout of a list"] = (() => Image((l, _) => l.File("oci-layout", "[]")), "cannot be read"),
        ["a version that moves the cursor"] = (() => Image((l, _) => l.File("oci-layout", """{"imageLayoutVersion":"2\u001b[2J"}""")), "version '2"),
        ["an index.json of nothing"] = (() => IndexJson("{}"), "cannot be read"),
        ["an index.json of a list"] = (() => IndexJson("[]"), "cannot be read"),
        ["an index.json cut off"] = (() => IndexJson("{\"manifests\":[{"), "cannot be read"),
        ["an index.json with no manifests"] = (() => IndexJson("""{"manifests":[]}"""), "lists no image"),
        ["an index.json whose manifests are null"] = (() => IndexJson("""{"manifests":null}"""), "cannot be read"),
        ["an index.json whose manifests are a text"] = (() => IndexJson("""{"manifests":"all"}"""), "cannot be read"),
        ["an index.json of nulls"] = (() => IndexJson("""{"manifests":[null]}"""), "cannot be read"),
        ["an index.json of empty entries"] = (() => IndexJson("""{"manifests":[{}]}"""), "cannot be read"),
        ["an index.json of schema 1 alone"] = (() => IndexJson($$"""{"manifests":[{"mediaType":"{{MediaType.Schema1}}","digest":"{{None}}","size":1}]}"""), "schema 1"),
        ["an index.json nested deep"] = (() => IndexJson("{\"manifests\":" + new string('[', 100_000) + new string(']', 100_000) + "}"), "cannot be read"),
        ["an index.json that is not UTF-8"] = (() => Image((l, i) => l.File("index.json", [.. "{\"manifests\":[{\"mediaType\":\""u8, 0xFF, .. "\"}]}"u8])), "cannot be read"),
        ["an index.json of half a surrogate pair"] = (() => IndexJson("""{"manifests":[{"mediaType":"\ud800"}]}"""), "cannot be read"),
        ["an index.json of nine MiB"] = (() => Compress.Gzip(IndexJson("{\"manifests\":[" + new string(' ', 9 << 20) + "]}")), "is not JSON"),
        ["manifests twice, the second of numbers"] = (() => IndexJson("""{"manifests":[],"manifests":[1]}"""), "cannot be read"),

        // Media types
        ["a type that nobody knows"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "mediaType", "application/octet-stream")), "no manifest that registries hold"),
        ["a type of nothing"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "mediaType", "")), "no manifest that registries hold"),
        ["a type that is null"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "mediaType", null)), "no manifest that registries hold"),
        ["a type that moves the cursor"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "mediaType", "a/\u001b[2J\n\u009b")), "no manifest that registries hold"),
        ["a type without an end"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "mediaType", new string('a', 100_000))), "no manifest that registries hold"),
        ["OCI's first artifact manifests"] = (() => Listed(l => l.Manifest("application/vnd.oci.artifact.manifest.v1+json", """{"blobs":[]}"""u8)), "no manifest that registries hold"),
        ["a layer in the place of an image"] = (() => Listed(l => l.Layer(Layer)), "no manifest that registries hold"),
        ["a manifest that is called an index"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "mediaType", MediaType.OciIndex.Value)), "calls itself"),
        ["an index that is called a manifest"] = (() => Listed(l => TestLayout.With(l.Index([l.Image(Layer)]), "mediaType", MediaType.OciManifest.Value)), "calls itself"),
        ["schema 2 that is called OCI"] = (() => Listed(l => TestLayout.With(l.DockerImage(Layer), "mediaType", MediaType.OciManifest.Value)), "calls itself"),
        ["a manifest that is an index too"] = (() => Listed(l => l.Manifest(Config(l), [l.Layer(Layer)], null, ("manifests", new JsonArray()))), "at once"),
        ["an index that is a manifest too"] = (() => Listed(l => l.Index([l.Image(Layer)], null, ("layers", new JsonArray()))), "at once"),

        // Manifests
        ["a manifest of a list"] = (() => Text("[]"), "cannot be read"),
        ["a manifest of a number"] = (() => Text("1"), "is not JSON"),
        ["a manifest of an empty object"] = (() => Text("{}"), "cannot be read"),
        ["a manifest nested deep"] = (() => Text("{\"config\":" + new string('[', 100_000) + new string(']', 100_000) + "}"), "cannot be read"),
        ["a manifest of 100 000 objects in one another"] = (() => Text(string.Concat(Enumerable.Repeat("{\"a\":", 100_000)) + "1" + new string('}', 100_000)), "cannot be read"),
        ["a manifest of half a surrogate pair"] = (() => Text("""{"config":{"mediaType":"\udc00"}}"""), "cannot be read"),
        ["a manifest with a member of half a surrogate pair"] = (() => Text("""{"\ud800":1,"config":{}}"""), "cannot be read"),
        ["a manifest that is not UTF-8"] = (() => Listed(l => l.Manifest(MediaType.OciManifest.Value, [.. "{\"config\":{\"mediaType\":\""u8, 0xC3, 0x28, .. "\"}}"u8])), "cannot be read"),
        ["a manifest with a comment"] = (() => Text("{/* none */}"), "cannot be read"),
        ["a manifest whose config is a text"] = (() => Text("""{"config":"sha256:aa","layers":[]}"""), "cannot be read"),
        ["a manifest whose config is null"] = (() => Text("""{"config":null,"layers":[]}"""), "cannot be read"),
        ["a manifest whose layers are an object"] = (() => Listed(l => l.Manifest(Config(l), [], null, ("layers", new JsonObject()))), "cannot be read"),
        ["a manifest whose layers are nulls"] = (() => Listed(l => l.Manifest(Config(l), [], null, ("layers", new JsonArray(null, null)))), "cannot be read"),
        ["a manifest whose mediaType is a number"] = (() => Listed(l => l.Manifest(Config(l), [l.Layer(Layer)], null, ("mediaType", 1))), "cannot be read"),
        ["a manifest whose artifactType is a number"] = (() => Listed(l => l.Manifest(Config(l), [l.Layer(Layer)], null, ("artifactType", 1))), "cannot be read"),
        ["a subject that is a text"] = (() => Listed(l => l.Manifest(Config(l), [l.Layer(Layer)], null, ("subject", None))), "cannot be read"),
        ["a subject of an index that is a text"] = (() => Listed(l => l.Index([l.Image(Layer)], null, ("subject", None))), "cannot be read"),
        ["layers twice, the second of numbers"] = (() => Text($$"""{"config":{"mediaType":"a/b","digest":"{{None}}","size":1},"layers":[],"layers":[1]}"""), "cannot be read"),

        // Platforms, annotations, names
        ["a platform that is a text"] = (() => Listed(l => l.Index([TestLayout.With(l.Image(Layer), "platform", "linux/amd64")])), "cannot be read"),
        ["a platform whose os is a number"] = (() => Listed(l => l.Index([TestLayout.With(l.Image(Layer), "platform", new JsonObject { ["os"] = 1, ["architecture"] = "amd64" })])), "cannot be read"),
        ["a platform whose variant is a list"] = (() => Listed(l => l.Index([TestLayout.With(l.Image(Layer), "platform", new JsonObject { ["os"] = "linux", ["architecture"] = "arm", ["variant"] = new JsonArray() })])), "cannot be read"),
        ["a platform whose os.version is a number"] = (() => Listed(l => l.Index([TestLayout.With(l.Image(Layer), "platform", new JsonObject { ["os"] = "linux", ["architecture"] = "arm", ["os.version"] = 10 })])), "cannot be read"),
        ["annotations that are a list"] = (() => Listed(l => l.Index([TestLayout.With(l.Image(Layer), "annotations", new JsonArray("a"))])), "cannot be read"),
        ["annotations of numbers"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "annotations", new JsonObject { ["a"] = 1 })), "cannot be read"),
        ["a name that is an object"] = (() => Listed(l => l.Index([TestLayout.With(l.Image(Layer), "annotations", new JsonObject { [TestLayout.RefName] = new JsonObject() })])), "cannot be read"),
        ["urls that are a text"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "urls", "https://example.com")), "cannot be read"),
        ["urls of numbers"] = (() => Listed(l => TestLayout.With(l.Image(Layer), "urls", new JsonArray(1))), "cannot be read"),
        ["a name that moves the cursor"] = (() => new TestLayout() is var l ? l.List(l.Image(Layer), "\u001b[2J\u0007\u009bapp:1").Tar() : [], "not an image's name"),
        ["containerd's name that moves the cursor"] = (() => new TestLayout() is var l ? l.List(l.Image(Layer), null, "\u001b[2J").Tar() : [], "not an image's name"),
        ["a missing image whose name moves the cursor"] = (() => new TestLayout() is var l ? l.List(TestLayout.With(l.Image(Layer), "digest", None), "\u001b[2J\r\n").Tar() : [], "does not hold all of it"),

        // Configurations
        ["a configuration that is text"] = (() => Configuration("hello"), "is not JSON"),
        ["a configuration that is nearly JSON"] = (() => Configuration("{rootfs}"), "cannot be read"),
        ["a configuration that is a list"] = (() => Configuration("[]"), "cannot be read"),
        ["a configuration cut off"] = (() => Configuration(Encoding.UTF8.GetString(TestImage.ConfigOf([Layer.Content]))[..^1]), "cannot be read"),
        ["a configuration nested deep"] = (() => Configuration("{\"rootfs\":" + new string('[', 100_000)), "cannot be read"),
        ["a rootfs that is a text"] = (() => Configuration("""{"rootfs":"layers"}"""), "cannot be read"),
        ["a diffID too few"] = (() => Configuration("""{"rootfs":{"diff_ids":[]}}"""), "but its configuration names 0"),
        ["a diffID too many"] = (() => Configuration(TestImage.ConfigOf([Layer.Content, Layer.Content])), "but its configuration names 2"),
        ["a diffID of another layer"] = (() => Configuration(TestImage.ConfigOf([[1]])), "has not the diffID"),
        ["a diffID that is the compressed layer's digest"] = (() => Configuration(TestImage.ConfigOf([Layer.Bytes])), "has not the diffID"),
        ["a diffID of sha512"] = (() => Configuration($$$"""{"rootfs":{"diff_ids":["{{{Sha512}}}"]}}"""), "has not the diffID"),
        ["a diffID that is none"] = (() => Configuration("""{"rootfs":{"diff_ids":[""]}}"""), "cannot be read"),
        ["a key of half a surrogate pair in a configuration"] = (() => Configuration(TestImage.ConfigOf([Layer.Content], "\"\\ud800\":1,")), "cannot be read"),
        ["a history without a calendar"] = (() => Configuration($$$"""{"rootfs":{"diff_ids":["sha256:{{{TestImage.Hex(Layer.Content)}}}"]},"history":[{"created":"yesterday"}]}"""), "cannot be read"),

        // Layers
        ["a gzip that is none after its first bytes"] = (() => Listed(l => l.Image(Layer with { Bytes = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, .. TestImage.Content(2, 4096)] })), "cannot be uncompressed"),
        ["a gzip cut off"] = (() => Listed(l => l.Image(Layer with { Bytes = Layer.Bytes[..^9] })), ""),
        ["a gzip with a wrong checksum"] = (() => Listed(l => l.Image(Layer with { Bytes = [.. Layer.Bytes[..^5], 1, .. Layer.Bytes[^4..]] })), "cannot be uncompressed"),
        ["a zstd cut off"] = (() => Listed(l => l.Image(TestLayer.Zstd(Layer.Content) is var z ? z with { Bytes = z.Bytes[..^9] } : z)), ""),
        ["a zstd that wants 2 TiB of memory"] = (() => Listed(l => l.Image(Layer with { Bytes = [0x28, 0xB5, 0x2F, 0xFD, 0, 0xF8, 9, 0, 0, (byte)'a'] })), "cannot be uncompressed"),
        ["an xz that wants 4 GiB of memory"] = (() => Listed(l => l.Image(Layer with { Bytes = Xz(dictionary: 40) })), "cannot be uncompressed"),
        ["a bzip2 of garbage"] = (() => Listed(l => l.Image(Layer with { Bytes = [.. "BZh9"u8, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, .. TestImage.Content(3, 2000)] })), "cannot be uncompressed"),

        // Too much
        ["an index in an index, five deep"] = (() => Listed(l => Enumerable.Range(0, 5).Aggregate(l.Image(Layer), (below, _) => l.Index([below]))), "nested too deep"),
        ["5000 manifests"] = (() => Listed(l => l.Index(Enumerable.Range(0, 5000).Select(i => l.Manifest(Config(l), [], null, ("annotations", TestLayout.Texts(("a", $"{i}"))))))), "too many manifests"),
        ["5000 manifests in index.json"] = (() => new TestLayout() is var l && l.Image(Layer) is var i ? Enumerable.Range(0, 5000).Aggregate(l, (all, n) => all.List(l.Manifest(Config(l), [l.Layer(Layer)], null, ("annotations", TestLayout.Texts(("a", $"{n}")))))).Tar() : [], "too many manifests"),
        ["5000 names"] = (() => new TestLayout() is var l && l.Image(Layer) is var i ? Enumerable.Range(0, 5000).Aggregate(l, (all, n) => all.List(i, $"app:{n}")).Tar() : [], "too many manifests"),
        ["10 000 layers"] = (() => Listed(l => l.Manifest(Config(l), Enumerable.Repeat(l.Layer(Layer), 10_000))), "more than 1024 layers"),
        ["a large configuration a hundred times"] = (() => new TestLayout() is var l && Large(l) is var i ? Enumerable.Range(0, 100).Aggregate(l, (all, n) => all.List(i, $"app:{n}")).Tar() : [], "MiB"),
        ["a large configuration of a hundred manifests"] = (() => new TestLayout() is var l && Large(l) is var i ? Listed(l, l.Index(Enumerable.Range(0, 100).Select(n => l.Manifest(Config(l, i), [l.Layer(Layer)], null, ("annotations", TestLayout.Texts(("n", $"{n}"))))))) : [], "MiB"),
        ["65 MiB of JSON"] = (() => Compress.Gzip(Image((l, _) => { }, (_, _, t) => Enumerable.Range(0, 9).ToList().ForEach(n => t.File($"{n}", "[" + new string(' ', (8 << 20) - 1))))), "of JSON"),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public Task It_is_an_error_with_a_hint_and_the_store_does_not_notice(string name) => Cli.RefusesAsync(Cases[name].Archive(), Cases[name].Error);

    /// <summary>What looks hostile and does no harm: each is published, and soon.</summary>
    private static readonly Dictionary<string, Func<byte[]>> Harmless = new()
    {
        ["an index that lists one a thousand times, as does that one, three deep"] = () => Listed(l => Enumerable.Range(0, 3).Aggregate(l.Image(Layer), (below, _) => l.Index(Enumerable.Repeat(below, 1000)))),
        ["an artifact that names a blob of eight MiB a thousand times"] = () => Listed(l => l.Manifest(l.Blob("test/config", "{}"u8), Enumerable.Repeat(l.Blob("test/json", Encoding.UTF8.GetBytes("[" + new string(' ', (8 << 20) - 2) + "]")), 1000))),
        ["a manifest twice, in itself and in an index"] = () => Listed(l => l.Image(Layer) is var i ? l.Index([i, i, l.Index([i])]) : i),
        ["an index of nothing"] = () => Listed(l => l.Index([])),
        ["an index that lists what is no manifest"] = () => Listed(l => l.Index([l.Image(Layer), l.Layer(Layer), TestLayout.With(l.Image(Layer), "digest", None)])),
        ["members that nobody knows"] = () => Listed(l => l.Manifest(Config(l), [l.Layer(Layer)], null, ("constructor", "x"), ("data", new JsonArray()), ("manifest", 1))),
        ["a configuration with bytes that are not UTF-8"] = () => Configuration([.. "{\"author\":\""u8, 0xFF, 0xC3, .. "\","u8, .. TestImage.ConfigOf([Layer.Content])[1..]]),
        ["a configuration with half a surrogate pair"] = () => Configuration(TestImage.ConfigOf([Layer.Content], "\"author\":\"\\ud800\",")),
        ["an image's configuration without a rootfs"] = () => Configuration("{}"),
        ["1024 layers"] = () => Listed(l => l.Image([.. Enumerable.Repeat(Layer, 1024)])),
        ["a subject that is itself not there"] = () => Listed(l => l.Referrer(TestLayout.Descriptor(MediaType.OciManifest.Value, "x"u8), "a/b", [1])),
        ["a name in a layout without an oci-layout"] = () => Image((l, _) => l.Without("oci-layout")),
        ["500 compressed layers that nobody names"] = () => Image((_, _) => { }, (_, _, t) => Enumerable.Range(0, 500).ToList().ForEach(n => t.File($"{n}", Layer.Bytes))),
    };

    public static TheoryData<string> HarmlessNames => [.. Harmless.Keys];

    [Theory]
    [MemberData(nameof(HarmlessNames))]
    public async Task It_is_published_all_the_same(string name)
    {
        using var cli = new Cli();
        var files = OpenFiles();
        (await cli.PublishAsync(Harmless[name](), "--json").WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken)).Published();
        (await cli.RunAsync("verify")).Succeeded();
        Assert.InRange(OpenFiles(), 0, files + 200);
    }

    private static int OpenFiles() => Directory.Exists("/proc/self/fd") ? Directory.GetFiles("/proc/self/fd").Length : 0;

    public static TheoryData<string> Bombs => ["gzip", "zstd", "gzip in gzip", "zstd in gzip"];

    /// <summary>A GiB of zeros in a MiB, or in some KiB; the right digest of it or not, it may take time, but no memory.</summary>
    [Theory]
    [MemberData(nameof(Bombs))]
    public async Task A_bomb_takes_time_and_no_memory(string name)
    {
        const int blocks = 1 << 13;
        var content = new byte[1 << 20];
        var zeros = new MemoryStream();
        await using (var gzip = new System.IO.Compression.GZipStream(zeros, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var i = 0; i < 1 << 10; i++)
                gzip.Write(content);
        }
        var layer = name.StartsWith("zstd", StringComparison.Ordinal) ? TestLayer.Zstd([1]) with { Bytes = Compress.ZstdOfZeros(blocks) } : Layer with { Bytes = zeros.ToArray() };
        var archive = Listed(l => l.Image(layer));
        using var cli = new Cli();
        var file = cli["bomb.tar"];
        await File.WriteAllBytesAsync(file, name.EndsWith("in gzip", StringComparison.Ordinal) ? Compress.Gzip(archive) : archive, TestContext.Current.CancellationToken);
        var result = await Command.RunAsync(Programs.Dotnet, [Programs.Publisher, file, "--store", cli.StoreFolder, "--threads", "2"],
            new Dictionary<string, string?> { ["DOTNET_GCHeapHardLimit"] = "0x3000000" });
        new Outcome(result.ExitCode, result.Output, result.Error).FailedWithHint();
        Assert.Contains("has not the diffID", result.Error, StringComparison.Ordinal);
        Assert.Empty(cli.Listing());
    }

    private static byte[] Xz(byte dictionary)
    {
        byte[] block = [2, 0, 0x21, 1, dictionary, 0, 0, 0];
        return [0xFD, .. "7zXZ"u8, 0, 0, 0, .. Crc([0, 0]), .. block, .. Crc(block), 1, 0, 0, (byte)'a', 0, 0, 0, 0, .. new byte[64]];

        static byte[] Crc(byte[] bytes)
        {
            var crc = ~0u;
            foreach (var b in bytes)
            {
                crc ^= b;
                for (var i = 0; i < 8; i++)
                    crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
            }
            return BitConverter.GetBytes(~crc);
        }
    }

    private static byte[] Listed(Func<TestLayout, JsonObject> top) => new TestLayout() is var layout ? Listed(layout, top(layout)) : [];

    private static byte[] Listed(TestLayout layout, JsonObject top) => layout.List(top, "app:1").Tar();

    /// <summary>The good image, spoilt.</summary>
    private static byte[] Image(Action<TestLayout, JsonObject> spoil, Action<TestLayout, JsonObject, TarBuilder>? more = null)
    {
        var layout = new TestLayout();
        var image = layout.Image(Layer);
        var copy = layout.List(image, "app:1").Members();
        if (more is not null)
        {
            more(layout, image, copy);
            return copy.ToArray();
        }
        spoil(layout, image);
        return layout.Tar();
    }

    private static byte[] Members(Action<TarBuilder> more) => Image((_, _) => { }, (_, _, tar) => more(tar));

    private static byte[] Index(Action<TestLayout, JsonObject> image, Action<TestLayout, JsonObject> spoil)
    {
        var layout = new TestLayout();
        var child = layout.Image(Layer);
        image(layout, child);
        var index = layout.Index([child]);
        layout.List(index, "app:1");
        spoil(layout, index);
        return layout.Tar();
    }

    private static byte[] Artifact(Action<TestLayout, JsonObject> spoil)
    {
        var layout = new TestLayout();
        var artifact = layout.Manifest(layout.Blob("test/config", "{\"a\":1}"u8), [layout.Blob("test/blob", "blob"u8)]);
        layout.List(artifact, "app:1");
        spoil(layout, artifact);
        return layout.Tar();
    }

    /// <summary>The layer's place taken by something else.</summary>
    private static byte[] Moved(Action<TestLayout, TarBuilder, string> place)
    {
        var layout = new TestLayout();
        var image = layout.Image(Layer);
        var path = TestLayout.PathOf(LayerOf(layout, image));
        var tar = layout.List(image, "app:1").Without(path).Members();
        place(layout, tar, path);
        return tar.ToArray();
    }

    private static byte[] IndexJson(string json) => Image((l, _) => l.File("index.json", json));

    private static byte[] Text(string manifest) => Listed(l => l.Manifest(MediaType.OciManifest.Value, Encoding.UTF8.GetBytes(manifest)));

    private static byte[] Manifest(Func<TestLayout, (JsonObject Config, JsonObject[] Layers)> parts) =>
        Listed(l => parts(l) is var (config, layers) ? l.Manifest(config, layers) : []);

    private static byte[] Configuration(string json) => Configuration(Encoding.UTF8.GetBytes(json));

    private static byte[] Configuration(byte[] json) => Manifest(l => (l.Blob(MediaType.OciConfig.Value, json), [l.Layer(Layer)]));

    private static JsonObject Config(TestLayout layout) => layout.Blob(MediaType.OciConfig.Value, TestImage.ConfigOf([Layer.Content]));

    private static JsonObject Config(TestLayout layout, JsonObject manifest) => JsonNode.Parse(layout[manifest])!["config"]!.AsObject();

    private static JsonObject LayerOf(TestLayout layout, JsonObject manifest) => JsonNode.Parse(layout[manifest])!["layers"]![0]!.AsObject();

    private static JsonObject Large(TestLayout layout) => layout.Manifest(
        layout.Blob(MediaType.OciConfig.Value, TestImage.ConfigOf([Layer.Content], $"\"a\":\"{new string('x', 7 << 20)}\",")), [layout.Layer(Layer)]);
}

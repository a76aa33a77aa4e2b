using System.Text;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>Input that no Docker wrote: an error, a hint, exit code 1, and a store that does not notice.</summary>
public sealed class BadInputTests
{
    private static readonly byte[] Layer = TestImage.Layer("file");
    private static readonly TestImage Image = new([Layer], "app:1");
    private static readonly string LayerPath = TestImage.BlobPath(Layer);

    /// <summary>Each with a part of the error that it deserves.</summary>
    private static readonly Dictionary<string, (Func<byte[]> Archive, string Error)> Cases = new()
    {
        // No archive at all
        ["empty input"] = (() => [], "the input is empty"),
        ["an archive of nothing"] = (() => new TarBuilder().ToArray(), "the input is empty"),
        ["random bytes"] = (() => TestImage.Content(5, 8192), "not a readable archive"),
        ["a web page"] = (() => Encoding.UTF8.GetBytes($"<!DOCTYPE html><html><body>{new string('x', 2000)}</body></html>"), "not a readable archive"),
        ["a short web page"] = (() => "<html><body>404</body></html>"u8.ToArray(), "cut off"),
        ["a JSON text"] = (() => Image.Config, "cut off"),
        ["gzip of nothing"] = (() => Compress.Gzip([]), "the input is empty"),
        ["gzip of gzip"] = (() => Compress.Gzip(Compress.Gzip(Image.Save())), "not a readable archive"),
        ["a folder's tar"] = (() => new TarBuilder().Folder("a/").File("a/file", "text").ToArray(), "holds no image"),
        ["an archive in an archive"] = (() => new TarBuilder().File("image.tar", Image.Save()).ToArray(), "holds no image"),

        // Headers
        // The platform's reader does not check it; nothing that counts hangs on it.
        ["a wrong checksum"] = (() => new TarBuilder().Member(new TarMember("a") { ChecksumError = 1 }, "a"u8).ToArray(), "holds no image"),
        ["a negative size"] = (() => new TarBuilder().Member(new TarMember("a") { SizeField = TarMember.Base256(-512) }, "a"u8).ToArray(), "not a readable archive"),
        ["a size of 8 EiB"] = (() => new TarBuilder().Member(new TarMember("a") { SizeField = TarMember.Base256(long.MaxValue) }, "a"u8).ToArray(), "cut off"),
        ["a size of 8 GiB"] = (() => new TarBuilder().Member(new TarMember("a") { SizeField = TarMember.Octal(8L << 30 - 1, 11) }, "a"u8).ToArray(), "cut off"),
        ["a size that is no number"] = (() => new TarBuilder().Member(new TarMember("a") { SizeField = "many bytes\0 "u8.ToArray() }, "a"u8).ToArray(), "not a readable archive"),
        ["a PAX header of garbage"] = (() => With(t => t.Member(new TarMember("pax") { Type = 'x' }, TestImage.Content(1, 100)).File("a", "b")), "not a readable archive"),
        ["a PAX size below zero"] = (() => With(t => t.Member(new TarMember("pax") { Type = 'x' }, TarBuilder.PaxRecord("size", "-1")).File("a", "b")), "not a readable archive"),
        ["a PAX size beyond the end"] = (() => With(t => t.Member(new TarMember("pax") { Type = 'x' }, TarBuilder.PaxRecord("size", "99999999999")).File("a", "b")), "cut off"),
        ["a PAX header of 20 MiB"] = (() => Compress.Gzip(With(t => t.Member(new TarMember("pax") { Type = 'x' }, TarBuilder.PaxRecord("comment", new string('x', 20 << 20))).File("a", "b"))), "a header of"),
        ["a PAX header of 3 GiB"] = (() => With(t => t.Member(new TarMember("pax") { Type = 'x', SizeField = TarMember.Octal(3L << 30, 11) }).File("a", "b")), "not a readable archive"),
        ["a PAX header of 1 GiB"] = (() => With(t => t.Member(new TarMember("pax") { Type = 'x', SizeField = TarMember.Octal(1L << 30, 11) }).File("a", "b")), "a header of"),
        ["a name of 20 MiB"] = (() => Compress.Gzip(With(t => t.GnuFile(new string('x', 20 << 20), "b"u8))), "a header of"),
        ["a PAX header with nothing behind it"] = (() => new TarBuilder().Member(new TarMember("pax") { Type = 'x' }, TarBuilder.PaxRecord("path", "a")).WithoutEnd(), ""),

        // Names and links
        ["a name with .."] = (() => With(t => t.File("../evil", "x")), "outside"),
        ["a name with .. further on"] = (() => With(t => t.File("a/../../evil", "x")), "outside"),
        ["an absolute name"] = (() => With(t => t.File("/etc/passwd", "x")), "outside"),
        ["a name with backslashes"] = (() => With(t => t.File(@"..\evil", "x")), "outside"),
        ["a PAX name with .."] = (() => With(t => t.PaxFile("../evil", "x"u8)), "outside"),
        ["a symbolic link outside"] = (() => With(t => t.SymbolicLink("a", "../b")), "outside"),
        ["an absolute symbolic link"] = (() => With(t => t.SymbolicLink("a", "/etc/passwd")), "outside"),
        ["a hard link outside"] = (() => With(t => t.HardLink("a", "../../b")), "outside"),
        ["metadata that names a path outside"] = (() => (Image with { LayerPaths = ["../../layer.tar"] }).Without(LayerPath), "outside"),
        ["a link to itself"] = (() => Replaced(t => t.SymbolicLink(LayerPath, LayerPath[LayerPath.LastIndexOf('/')..].TrimStart('/'))), "circle"),
        ["two links in a circle"] = (() => Replaced(t => t.HardLink(LayerPath, "other").HardLink("other", LayerPath)), "circle"),
        ["a link to nothing"] = (() => Replaced(t => t.HardLink(LayerPath, "other")), "does not hold it"),
        ["a member twice"] = (() => With(t => t.File("a", "1").File("a", "2")), "'a' twice"),
        ["a member twice, spelled differently"] = (() => With(t => t.File("a/b", "1").File("./a//b", "2")), "'a/b' twice"),
        ["manifest.json twice"] = (() => With(t => t.File("manifest.json", "[]")), "'manifest.json' twice"),
        ["a character device"] = (() => With(t => t.Member(new TarMember("dev") { Type = '3' })), "of type CharacterDevice"),
        ["a block device"] = (() => With(t => t.Member(new TarMember("dev") { Type = '4' })), "of type BlockDevice"),
        ["a fifo"] = (() => With(t => t.Member(new TarMember("fifo") { Type = '6' })), "of type Fifo"),
        ["a sparse file of GNU's"] = (() => With(t => t.Member(new TarMember("sparse") { Type = 'S', Magic = TarMember.Gnu })), "SparseFile"),
        ["a sparse file of PAX 1.0"] = (() => Sparse("\n", TarBuilder.PaxRecord("GNU.sparse.major", "1"), TarBuilder.PaxRecord("GNU.sparse.minor", "0"), TarBuilder.PaxRecord("GNU.sparse.realsize", $"{1L << 62}")), "sparse file"),
        ["a sparse file of PAX 0.1"] = (() => Sparse("x", TarBuilder.PaxRecord("GNU.sparse.size", "100"), TarBuilder.PaxRecord("GNU.sparse.numblocks", "1"), TarBuilder.PaxRecord("GNU.sparse.map", "99,1")), "sparse file"),
        ["a part of a file of several volumes"] = (() => With(t => t.Member(new TarMember("part") { Type = 'M', Magic = TarMember.Gnu })), "of type MultiVolume"),

        // What does not fit together
        ["a configuration under another digest"] = (() => (Image with { ConfigPath = TestImage.BlobPath(Layer)[..^1] + "0" }).Save(), "is damaged"),
        ["a .json under another digest"] = (() => (Image with { ConfigPath = new string('a', 64) + ".json" }).Save(), "is damaged"),
        ["a layer that is another one"] = (() => Replaced(t => t.File(LayerPath, TestImage.Layer("other"))), "has the diffID"),
        ["a layer too few"] = (() => (Image with { LayerPaths = [] }).Save(), "names 1 layers, but"),
        ["a layer too many"] = (() => (Image with { LayerPaths = [LayerPath, LayerPath] }).Save(), "names 1 layers, but"),
        ["a layer that is missing"] = (() => Image.Without(LayerPath), "does not hold it"),
        ["a configuration that is missing"] = (() => Image.Without(Image.ConfigPath), "does not hold it"),
        ["a layer that is a folder"] = (() => Replaced(t => t.Folder(LayerPath)), "does not hold it"),
        ["a configuration that is a layer"] = (() => (Image with { ConfigPath = LayerPath }).Save(), "is not JSON"),
        ["a layer that is the configuration"] = (() => Manifest($"[{(Image with { LayerPaths = [Image.ConfigPath] }).Manifest}]"), "has the diffID"),
        ["a compressed layer of another image"] = (() => Replaced(t => t.File(LayerPath, Compress.Gzip(TestImage.Layer("other")))), "has the diffID"),
        ["a compressed layer that is no gzip after its first bytes"] = (() => Replaced(t => t.File(LayerPath, [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, .. TestImage.Content(2, 4096)])), "cannot be uncompressed"),
        ["a compressed layer that is cut off"] = (() => Replaced(t => t.File(LayerPath, Compress.Gzip(Layer).AsSpan(0, 40))), "has the diffID"),

        // manifest.json
        ["an empty manifest.json"] = (() => Manifest(""), "is not JSON"),
        ["a manifest.json of text"] = (() => Manifest("hello"), "is not JSON"),
        ["a manifest.json cut off"] = (() => Manifest("""[{"Config":"""), "cannot be read"),
        ["a manifest.json of zero images"] = (() => Manifest("[]"), "lists no image"),
        ["a manifest.json that is an object"] = (() => Manifest("{}"), "cannot be read"),
        ["a manifest.json of numbers"] = (() => Manifest("[1]"), "cannot be read"),
        ["a manifest.json of nulls"] = (() => Manifest("[null]"), "cannot be read"),
        ["no Config"] = (() => Manifest("""[{"Layers":[]}]"""), "cannot be read"),
        ["Config null"] = (() => Manifest("""[{"Config":null,"Layers":[]}]"""), "cannot be read"),
        ["Config a number"] = (() => Manifest("""[{"Config":1,"Layers":[]}]"""), "cannot be read"),
        ["Config half a surrogate pair"] = (() => Manifest("""[{"Config":"\ud800","Layers":[]}]"""), "cannot be read"),
        ["Layers a text"] = (() => Manifest("""[{"Config":"a","Layers":"b"}]"""), "cannot be read"),
        ["Layers of null"] = (() => Manifest("""[{"Config":"a","Layers":[null]}]"""), "cannot be read"),
        ["RepoTags a number"] = (() => Manifest("""[{"Config":"a","RepoTags":1,"Layers":[]}]"""), "cannot be read"),
        ["bytes that are not UTF-8"] = (() => With(t => t.File("manifest.json", [.. "[{\"Config\":\""u8, 0xFF, 0xFE, .. "\"}]"u8]), manifest: false), "cannot be read"),
        ["a hundred thousand brackets"] = (() => Manifest(new string('[', 100_000)), "cannot be read"),
        ["a hundred thousand brackets, closed"] = (() => Manifest(new string('[', 100_000) + new string(']', 100_000)), "cannot be read"),

        // Configurations
        ["a configuration that is a list"] = (() => Configuration("[]"), "cannot be read"),
        ["a configuration cut off"] = (() => Configuration("{\"rootfs\":"), "cannot be read"),
        ["a configuration without rootfs"] = (() => Configuration("{}"), "has no rootfs"),
        ["a configuration nested deep"] = (() => Configuration($"{{\"a\":{new string('[', 100_000)}"), "cannot be read"),
        ["diffIDs that are none"] = (() => Configuration("""{"rootfs":{"diff_ids":["sha256:abc"]}}"""), "cannot be read"),
        ["diffIDs that are a text"] = (() => Configuration("""{"rootfs":{"diff_ids":"sha256:abc"}}"""), "cannot be read"),
        ["diffIDs of another hash"] = (() => Configuration($$$"""{"rootfs":{"diff_ids":["sha512:{{{new string('a', 128)}}}"]}}"""), "has the diffID"),
        ["a history of numbers"] = (() => Configuration("""{"rootfs":{},"history":[1]}"""), "cannot be read"),
        ["a history without a calendar"] = (() => Configuration("""{"rootfs":{},"history":[{"created":"yesterday"}]}"""), "cannot be read"),
        ["an os that is a number"] = (() => Configuration("""{"rootfs":{},"os":1}"""), "cannot be read"),
        ["a key of half a surrogate pair"] = (() => (Image with { Config = TestImage.ConfigOf([Layer], "\"\\ud800\":1,") }).Save(), "cannot be read"),

        // Names of images
        ["a name in upper case"] = (() => Named("app:1", "Team/APP:1"), "not an image's name"),
        ["a name with spaces"] = (() => Named("an app"), "not an image's name"),
        ["an empty name"] = (() => Named(""), "not an image's name"),
        ["a name without an end"] = (() => Named(new string('a', 100_000)), "not an image's name"),
        ["a name that moves the cursor"] = (() => Named("\u001b[2J\u001b]0;title\u0007\u009bapp"), "not an image's name"),
        ["a name of 255 characters"] = (() => Named(new string('a', 255)), "characters, 255 are allowed"),
        ["a tag of 129 characters"] = (() => Named("app:" + new string('a', 129)), "not an image's name"),
        ["two images of one name"] = (() => TestImage.Save([Image, new TestImage([TestImage.Layer("other")], "app:1")]), "two images of the archive would both be app:1"),
        ["two images of one name behind their hosts"] = (() => TestImage.Save(
            [new TestImage([Layer], "one.example/app:1"), new TestImage([TestImage.Layer("other")], "two.example:5000/app:1")]), "two images of the archive would both be app:1"),
        ["a name that is a file of another image"] = (() => Named("app:1", "app/index.json:1"), "two things would lie at"),
        ["a name that is a tag of another image"] = (() => Named("app:1", "app/manifests/latest:1"), "two things would lie at"),

        // Docker before 1.10
        ["a parent circle"] = (() => Old("""{"app":{"1":"a"}}""", ("a", """{"parent":"b"}"""), ("b", """{"parent":"a"}""")), "ancestors"),
        ["its own parent"] = (() => Old("""{"app":{"1":"a"}}""", ("a", """{"parent":"a"}""")), "ancestors"),
        ["a parent circle without repositories"] = (() => Old(null, ("a", """{"parent":"b"}"""), ("b", """{"parent":"a"}""")), "lists no image"),
        ["a parent that is missing"] = (() => Old("""{"app":{"1":"a"}}""", ("a", """{"parent":"b"}""")), "does not hold it"),
        ["a parent outside"] = (() => Old("""{"app":{"1":"a"}}""", ("a", """{"parent":"../../etc"}""")), "outside"),
        ["an ID that is missing"] = (() => Old("""{"app":{"1":"b"}}""", ("a", "{}")), "does not hold it"),
        ["an ID that is a number"] = (() => Old("""{"app":{"1":1}}""", ("a", "{}")), "cannot be read"),
        ["repositories of a list"] = (() => Old("[]", ("a", "{}")), "cannot be read"),
        ["repositories of nothing"] = (() => Old("{}", ("a", "{}")), "lists no image"),
        ["a json of a list"] = (() => Old("""{"app":{"1":"a"}}""", ("a", "[]")), "cannot be read"),
        ["a json with a parent that is a number"] = (() => Old("""{"app":{"1":"a"}}""", ("a", """{"parent":1}""")), "cannot be read"),
        ["a json with a date that is none"] = (() => Old("""{"app":{"1":"a"}}""", ("a", """{"created":"now"}""")), "cannot be described"),
        ["a json with half a surrogate pair"] = (() => Old("""{"app":{"1":"a"}}""", ("a", """{"\ud800":1}""")), "cannot be read"),
        ["a name of repositories that is none"] = (() => Old("""{"an app":{"1":"a"}}""", ("a", "{}")), "not an image's name"),

        // Too much
        ["a hundred thousand and one members"] = (() => Compress.Gzip(Repeat(100_001, new TarMember("folder/") { Type = '5' }.Header(0))), "more than 100000 members"),
        ["65 MiB of JSON"] = (() => Compress.Gzip(With(t => Enumerable.Range(0, 9).ToList().ForEach(i => t.File($"{i}", "[" + new string(' ', (8 << 20) - 1))))), "of JSON"),
        ["1025 layers"] = (() => new TestImage([.. Enumerable.Repeat(Layer, 1025)], "app:1").Save(), "more than 1024 layers"),
        ["5000 names"] = (() => Named([.. Enumerable.Range(0, 5000).Select(i => $"app:{i}")]), "names"),
        ["5000 times the same image"] = (() => Manifest($"[{string.Join(',', Enumerable.Repeat(Image.Manifest, 5000))}]"), "names"),
        ["a large configuration a hundred times"] = (() => (Image with { Config = TestImage.ConfigOf([Layer], $"\"a\":\"{new string('x', 7 << 20)}\","), Tags = [.. Enumerable.Range(0, 100).Select(i => $"app:{i}")] }).Save(), "MiB"),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public Task It_is_an_error_with_a_hint_and_the_store_does_not_notice(string name) => Cli.RefusesAsync(Cases[name].Archive(), Cases[name].Error);

    /// <summary>Mode, user, group, size, time, type, link, magic, device: each with numbers that are none, too large or below zero.</summary>
    [Fact]
    public async Task Whatever_stands_in_a_header_it_is_published_or_an_error_with_a_hint()
    {
        using var cli = new Cli();
        byte[][] values =
        [
            [.. Enumerable.Repeat((byte)0xFF, 12)], [0x80, 0, 0, 0, .. Enumerable.Repeat((byte)0xFF, 8)], [0x80, .. Enumerable.Repeat((byte)0x7F, 11)],
            [0xC0, .. new byte[11]], [.. "777777777777"u8], [.. "-1\0"u8], [.. "99999999"u8], [.. "  12x4  "u8], new byte[12],
        ];
        foreach (var offset in new[] { 0, 100, 108, 116, 124, 136, 156, 157, 257, 263, 265, 297, 329, 337, 345, 386, 482, 483 })
        {
            foreach (var value in values)
            {
                foreach (var magic in new[] { TarMember.Ustar, TarMember.Gnu, "" })
                {
                    var outcome = await cli.PublishAsync(With(t => t.Member(new TarMember("file") { Magic = magic, Field = (offset, value) }, "content"u8)), "-n");
                    if (outcome.Exit != 0)
                        outcome.FailedWithHint();
                }
            }
        }
    }

    /// <summary>The good image and more members; what a case replaces is left out.</summary>
    private static byte[] With(Action<TarBuilder> more, bool manifest = true)
    {
        var tar = manifest ? TestImage.Members([Image]) : new TarBuilder().File(LayerPath, Layer).File(Image.ConfigPath, Image.Config);
        more(tar);
        return tar.ToArray();
    }

    private static byte[] Replaced(Action<TarBuilder> layer)
    {
        var tar = new TarBuilder().File(Image.ConfigPath, Image.Config).File("manifest.json", $"[{Image.Manifest}]");
        layer(tar);
        return tar.ToArray();
    }

    private static byte[] Sparse(string content, params byte[][] records) => With(t => t
        .Member(new TarMember("pax") { Type = 'x' }, [.. records.SelectMany(r => r)])
        .File("GNUSparseFile.1/layer.tar", content));

    private static byte[] Manifest(string json) => With(t => t.File("manifest.json", json), manifest: false);

    private static byte[] Configuration(string json) => (Image with { Config = Encoding.UTF8.GetBytes(json), ConfigPath = "config.json" }).Save();

    private static byte[] Named(params string[] names) => (Image with { Tags = names }).Save();

    private static byte[] Old(string? repositories, params (string Id, string Json)[] images)
    {
        var tar = new TarBuilder();
        foreach (var (id, json) in images)
            tar.File($"{id}/VERSION", "1.0").File($"{id}/json", json).File($"{id}/layer.tar", Layer);
        return (repositories is null ? tar : tar.File("repositories", repositories)).ToArray();
    }

    private static byte[] Repeat(int times, byte[] block)
    {
        var tar = new TarBuilder();
        for (var i = 0; i < times; i++)
            tar.Raw(block);
        return tar.ToArray();
    }
}

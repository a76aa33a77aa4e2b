using System.Text;
using CsCheck;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Tests;

public sealed class ImageIndexTests
{
    private const string Digest1 = "sha256:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";

    [Fact]
    public void An_index_is_written_in_one_spelling() => Assert.Equal(
        $$$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","digest":"{{{Digest1}}}","size":770,"platform":{"architecture":"arm64","os":"linux","variant":"v8"},"annotations":{"org.opencontainers.image.ref.name":"1.0"}}]}""",
        Encoding.UTF8.GetString(ImageIndex.Write(MediaType.OciIndex,
            [new Descriptor(MediaType.Schema2, Digest.Parse(Digest1), 770) { Platform = new Platform("linux", "arm64", "v8"), Name = "1.0" }])));

    [Fact]
    public void Every_index_reads_back()
    {
        var names = Gen.String[Gen.Char.AlphaNumeric, 1, 10];
        var platforms = Gen.Select(names, names, names.Null()).Select((os, architecture, variant) => new Platform(os, architecture, variant)).Null();
        var descriptors = Gen.Select(Gen.Bool, Gen.Byte.Array[32], Gen.Long[0, long.MaxValue], platforms, Gen.String.Null()).Select((oci, hash, size, platform, name) =>
            new Descriptor(oci ? MediaType.OciManifest : MediaType.Schema2, Digest.FromSha256Hash(hash), size)
            {
                Platform = platform,
                Name = name is null ? null : string.Concat(name.EnumerateRunes()),
            });
        descriptors.List[0, 5].Sample(manifests =>
            Assert.Equal(manifests, ImageIndex.Parse(ImageIndex.Write(MediaType.ManifestList, manifests))));
    }

    [Fact]
    public void Members_are_kept_or_passed_over()
    {
        var json = $$$"""{"x":1,"manifests":[{"mediaType":"a/b","digest":"{{{Digest1}}}","size":1,"urls":["x"],"annotations":{"y":"z"},"artifactType":"c/d","platform":{"os":"windows","architecture":"amd64","os.version":"10","os.features":["win32k"]}}]}""";
        var one = Assert.Single(ImageIndex.Parse(Encoding.UTF8.GetBytes(json)));
        Assert.Equal(
            new Descriptor(new MediaType("a/b"), Digest.Parse(Digest1), 1)
            {
                Platform = new Platform("windows", "amd64") { OsVersion = "10" },
                Urls = one.Urls,
                Annotations = one.Annotations,
                ArtifactType = "c/d",
            },
            one);
        Assert.Equal(["x"], one.Urls);
        Assert.Equal("z", Assert.Single(one.Annotations!).Value);
        Assert.Contains(
            $$$"""{"mediaType":"a/b","digest":"{{{Digest1}}}","size":1,"urls":["x"],"platform":{"architecture":"amd64","os":"windows","os.version":"10"},"annotations":{"y":"z"},"artifactType":"c/d"}""",
            Encoding.UTF8.GetString(ImageIndex.Write(MediaType.OciIndex, [one])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"manifests":{}}""")]
    [InlineData("""{"manifests":[7]}""")]
    [InlineData("""{"manifests":[{}]}""")]
    [InlineData($$$"""{"manifests":[{"mediaType":"a/b","digest":"{{{Digest1}}}"}]}""")]
    [InlineData("""{"manifests":[{"mediaType":"a/b","digest":"sha256:x","size":1}]}""")]
    [InlineData($$$"""{"manifests":[{"mediaType":7,"digest":"{{{Digest1}}}","size":1}]}""")]
    [InlineData($$$"""{"manifests":[{"mediaType":"a/b","digest":"{{{Digest1}}}","size":-1}]}""")]
    [InlineData($$$"""{"manifests":[{"mediaType":"a/b","digest":"{{{Digest1}}}","size":1.5}]}""")]
    [InlineData($$$"""{"manifests":[{"mediaType":"a/b","digest":"{{{Digest1}}}","size":9223372036854775808}]}""")]
    [InlineData($$$"""{"manifests":[{"mediaType":"a/b","digest":"{{{Digest1}}}","size":1,"platform":{}}]}""")]
    [InlineData($$$"""{"manifests":[{"mediaType":"a/b","digest":"{{{Digest1}}}","size":1,"annotations":[]}]}""")]
    public void What_is_no_index_is_refused(string json) =>
        Assert.Throws<FormatException>(() => ImageIndex.Parse(Encoding.UTF8.GetBytes(json)));
}

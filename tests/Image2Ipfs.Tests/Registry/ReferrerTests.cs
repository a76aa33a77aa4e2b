using System.Text;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Tests.Registry;

public sealed class ReferrerTests
{
    private const string Subject = "sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4";

    /// <summary>distribution-spec, "Referrers Tag Schema": 32 characters of the algorithm, 64 of the rest.</summary>
    [Theory]
    [InlineData("sha256", 64, 64)]
    [InlineData("sha384", 96, 64)]
    [InlineData("sha512", 128, 64)]
    public void The_fallback_tag_is_the_digest_as_far_as_a_tag_holds_it(string algorithm, int digits, int kept) =>
        Assert.Equal($"{algorithm}-{new string('a', kept)}", Referrer.FallbackTag(Digest.Parse($"{algorithm}:{new string('a', digits)}")).ToString());

    [Theory]
    [InlineData("""{"artifactType":"a/b","config":{"mediaType":"c/d"}}""", false, "a/b")]
    [InlineData("""{"config":{"mediaType":"c/d"}}""", false, "c/d")]
    [InlineData("""{"artifactType":"","config":{"mediaType":"c/d"}}""", false, "c/d")]
    [InlineData("""{"artifactType":"a/b"}""", true, "a/b")]
    [InlineData("""{"config":{"mediaType":"c/d"}}""", true, null)]
    [InlineData("{}", false, null)]
    public void The_type_of_artifact_is_the_manifests_own_or_its_configurations(string manifest, bool isIndex, string? type)
    {
        var referrer = Read(manifest, isIndex ? MediaType.OciIndex : MediaType.OciManifest)!;
        Assert.Equal((type, null), (referrer.Descriptor.ArtifactType, referrer.Subject?.ToString()));
    }

    [Fact]
    public void All_that_a_list_says_is_read()
    {
        var manifest = $$$"""{"subject":{"mediaType":"a/b","digest":"{{{Subject}}}","size":1},"annotations":{"a":"1","b":"é"}}""";
        var referrer = Read(manifest, MediaType.OciManifest)!;
        Assert.Equal(Subject, referrer.Subject.ToString());
        Assert.Equal(Encoding.UTF8.GetByteCount(manifest), referrer.Descriptor.Size);
        Assert.Equal(new Dictionary<string, string> { ["a"] = "1", ["b"] = "é" }, referrer.Descriptor.Annotations);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("{\"subject\":{}}")]
    [InlineData("{\"subject\":{\"digest\":\"sha256:short\"}}")]
    [InlineData("{\"subject\":{\"digest\":1}}")]
    [InlineData("{\"annotations\":{\"a\":1}}")]
    [InlineData("{\"annotations\":[]}")]
    [InlineData("{\"artifactType\":1}")]
    public void What_is_no_manifest_is_no_referrer(string bytes) => Assert.Null(Read(bytes, MediaType.OciManifest));

    [Fact]
    public void An_index_has_as_many_as_fit_and_one_at_least()
    {
        var all = Enumerable.Range(0, 100).Select(i => new Descriptor(MediaType.OciManifest, Digest.Sha256([(byte)i]), i)).ToList();
        var whole = ImageIndex.Write(MediaType.OciIndex, all);
        Assert.Equal(whole, ImageIndex.WriteSome(MediaType.OciIndex, all, whole.Length + 1, out var written));
        Assert.Equal(100, written);
        var half = ImageIndex.WriteSome(MediaType.OciIndex, all, whole.Length / 2, out written);
        Assert.InRange(half.Length, whole.Length / 3, whole.Length / 2);
        Assert.Equal(all.Take(written), ImageIndex.Parse(half));
        Assert.Single(ImageIndex.Parse(ImageIndex.WriteSome(MediaType.OciIndex, all, 1, out _)));
    }

    private static Referrer? Read(string manifest, MediaType mediaType) =>
        Referrer.TryRead(Encoding.UTF8.GetBytes(manifest), mediaType, Digest.Sha256(Encoding.UTF8.GetBytes(manifest)));
}

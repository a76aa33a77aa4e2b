using Image2Ipfs.Gateway.Negotiate;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Registry;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Tests;

public sealed class NegotiationTests
{
    [Fact]
    public void What_the_source_had_comes_first_where_the_client_reads_it()
    {
        Descriptor[] forms = [Form(MediaType.Schema2), Form(MediaType.OciManifest) with { Annotations = TreePaths.OriginalForm }, Form(MediaType.Schema1)];
        Assert.Equal(MediaType.OciManifest, Of($"{MediaType.Schema2}, {MediaType.OciManifest}"));
        Assert.Equal(MediaType.OciManifest, Of("*/*"));
        Assert.Equal(MediaType.Schema2, Of($"{MediaType.Schema2}, {MediaType.Schema1}"));
        Assert.Equal(MediaType.Schema2, Of($"{MediaType.Schema2}, {MediaType.OciManifest};q=0.5"));
        Assert.Equal(MediaType.Schema1, Of(""));

        MediaType? Of(string accept) => Negotiation.Choose(forms, AcceptHeader.Parse([accept]), schema1WithoutAccept: true)?.MediaType;
        static Descriptor Form(MediaType form) => new(form, Digest.Sha256([]), 1);
    }

    private static readonly MediaType[] OnePlatform = [MediaType.OciManifest, MediaType.Schema2, MediaType.Schema1];
    private static readonly MediaType[] SeveralPlatforms = [MediaType.OciIndex, MediaType.ManifestList];

    [Fact]
    public void The_order_of_the_lines_says_nothing()
    {
        foreach (var lines in Accepts.Permutations(Accepts.Docker))
        {
            Assert.Equal(MediaType.Schema2, Choose(OnePlatform, lines));
            Assert.Equal(MediaType.ManifestList, Choose(SeveralPlatforms, lines));
            Assert.Equal(MediaType.OciManifest, Choose([MediaType.OciManifest], lines));
            Assert.Equal(MediaType.Schema1, Choose([MediaType.Schema1], lines));
        }
    }

    [Fact]
    public void The_order_of_the_forms_says_nothing()
    {
        Assert.Equal(MediaType.Schema2, Choose([MediaType.Schema1, MediaType.OciManifest, MediaType.Schema2], Accepts.Docker));
        Assert.Equal(MediaType.Schema2, Choose([MediaType.Schema2, MediaType.Schema1, MediaType.OciManifest], Accepts.Docker));
    }

    [Fact]
    public void Every_client_gets_what_it_reads()
    {
        foreach (var accept in new[] { Accepts.Docker, Accepts.OldDocker, Accepts.Containerd, Accepts.Skopeo, Accepts.Crane, Accepts.Oras })
        {
            Assert.Equal(MediaType.Schema2, Choose(OnePlatform, accept));
            Assert.Equal(MediaType.ManifestList, Choose(SeveralPlatforms, accept));
        }
        Assert.Equal(MediaType.OciManifest, Choose(OnePlatform, Accepts.Conformance));
        Assert.Equal(MediaType.OciIndex, Choose(SeveralPlatforms, Accepts.Conformance));
    }

    [Theory]
    [InlineData]
    [InlineData("")]
    [InlineData(" , ,")]
    [InlineData("application/json")]
    [InlineData("text/html", "garbage", ";;;", "q=1")]
    public void A_client_that_names_no_manifest_type_is_taken_for_one_of_the_oldest(params string[] lines)
    {
        Assert.Equal(MediaType.Schema1, Choose(OnePlatform, lines));
        Assert.Equal(MediaType.Schema2, Choose(OnePlatform, lines, schema1WithoutAccept: false));
        Assert.Equal(MediaType.Schema2, Choose([MediaType.OciManifest, MediaType.Schema2], lines));
    }

    [Theory]
    [InlineData("*/*")]
    [InlineData("application/*")]
    [InlineData("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8")]
    [InlineData("APPLICATION/VND.DOCKER.DISTRIBUTION.MANIFEST.V2+JSON")]
    public void A_range_takes_what_it_covers(string accept) => Assert.Equal(MediaType.Schema2, Choose(OnePlatform, [accept]));

    [Fact]
    public void Quality_decides_before_our_preference()
    {
        Assert.Equal(MediaType.OciManifest, Choose(OnePlatform, [$"{MediaType.Schema2};q=0.5, {MediaType.OciManifest};q=0.9"]));
        Assert.Equal(MediaType.OciManifest, Choose(OnePlatform, [$"{MediaType.Schema2};q=0", "*/*"]));
        Assert.Equal(MediaType.Schema1, Choose(OnePlatform, [$"{MediaType.Schema1Signed};q=0.9, {MediaType.Schema2};q=0.8"]));
    }

    [Fact]
    public void A_client_of_Dockers_types_is_not_sent_OCI()
    {
        Assert.Null(Choose([MediaType.OciManifest], Accepts.OldDocker));
        Assert.Null(Choose([MediaType.OciIndex], Accepts.OldDocker));
        Assert.Null(Choose([MediaType.OciManifest, MediaType.Schema2], [MediaType.Schema1Signed.Value]));
    }

    [Fact]
    public void A_client_of_OCI_types_is_sent_the_Docker_form_of_the_same_kind_rather_than_nothing()
    {
        Assert.Equal(MediaType.Schema2, Choose([MediaType.Schema2, MediaType.Schema1], Accepts.Conformance));
        Assert.Equal(MediaType.ManifestList, Choose([MediaType.ManifestList], Accepts.Conformance));
        Assert.Equal(MediaType.Schema2, Choose([MediaType.Schema2], [MediaType.OciManifest.Value]));
        Assert.Null(Choose([MediaType.ManifestList], [MediaType.OciManifest.Value]));
        Assert.Null(Choose([MediaType.Schema1], Accepts.Conformance));
    }

    private static MediaType? Choose(IEnumerable<MediaType> forms, string[] accept, bool schema1WithoutAccept = true) =>
        Negotiation.Choose([.. forms.Select(f => new Descriptor(f, Digest.Sha256([]), 1))], AcceptHeader.Parse(accept), schema1WithoutAccept)?.MediaType;
}

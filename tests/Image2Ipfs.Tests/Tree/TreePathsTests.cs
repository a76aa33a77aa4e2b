using Image2Ipfs.Registry;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Tests;

public sealed class TreePathsTests
{
    private static readonly Digest Digest = Digest.Parse("sha256:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9");

    public static TheoryData<MediaType, string> Forms => new()
    {
        { MediaType.Schema1, "manifests/1.0-v1" },
        { MediaType.Schema1Signed, "manifests/1.0-v1" },
        { MediaType.Schema2, "manifests/1.0-v2" },
        { MediaType.ManifestList, "manifests/1.0-v2" },
        { MediaType.OciManifest, "manifests/1.0-oci" },
        { MediaType.OciIndex, "manifests/1.0-oci" },
    };

    [Theory, MemberData(nameof(Forms))]
    public void Every_form_of_a_tag_has_its_place(MediaType form, string path) =>
        Assert.Equal(path, TreePaths.Manifest(Tag.Parse("1.0"), form));

    [Fact]
    public void A_configuration_has_no_place_under_a_tag() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TreePaths.Manifest(Tag.Latest, MediaType.OciConfig));

    [Fact]
    public void A_digest_is_a_file_name_and_a_path_of_an_oci_layout()
    {
        Assert.Equal($"manifests/sha256:{Digest.Hex}", TreePaths.Manifest(Digest));
        Assert.Equal($"blobs/sha256:{Digest.Hex}", TreePaths.Blob(Digest));
        Assert.Equal($"blobs/sha256/{Digest.Hex}", TreePaths.LayoutBlob(Digest));
    }
}

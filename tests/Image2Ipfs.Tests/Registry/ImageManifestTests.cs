using System.Text;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Tests;

public sealed class ImageManifestTests
{
    private static readonly Descriptor Config = new(new MediaType("application/octet-stream"), Digest.Sha256("c"u8), 751);
    private static readonly Descriptor Layer = new(MediaType.OciLayerGzip, Digest.Sha256("l"u8), 100);

    [Fact]
    public void Schema_2_is_written_with_three_spaces_and_Dockers_media_types() => Assert.Equal(
        """
        {
           "schemaVersion": 2,
           "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
           "config": {
              "mediaType": "application/vnd.docker.container.image.v1+json",
              "digest": "sha256:2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6",
              "size": 751
           },
           "layers": [
              {
                 "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
                 "digest": "sha256:acac86c0e609ca906f632b0e2dacccb2b77d22b0621f20ebece1a4835b93f6f0",
                 "size": 100
              }
           ]
        }
        """,
        Text(MediaType.Schema2, Layer));

    [Fact]
    public void An_oci_manifest_is_written_compact_with_ocis_media_types() => Assert.Equal(
        """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6","size":751},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:acac86c0e609ca906f632b0e2dacccb2b77d22b0621f20ebece1a4835b93f6f0","size":100},{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:acac86c0e609ca906f632b0e2dacccb2b77d22b0621f20ebece1a4835b93f6f0","size":100}]}""",
        Text(MediaType.OciManifest, Layer, Layer));

    private static string Text(MediaType form, params Descriptor[] layers) => Encoding.UTF8.GetString(ImageManifest.Write(form, Config, layers));
}

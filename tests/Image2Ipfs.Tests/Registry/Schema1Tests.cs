using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Tests;

public sealed class Schema1Tests
{
    private const string DiffId = "sha256:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";

    [Fact]
    public void The_payload_is_the_one_that_docker_registry_makes()
    {
        var config = ImageConfig.Parse(Vectors.Bytes("schema1", "cfg.json"));
        var layers = Vectors.Json("schema1", "man.json").GetProperty("layers").EnumerateArray().Select(l => Digest.Parse(l.GetProperty("digest").GetString()!));
        var payload = Schema1.TryWritePayload(RepositoryName.Parse("lib/test"), Tag.Latest, config, [.. layers]);
        Assert.Equal(Vectors.Text("schema1", "payload.bin"), Encoding.UTF8.GetString(payload!));
        Assert.Equal("sha256:cb19b2124e0e676e926c529bfcf2e858ac64946bf9dd98bdf3eae135bdf7eff7", Digest.Sha256(payload).ToString());
    }

    [Fact]
    public void The_payload_is_the_one_that_distributions_own_test_expects()
    {
        var expected = Vectors.Json("schema1", "distribution-2.8.3-expected.json");
        var payload = JsonElement.Parse(Schema1.TryWritePayload(
            RepositoryName.Parse(expected.GetProperty("name").GetString()!),
            Tag.Parse(expected.GetProperty("tag").GetString()!),
            ImageConfig.Parse(Vectors.Bytes("schema1", "distribution-2.8.3-config.json")),
            [.. Texts(expected.GetProperty("layers")).Select(Digest.Parse)])!);
        Assert.Equal(1, payload.GetProperty("schemaVersion").GetInt32());
        Assert.All(["name", "tag", "architecture"], member => Assert.Equal(expected.GetProperty(member).GetString(), payload.GetProperty(member).GetString()));
        Assert.Equal(Texts(expected.GetProperty("fsLayers")), payload.GetProperty("fsLayers").EnumerateArray().Select(l => l.GetProperty("blobSum").GetString()));
        Assert.Equal(Texts(expected.GetProperty("v1Compatibility")), payload.GetProperty("history").EnumerateArray().Select(h => h.GetProperty("v1Compatibility").GetString()));
    }

    [Fact]
    public void The_empty_layer_is_a_gzip_of_1024_zeros()
    {
        using var gzip = new GZipStream(new MemoryStream(Schema1.EmptyLayer.ToArray()), CompressionMode.Decompress);
        using var tar = new MemoryStream();
        gzip.CopyTo(tar);
        Assert.Equal(new byte[1024], tar.ToArray());
        Assert.Equal("sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4", Schema1.EmptyLayerDigest.ToString());
    }

    [Theory]
    [InlineData("[]", 0)] // no history
    [InlineData("[]", 1)]
    [InlineData("[{}]", 2)] // fewer steps with a layer than layers
    [InlineData("[{},{}]", 1)] // more
    [InlineData("""[{"empty_layer":true}]""", 1)]
    public void A_history_that_does_not_fit_the_layers_gives_nothing(string history, int layers)
    {
        var diffIds = string.Join(',', Enumerable.Repeat($"\"{DiffId}\"", layers));
        Assert.Null(Payload($$"""{"rootfs":{"diff_ids":[{{diffIds}}]},"history":{{history}}}""", layers));
    }

    [Fact]
    public void As_many_layers_as_diff_ids_are_needed() =>
        Assert.Null(Payload($$"""{"rootfs":{"diff_ids":["{{DiffId}}","{{DiffId}}"]},"history":[{}]}""", 1));

    [Fact]
    public void The_base_layer_of_old_windows_images_is_the_first_ones_parent()
    {
        var v1 = V1($$"""{"rootfs":{"base_layer":"windowsservercore","diff_ids":["{{DiffId}}"]},"history":[{},{"empty_layer":true}]}""");
        // sha384 of the name, its first 32 bytes: printf windowsservercore | sha384sum | cut -c1-64
        Assert.Equal("85b31ac54d161602ea1f2a8feffb7193cc7fcd6dcf93d418c6a00d6f8670aeae", JsonElement.Parse(v1[1]).GetProperty("parent").GetString());
    }

    [Fact]
    public void The_top_entry_is_the_configuration_with_its_numbers_and_escapes_as_they_were()
    {
        var v1 = V1($$"""{ "z": 1.50e+2, "A": "\u0041\/<", "id": "old", "rootfs": {"diff_ids": ["{{DiffId}}"]}, "history": [{}], "architecture": "arm" }""");
        var id = JsonElement.Parse(v1[0]).GetProperty("id").GetString();
        Assert.Equal($$"""{"A":"\u0041\/\u003c","architecture":"arm","id":"{{id}}","z":1.50e+2}""", Assert.Single(v1));
        Assert.Matches("^[0-9a-f]{64}$", id);
    }

    [Fact]
    public void A_value_that_is_no_UTF_8_does_not_throw()
    {
        byte[] config = [.. "{\"comment\":\""u8, 0xFF, .. "\",\"rootfs\":{\"diff_ids\":[]},\"history\":[{\"empty_layer\":true}]}"u8];
        Assert.NotNull(Schema1.TryWritePayload(RepositoryName.Parse("a"), Tag.Latest, ImageConfig.Parse(config), []));
    }

    private static byte[]? Payload(string config, int layers) => Schema1.TryWritePayload(
        RepositoryName.Parse("a"), Tag.Latest, ImageConfig.Parse(Encoding.UTF8.GetBytes(config)), [.. Enumerable.Repeat(Digest.Parse(DiffId), layers)]);

    private static List<string> V1(string config) =>
        [.. JsonElement.Parse(Payload(config, 1)!).GetProperty("history").EnumerateArray().Select(h => h.GetProperty("v1Compatibility").GetString()!)];

    private static IEnumerable<string> Texts(JsonElement array) => array.EnumerateArray().Select(e => e.GetString()!);
}

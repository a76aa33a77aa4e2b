using CsCheck;
using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Request;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>Parsers over anything that may come: they never throw, and what they take says again what came.</summary>
public sealed class PropertyTests
{
    private static readonly Gen<string> Piece = Gen.OneOf(
        Gen.OneOf(
            "manifests", "blobs", "tags", "list", "latest", "", ".", "..", "%2e", "%3A", "%3a", "%2F", "%", "%00", "a", "A", "a_b", "a__b", "-",
            "ciqizic7pchyn7y7trnis24rp4y5jal4fixlytecaap2k4jawrdp6gi", "QmXobd2Bvr2NaLwvWamszFEZQVw9qMh5rJtdx9CSwQWw5a",
            "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "sha256%3Ae3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        Gen.String[Gen.Char.AlphaNumeric, 0, 60],
        // Text that looks like a CID, with anything in it.
        Gen.Select(Gen.OneOf("Qm", "z", "b", "k", "f", "ciq"), Gen.String[Gen.Char, 40, 60], (prefix, rest) => (prefix + rest)),
        Gen.Select(Gen.OneOf("Qm", "z", "b", "k", "f", "ciq"), Gen.String[Gen.Char.AlphaNumeric, 40, 60], (prefix, rest) => (prefix + rest)[..Math.Min(55, rest.Length)]),
        Gen.String[Gen.Char, 0, 10]);

    [Fact]
    public void A_path_is_parsed_without_an_exception_and_says_again_what_came() =>
        Piece.Array[0, 7].Select(pieces => "/v2/" + string.Join('/', pieces)).Sample(path =>
        {
            var parsed = RegistryPath.Parse(path);
            if (parsed is RegistryPath.Wrong wrong)
            {
                Assert.InRange(wrong.Error.Status, 400, 404);
                Assert.NotEmpty(wrong.Error.ToJson());
                Assert.InRange(wrong.Error.Message.Length, 1, 250);
                return;
            }
            Assert.Equal(path.Replace("%3A", ":", StringComparison.OrdinalIgnoreCase), Render(parsed));
        });

    [Fact]
    public void A_range_is_parsed_without_an_exception_and_lies_inside()
    {
        var number = Gen.OneOf(Gen.Long[0, 20].Select(n => $"{n}"), Gen.Long.Select(n => $"{n}"), Gen.OneOf("", " ", "x", "99999999999999999999"));
        var part = Gen.OneOf(Gen.Select(number, number, (first, last) => $"{first}-{last}"), Gen.String[Gen.Char[" -,=0123456789"], 0, 8]);
        var header = Gen.Select(Gen.OneOf("bytes=", "bytes", "BYTES=", "x=", ""), part.Array[0, 5], (unit, parts) => unit + string.Join(',', parts));
        var size = Gen.OneOf(Gen.Long[0, 20], Gen.Long[0, 1L << 50]);

        Gen.Select(header, size).Sample((text, bytes) =>
        {
            foreach (var (start, length) in RangeHeader.Parse(text, bytes) ?? [])
            {
                Assert.InRange(start, 0, bytes - 1);
                Assert.InRange(length, 1, bytes - start);
            }
        });
    }

    [Fact]
    public void Any_text_is_a_range_header_or_none() => Gen.Select(Gen.String, Gen.Long[0, 1L << 50]).Sample((text, size) => { _ = RangeHeader.Parse(text, size); });

    private static string Render(RegistryPath path) => path switch
    {
        RegistryPath.Ping => "/v2/",
        RegistryPath.TaggedManifest(var name, var tag) => $"/v2/{name}/manifests/{tag}",
        RegistryPath.DigestedManifest(var name, var digest) => $"/v2/{name}/manifests/{digest}",
        RegistryPath.Blob(var name, var digest) => $"/v2/{name}/blobs/{digest}",
        RegistryPath.Tags(var name) => $"/v2/{name}/tags/list",
        _ => throw new ArgumentOutOfRangeException(nameof(path)),
    };
}

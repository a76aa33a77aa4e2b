using System.Security.Cryptography;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Tests;

public sealed class DigestTests
{
    public static TheoryData<string, bool, string, string> GoDigestsRows =>
    [
        .. Vectors.Rows("digest.tsv").Select(row => new TheoryDataRow<string, bool, string, string>(
            row["input"], row["valid"] == "yes", row.GetValueOrDefault("algorithm", ""), row.GetValueOrDefault("encoded", ""))),
    ];

    [Theory, MemberData(nameof(GoDigestsRows))]
    public void Every_row_of_go_digests_table_holds(string text, bool valid, string algorithm, string hex)
    {
        Assert.Equal(valid, Digest.TryParse(text, out var digest));
        if (!valid)
        {
            Assert.Throws<FormatException>(() => Digest.Parse(text));
            return;
        }
        Assert.Equal((algorithm, hex, text), (digest.Algorithm, digest.Hex, digest.ToString()));
        Assert.Equal(hex, Convert.ToHexStringLower(digest.ToHash()));
    }

    [Fact]
    public void The_table_has_rows_of_both_kinds()
    {
        var valid = GoDigestsRows.Select(row => row.Data.Item2).ToList();
        Assert.Equal((17, 2), (valid.Count, valid.Count(v => v)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("sha256:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde90")]
    [InlineData("sha256:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde")]
    [InlineData("sha256:../../../../../../../../../../../../../../../../../../../etc/passwd")]
    [InlineData("sha256:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9\n")]
    [InlineData("sha256:٩94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9")]
    [InlineData("SHA256:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9")]
    [InlineData("md5:5eb63bbbe01eeed093cb22bb8f5acdc3")]
    public void What_is_no_digest_is_refused(string? text) => Assert.False(Digest.TryParse(text, out _));

    [Fact]
    public void The_digest_of_bytes_is_their_sha256()
    {
        var digest = Digest.Sha256("hello world"u8);
        Assert.Equal("sha256:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9", digest.ToString());
        Assert.True(digest.IsSha256);
        Assert.Equal(digest, Digest.FromSha256Hash(digest.ToHash()));
        Assert.False(Digest.Parse("sha512:" + Convert.ToHexStringLower(SHA512.HashData([]))).IsSha256);
        Assert.False(default(Digest).IsSha256);
    }

    [Fact]
    public void A_hash_of_another_length_is_no_sha256() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Digest.FromSha256Hash(new byte[31]));
}

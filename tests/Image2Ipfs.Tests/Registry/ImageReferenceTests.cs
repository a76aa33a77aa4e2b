using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Tests;

public sealed class ImageReferenceTests
{
    /// <summary>
    /// Rows with a digest are left out: our type reads the names of archives, and no archive has such names. It refuses
    /// them; <see cref="A_name_with_a_digest_is_refused"/>. The table's "domain" is left out too: reference.Parse takes
    /// every first component for one, and only the normalized form follows the rule that ours does.
    /// </summary>
    public static TheoryData<string, bool, string, string> References =>
    [
        .. Rows("reference").Where(row => !row["input"].Contains('@', StringComparison.Ordinal))
            .Select(row => new TheoryDataRow<string, bool, string, string>(
                row["input"], row["valid"] == "yes", row.GetValueOrDefault("repository", ""), row.GetValueOrDefault("tag", ""))),
    ];

    /// <summary>
    /// The row of 64 hex digits is left out: Docker refuses it because a command line could mean an image's ID. A name
    /// in an archive cannot.
    /// </summary>
    public static TheoryData<string, bool> NormalizedNames =>
    [
        .. Rows("normalized-name")
            .Where(row => row["input"] != "1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a")
            .Select(row => new TheoryDataRow<string, bool>(row["input"], row["valid"] == "yes")),
    ];

    /// <summary>
    /// The table's short input "library/ubuntu" is left out, its full form is not: without a host it may be a name that
    /// someone chose.
    /// </summary>
    public static TheoryData<string, string, string> FamiliarNames =>
    [
        .. Rows("familiar")
            .SelectMany(row => new[] { row["input"], row["tag"]["full=".Length..] }, (row, text) => (row, text))
            .Where(pair => pair.text is not ("" or "library/ubuntu"))
            .Select(pair => new TheoryDataRow<string, string, string>(
                pair.text, pair.row["domain"], pair.row["digest"]["familiar=".Length..])),
    ];

    [Theory, MemberData(nameof(References))]
    public void Every_reference_of_the_table_holds(string text, bool valid, string repository, string tag)
    {
        Assert.Equal(valid, ImageReference.TryParse(text, out var reference));
        if (!valid)
            return;
        Assert.Equal(repository, reference!.Host is { } host ? $"{host}/{reference.Name}" : reference.Name.ToString());
        Assert.Equal(tag, reference.Tag?.ToString() ?? "");
    }

    [Theory, MemberData(nameof(NormalizedNames))]
    public void Every_normalized_name_of_the_table_holds(string text, bool valid) =>
        Assert.Equal(valid, ImageReference.TryParse(text, out _));

    [Theory, MemberData(nameof(FamiliarNames))]
    public void Every_familiar_name_of_the_table_holds(string text, string domain, string familiar)
    {
        Assert.True(ImageReference.TryParse(text, out var reference));
        var hub = domain == "docker.io";
        Assert.Equal(hub ? null : domain, reference.Host);
        Assert.Equal(hub ? familiar : familiar[(domain.Length + 1)..], reference.Name.ToString());
    }

    [Fact]
    public void The_tables_are_there()
    {
        Assert.True(References.Count > 35);
        Assert.True(NormalizedNames.Count > 35);
        Assert.True(FamiliarNames.Count > 25);
    }

    [Theory]
    [InlineData("busybox", null, "busybox", null)]
    [InlineData("busybox:1.36", null, "busybox", "1.36")]
    [InlineData("docker.io/library/busybox:latest", null, "busybox", "latest")]
    [InlineData("localhost/team/app:1", "localhost", "team/app", "1")]
    [InlineData("localhost:5000/app", "localhost:5000", "app", null)]
    [InlineData("127.0.0.1:5600/t/tiny:s2", "127.0.0.1:5600", "t/tiny", "s2")]
    [InlineData("team/app:1", null, "team/app", "1")]
    [InlineData("registry.example.org/app", "registry.example.org", "app", null)]
    public void A_name_is_taken_apart(string text, string? host, string name, string? tag)
    {
        Assert.True(ImageReference.TryParse(text, out var reference));
        Assert.Equal((host, name, tag), (reference.Host, reference.Name.ToString(), reference.Tag?.ToString()));
    }

    [Theory]
    [InlineData("busybox@sha256:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9")]
    [InlineData("busybox:1@sha256:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9")]
    public void A_name_with_a_digest_is_refused(string text) => Assert.False(ImageReference.TryParse(text, out _));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("/")]
    [InlineData("busybox:")]
    [InlineData("localhost/")]
    [InlineData("localhost:5000/")]
    [InlineData("docker.io/library/")]
    [InlineData("../../etc/passwd")]
    [InlineData("./app")]
    [InlineData("/app")]
    [InlineData("a/../b")]
    [InlineData("host.example:port/app")]
    [InlineData("<none>:<none>")]
    [InlineData("app:tag\n")]
    [InlineData("ä.example/app")]
    public void What_is_no_name_is_refused(string? text)
    {
        Assert.False(ImageReference.TryParse(text, out var reference));
        Assert.Null(reference);
    }

    private static IEnumerable<IReadOnlyDictionary<string, string>> Rows(string kind) =>
        Vectors.Rows("reference.tsv").Where(row => row["kind"] == kind);
}

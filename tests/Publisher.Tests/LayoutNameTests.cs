using System.Text.Json.Nodes;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>What the images of a layout are called.</summary>
public sealed class LayoutNameTests
{
    private readonly TestLayout _layout = new();
    private readonly JsonObject _image, _other;

    public LayoutNameTests() => (_image, _other) = (_layout.Image(TestLayer.Gzip([1])), _layout.Image(TestLayer.Gzip([2])));

    [Theory]
    [InlineData("1.0", "docker.io/library/app:1.0", "app:1.0")]
    [InlineData("latest", "registry.example:5000/team/app:latest", "team/app")]
    [InlineData(null, "docker.io/library/app:1.0", "app:1.0")]
    [InlineData("other", "docker.io/team/app:1.0", "team/app:1.0")]
    [InlineData("team/app:1.0", null, "team/app:1.0")]
    [InlineData("registry.example/team/app:1.0", null, "team/app:1.0")]
    [InlineData("team/app", null, "team/app")]
    [InlineData("localhost/app:1", "", "app:1")]
    [InlineData(null, "docker.io/library/app@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "app")]
    [InlineData(null, "docker.io/library/app:1@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "app:1")]
    [InlineData("app@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", null, "app")]
    public async Task A_name_is_containerds_or_the_standards(string? refName, string? containerdName, string expected) =>
        Assert.Equal([expected], (await PublishedLayout.OfAsync(_layout.List(_image, refName, containerdName))).Names);

    private string Id(JsonObject image) => JsonNode.Parse(_layout[image])!["config"]!["digest"]!.GetValue<string>()["sha256:".Length..][..12];

    [Fact]
    public async Task Without_a_name_an_image_goes_by_its_id()
    {
        Assert.Equal([Id(_image)], (await PublishedLayout.OfAsync(_layout.List(_image))).Names);
        Assert.Equal(["app:2"], (await PublishedLayout.OfAsync(_layout, "--name", "app", "--tag", "2")).Names);
        Assert.Equal([Id(_image), Id(_other)], (await PublishedLayout.OfAsync(_layout.List(_other))).Names);
    }

    [Fact]
    public async Task Tags_alone_are_tags_of_one_repository()
    {
        _layout.List(_image, "1").List(_image, "one").List(_other, "2");
        Assert.Equal([$"{Id(_image)}:1", $"{Id(_image)}:one", $"{Id(_image)}:2"], (await PublishedLayout.OfAsync(_layout)).Names);
        Assert.Equal(["app:1", "app:one", "app:2"], (await PublishedLayout.OfAsync(_layout, "--name", "app")).Names);
    }

    [Fact]
    public async Task Tags_alone_are_tags_of_the_repository_that_another_image_names() =>
        Assert.Equal(["team/app:1", "team/app:2"], (await PublishedLayout.OfAsync(_layout.List(_image, "1").List(_other, "2", "docker.io/team/app:2"))).Names);

    [Fact]
    public async Task One_manifest_may_have_several_names()
    {
        var published = await PublishedLayout.OfAsync(_layout.List(_image, "a:1").List(_image, "b:1").List(_image, "1", "docker.io/library/a:1"));
        Assert.Equal(["a:1", "b:1"], published.Names);
        published.Holds(_image, "a");
        published.Holds(_image, "b");
    }

    [Fact]
    public async Task A_name_for_two_manifests_is_an_error()
    {
        using var cli = new Cli();
        var error = (await cli.PublishAsync(_layout.List(_image, "app:1").List(_other, "app:1").Tar())).FailedWithHint().Error;
        Assert.Contains("two images of the archive would both be app:1", error, StringComparison.Ordinal);
        (await cli.PublishAsync(_layout.Tar(), "--name", "other")).FailedWithHint();
    }

    /// <summary>One of them would be lost, with its digest.</summary>
    [Fact]
    public async Task A_name_for_one_image_compressed_twice_is_an_error()
    {
        using var cli = new Cli();
        var zstd = _layout.Image(TestLayer.Zstd([1]));
        (await cli.PublishAsync(_layout.List(_image, "app:1").List(zstd, "app:1").Tar())).FailedWithHint();
        _layout.Entries.Clear();
        (await cli.PublishAsync(_layout.List(_image, "app:1").List(zstd, "app:1-zstd").Tar())).Published();
    }

    [Fact]
    public async Task One_name_of_the_command_line_fits_one_repository_and_one_tag_one_image()
    {
        using var cli = new Cli();
        _layout.List(_image, "a:1").List(_image, "a:2").List(_other, "a:3");
        Assert.Equal(["b:1", "b:2", "b:3"], (await PublishedLayout.OfAsync(_layout, "--name", "b")).Names);
        Assert.Contains("2 images", (await cli.PublishAsync(_layout.Tar(), "--tag", "4")).FailedWithHint().Error, StringComparison.Ordinal);
        Assert.Contains("2 names", (await cli.PublishAsync(_layout.List(_other, "c:1").Tar(), "--name", "b")).FailedWithHint().Error, StringComparison.Ordinal);
        _layout.Entries.Clear();
        Assert.Equal(["a:4"], (await PublishedLayout.OfAsync(_layout.List(_image, "a:1").List(_image, "a:2"), "--tag", "4")).Names);
    }

    [Theory]
    [InlineData("Team/App:1")]
    [InlineData("an app")]
    [InlineData("app:1\u001b[2J")]
    [InlineData("@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("/")]
    public async Task A_name_that_is_none_is_an_error_unless_the_command_line_has_one(string name)
    {
        using var cli = new Cli();
        var archive = _layout.List(_image, name).Tar();
        Assert.Contains("not an image's name", (await cli.PublishAsync(archive)).FailedWithHint().Error, StringComparison.Ordinal);
        (await cli.PublishAsync(archive, "--name", "app")).Published();
    }

    [Fact]
    public async Task Thousands_of_tags_take_no_more_than_their_time()
    {
        for (var i = 0; i < 2000; i++)
            _layout.List(i % 2 == 0 ? _image : _other, $"tag-{i}");
        Assert.Equal(2000, (await PublishedLayout.OfAsync(_layout)).Names.Count);
    }
}

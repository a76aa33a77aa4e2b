using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>Folders: OCI layouts that were never packed, and what <c>skopeo copy … dir:</c> writes.</summary>
public sealed class FolderInputTests : IDisposable
{
    private readonly Cli _cli = new();
    private readonly TestLayout _layout = new();
    private readonly JsonObject _image;
    private readonly string _folder;

    public FolderInputTests()
    {
        _folder = _cli["layout"];
        _image = _layout.Image(TestLayer.Gzip(TestImage.Layer("file")), TestLayer.Plain(TestImage.Content(1, 100_000)), TestLayer.Zstd([1]));
        _layout.List(_image, "app:1");
    }

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task A_folder_has_the_root_of_its_archive()
    {
        _layout.WriteTo(_folder);
        var expected = (await _cli.PublishAsync(_layout.Tar(), "-n")).Published().Output;
        Assert.Equal(expected, (await _cli.RunAsync(_folder)).Published().Output);
        Assert.Equal(expected, (await _cli.RunAsync("publish", _folder + "/")).Published().Output);
        Assert.Equal(expected, (await _cli.RunAsync("-i", _folder)).Published().Output);
        Directory.CreateSymbolicLink(_cli["link"], _folder);
        Assert.Equal(expected, (await _cli.RunAsync(_cli["link"])).Published().Output);
    }

    [Theory]
    [InlineData("ctr-2.1.9-multi-all.tar")]
    [InlineData("docker-28.5.2-graph-two.tar")]
    [InlineData("docker-20.10.24-two.tar")]
    [InlineData("docker-1.9.1.tar")]
    [InlineData("skopeo-1.22.0-oci-archive-multi.tar")]
    [InlineData("umoci-0.4.7-oci.tar")]
    public async Task An_unpacked_archive_has_the_root_of_the_archive(string file)
    {
        var archive = Vectors.File("archives", file);
        Directory.CreateDirectory(_folder);
        await System.Formats.Tar.TarFile.ExtractToDirectoryAsync(archive, _folder, overwriteFiles: false, TestContext.Current.CancellationToken);
        Assert.Equal((await _cli.RunAsync(archive, "-n")).Published().Output, (await _cli.RunAsync(_folder)).Published().Output);
    }

    [Fact]
    public async Task Links_inside_are_followed()
    {
        _layout.WriteTo(_folder);
        var expected = (await _cli.RunAsync(_folder, "-n")).Published().Output;
        var manifest = Path.Combine(_folder, TestLayout.PathOf(_image));
        File.Move(manifest, Path.Combine(_folder, "elsewhere"));
        File.CreateSymbolicLink(manifest, "../../elsewhere");
        File.Move(Path.Combine(_folder, "index.json"), Path.Combine(_folder, "blobs/listing"));
        File.CreateSymbolicLink(Path.Combine(_folder, "index.json"), "./blobs/listing");
        Assert.Equal(expected, (await _cli.RunAsync(_folder)).Published().Output);
    }

    /// <summary>Each is done to the good layout, with a part of the error that it deserves.</summary>
    private static readonly Dictionary<string, (Action<string> Spoil, string Error)> Cases = new()
    {
        ["a link that leads outside"] = (f => File.CreateSymbolicLink(Path.Combine(f, "link"), "../../etc/passwd"), "outside"),
        ["an absolute link"] = (f => File.CreateSymbolicLink(Path.Combine(f, "link"), "/etc/passwd"), "outside"),
        ["a link to a folder outside"] = (f => Directory.CreateSymbolicLink(Path.Combine(f, "link"), "/etc"), "outside"),
        ["a link to itself"] = (f => Replace(f, "index.json", p => File.CreateSymbolicLink(p, "index.json")), "circle"),
        ["a blob that is a link to nothing"] = (f => Replace(f, "blobs/sha256", p => File.CreateSymbolicLink(p, "nothing")), "does not hold all of it"),
        ["blobs that are a folder"] = (f => Replace(f, "blobs/sha256", p => Directory.CreateDirectory(p)), "does not hold all of it"),
        ["a fifo"] = (f => Run("mkfifo", Path.Combine(f, "fifo")), "'fifo' in the folder is no file"),
        ["an index that is a fifo"] = (f => Replace(f, "index.json", p => Run("mkfifo", p)), "is no file"),
        ["a socket"] = (f => Bind(Path.Combine(f, "socket")), "is no file"),
        ["a file whose name is not UTF-8"] = (f => Run("sh", "-c", $"printf x > \"$(printf '{f}/\\033[2J\\377')\""), "cannot be read"),
        ["nine folders"] = (f => Directory.CreateDirectory(Path.Combine(f, "1/2/3/4/5/6/7/8/9")), "deeper"),
        ["an index that is a folder"] = (f => Replace(f, "index.json", p => Directory.CreateDirectory(p)), "none of"),
        ["no index"] = (f => File.Delete(Path.Combine(f, "index.json")), "none of"),
        ["an empty index"] = (f => File.WriteAllText(Path.Combine(f, "index.json"), ""), "is not JSON"),
        ["nothing at all"] = (f => { Directory.Delete(f, true); Directory.CreateDirectory(f); }, "none of"),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    /// <summary>Held to the end: a socket that is collected takes its file with it.</summary>
    private static readonly List<Socket> Sockets = [];

    private static void Bind(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Sockets.Add(socket);
        socket.Bind(new UnixDomainSocketEndPoint(path));
    }

    private static void Replace(string folder, string path, Action<string> with)
    {
        path = Path.Combine(folder, path);
        if (Directory.Exists(path))
            Directory.Delete(path, true);
        else
            File.Delete(path);
        with(path);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_folder_that_is_no_layout_is_an_error_with_a_hint(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are none of these");
        // A socket's path may have 108 characters.
        var folder = $"/tmp/i2i-{Guid.NewGuid():N}";
        try
        {
            _layout.WriteTo(folder);
            Cases[name].Spoil(folder);
            var outcome = await _cli.RunAsync(folder).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            Assert.Contains(Cases[name].Error, outcome.FailedWithHint().Error, StringComparison.Ordinal);
            Assert.Empty(_cli.Listing());
        }
        finally
        {
            // The platform cannot delete a name that is not UTF-8.
            Run("rm", "-r", folder);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_changes_while_it_is_read_is_an_error(bool grows)
    {
        _layout.WriteTo(_folder);
        // It is read first, and takes a second.
        var file = Path.Combine(_folder, "a");
        await File.WriteAllBytesAsync(file, TestImage.Content(1, 96 << 20), TestContext.Current.CancellationToken);
        var publish = _cli.RunAsync(_folder);
        while (!publish.IsCompleted && !_cli.Listing().Any(f => f.Length > 1 << 20))
            await Task.Delay(1, TestContext.Current.CancellationToken);
        await using (var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            stream.SetLength(grows ? 97 << 20 : 2 << 20);
        Assert.Contains("changed while it was read", (await publish).FailedWithHint().Error, StringComparison.Ordinal);
        Assert.Empty(_cli.Listing());
    }

    [Fact]
    public async Task A_folder_of_skopeos_is_an_image()
    {
        foreach (var docker in new[] { false, true })
        {
            var layout = new TestLayout();
            TestLayer[] layers = [TestLayer.Gzip(TestImage.Layer("file")), TestLayer.Gzip([1])];
            var image = docker ? layout.DockerImage(layers) : layout.Image(layers);
            var folder = _cli[$"dir{docker}"];
            layout.WriteDirectoryTo(folder, image);
            var published = await PublishedLayout.OfAsync(layout, layout.DirectoryMembers(image).ToArray(), "--name", "app", "--tag", "1");
            published.Holds(image);
            Assert.Equal(layers.Select(l => l.Content), published.Tree.CheckImage("app", "1"));
            Assert.Equal(published.Outcome.Output, (await _cli.RunAsync(folder, "--name", "app", "--tag", "1")).Published().Output);
            Assert.Equal(TestLayout.Digest(image), published.Original("1").Digest.ToString());
        }
    }

    [Fact]
    public async Task A_folder_of_skopeos_may_have_several_platforms()
    {
        var arm = _layout.Image("linux/arm64", TestLayer.Gzip([2]));
        var index = _layout.Index([TestLayout.With(_image, "platform", TestLayout.Platform("linux/amd64")), TestLayout.With(arm, "platform", TestLayout.Platform("linux/arm64"))]);
        _layout.WriteDirectoryTo(_folder, index);
        var published = await PublishedLayout.OfAsync(_layout, _layout.DirectoryMembers(index).ToArray(), "--name", "app");
        published.Holds(index);
        Assert.Equal(published.Outcome.Output, (await _cli.RunAsync(_folder, "--name", "app")).Published().Output);
        var one = await PublishedLayout.OfAsync(_layout, _layout.DirectoryMembers(index).ToArray(), "--name", "app", "--platform", "linux/arm64");
        Assert.Equal(TestLayout.Digest(arm), one.Original("latest").Digest.ToString());
    }

    /// <summary>Without the media type's member, the text says what it is.</summary>
    [Fact]
    public async Task A_folder_of_skopeos_needs_no_media_type()
    {
        var layer = TestLayer.Gzip([1]);
        var image = _layout.Manifest(_layout.Blob(MediaType.OciConfig.Value, TestImage.ConfigOf([layer.Content])), [_layout.Layer(layer)], null, ("mediaType", null));
        var index = _layout.Index([TestLayout.With(image, "platform", TestLayout.Platform("linux/amd64"))], null, ("mediaType", null));
        foreach (var top in new[] { image, index })
            (await PublishedLayout.OfAsync(_layout, _layout.DirectoryMembers(top).ToArray(), "--name", "app")).Holds(top);
    }

    private static readonly Dictionary<string, (Func<TestLayout, JsonObject, byte[]> Archive, string Error)> Directories = new()
    {
        ["a manifest without its configuration"] = ((l, i) => Without(l, i, "config"), "does not hold all"),
        ["a manifest without its layer"] = ((l, i) => Without(l, i, "layer"), "does not hold all"),
        ["a manifest.json of another type"] = ((l, i) => l.DirectoryMembers(l.Manifest(i, [], null, ("mediaType", "text/plain"))).ToArray(), "no manifest that registries hold"),
        ["a manifest.json of nothing"] = ((l, i) => l.DirectoryMembers(l.Manifest("a/b", "{}"u8)).ToArray(), "cannot be read"),
        ["a manifest.json cut off"] = ((l, i) => l.DirectoryMembers(l.Manifest("a/b", l[i].AsSpan(0, 100))).ToArray(), "cannot be read"),
        ["a schemaVersion of a text"] = ((l, i) => l.DirectoryMembers(l.Manifest("a/b", """{"schemaVersion":"2"}"""u8)).ToArray(), "cannot be read"),
        ["a schemaVersion beyond numbers"] = ((l, i) => l.DirectoryMembers(l.Manifest("a/b", """{"schemaVersion":1e99}"""u8)).ToArray(), "cannot be read"),
        ["a mediaType of half a surrogate pair"] = ((l, i) => l.DirectoryMembers(l.Manifest("a/b", """{"mediaType":"\ud800"}"""u8)).ToArray(), "cannot be read"),
        ["schema 1"] = ((l, i) => l.DirectoryMembers(l.Manifest("a/b", """{"schemaVersion":1,"name":"app","tag":"1","fsLayers":[],"history":[]}"""u8)).ToArray(), "schema 1"),
        ["schema 1 that is signed"] = ((l, i) => l.DirectoryMembers(l.Manifest("a/b", """{"schemaVersion":1,"mediaType":"application/vnd.docker.distribution.manifest.v1+prettyjws"}"""u8)).ToArray(), "schema 1"),
        ["a layer under another's name"] = ((l, i) => Swapped(l, i), "is damaged"),
    };

    public static TheoryData<string> DirectoryNames => [.. Directories.Keys];

    [Theory]
    [MemberData(nameof(DirectoryNames))]
    public async Task A_folder_of_skopeos_that_is_none_is_an_error_with_a_hint(string name)
    {
        Assert.Contains(Directories[name].Error, (await _cli.PublishAsync(Directories[name].Archive(_layout, _image))).FailedWithHint().Error, StringComparison.Ordinal);
        Assert.Empty(_cli.Listing());
    }

    private static JsonObject Below(TestLayout layout, JsonObject image, string what)
    {
        var json = JsonNode.Parse(layout[image])!;
        return (what == "config" ? json["config"] : json["layers"]![0])!.AsObject();
    }

    private static byte[] Without(TestLayout layout, JsonObject image, string what) => layout.Without(Below(layout, image, what)).DirectoryMembers(image).ToArray();

    private static byte[] Swapped(TestLayout layout, JsonObject image) => layout.File(TestLayout.PathOf(Below(layout, image, "layer")), Compress.Gzip(TestImage.Layer("other"))).DirectoryMembers(image).ToArray();
}

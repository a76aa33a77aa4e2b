using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using SharpCompress.Common;
using SharpCompress.Providers;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>A published tree as a stranger reads it: from the blocks of its CAR alone, each checked against its CID.</summary>
internal sealed class PublishedTree
{
    private readonly Dictionary<Cid, ReadOnlyMemory<byte>> _blocks = [];
    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    private PublishedTree(Cid root, IReadOnlyList<Block> blocks)
    {
        foreach (var block in blocks)
        {
            Assert.True(block.Cid.Matches(block.Bytes.Span), $"block {block.Cid} is not what its name says");
            Assert.True(_blocks.TryAdd(block.Cid, block.Bytes), $"block {block.Cid} is there twice");
        }
        Root = root;
        Read("", root);
    }

    public Cid Root { get; }

    public IReadOnlyDictionary<string, byte[]> Files => _files;

    public static PublishedTree FromCar(byte[] car)
    {
        var (roots, blocks) = Car.Read(car);
        return new PublishedTree(Assert.Single(roots), blocks);
    }

    public static async Task<PublishedTree> ExportAsync(Cli cli, Cid root)
    {
        var file = cli[$"{Guid.NewGuid():N}.car"];
        (await cli.RunAsync("export", root.ToString(), "--to", "car:" + file)).Succeeded();
        var tree = FromCar(await File.ReadAllBytesAsync(file));
        File.Delete(file);
        Assert.Equal(root, tree.Root);
        return tree;
    }

    public JsonElement Json(string path) => JsonElement.Parse(_files[path]);

    /// <summary>Checks what every tree promises of a tag, and returns its layers, uncompressed, base first.</summary>
    /// <param name="name">The repository.</param>
    /// <param name="tag">The tag.</param>
    /// <param name="config">The configuration's bytes, where they are known.</param>
    /// <param name="schema1">Whether the image has a history, without which there is no schema 1.</param>
    public List<byte[]> CheckImage(string name, string tag, byte[]? config = null, bool schema1 = true)
    {
        var layers = new List<byte[]>();
        foreach (var form in new[] { MediaType.Schema2, MediaType.OciManifest })
            layers = CheckForm(name, tag, form, config);
        if (schema1)
            CheckSchema1(name, tag);
        else
            Assert.DoesNotContain($"{name}/manifests/{tag}-v1", _files.Keys);
        Assert.Equal("""{"imageLayoutVersion":"1.0.0"}"""u8.ToArray(), _files[$"{name}/oci-layout"]);
        return layers;
    }

    /// <summary>Checks one form of an image, down to the diffIDs, and returns its layers, uncompressed, base first.</summary>
    /// <param name="name">The repository.</param>
    /// <param name="tag">The tag.</param>
    /// <param name="form">Schema 2 or OCI.</param>
    /// <param name="config">The configuration's bytes, where they are known.</param>
    /// <param name="mixed">The source calls its blobs as it likes.</param>
    public List<byte[]> CheckForm(string name, string tag, MediaType form, byte[]? config = null, bool mixed = false)
    {
        var docker = form == MediaType.Schema2;
        var manifest = CheckManifest(name, tag, docker ? "-v2" : "-oci", form);
        var configBytes = CheckBlob(name, manifest.GetProperty("config"), mixed ? null : docker ? MediaType.DockerConfig : MediaType.OciConfig);
        if (config is not null)
            Assert.Equal(config, configBytes);
        var layers = manifest.GetProperty("layers").EnumerateArray().Select(l => Uncompress(CheckBlob(name, l, mixed ? null : TypeOf(l, form)))).ToList();
        Assert.Equal(layers.Select(l => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(l))), DiffIds(JsonElement.Parse(configBytes)));
        return layers;
    }

    private static MediaType TypeOf(JsonElement layer, MediaType form)
    {
        var type = new MediaType(layer.GetProperty("mediaType").GetString()!);
        Assert.Equal(type, LayerType.Of(type)?.In(form));
        return type;
    }

    private static byte[] Uncompress(byte[] layer) => layer switch
    {
        [0x1F, 0x8B, ..] => Gunzip(layer),
        [0x28, 0xB5, ..] => Unzstd(layer),
        _ => layer,
    };

    public static string[] DiffIds(JsonElement config) =>
        [.. config.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray().Select(d => d.GetString()!)];

    private JsonElement CheckManifest(string name, string tag, string suffix, MediaType form)
    {
        var bytes = _files[$"{name}/manifests/{tag}{suffix}"];
        var digest = Digest.Sha256(bytes);
        Assert.Equal(bytes, _files[$"{name}/manifests/{digest}"]);
        Assert.Equal(bytes, _files[$"{name}/blobs/sha256/{digest.Hex}"]);
        Assert.Contains(ImageIndex.Parse(_files[$"{name}/index.json"]), d => d with { Annotations = null } == new Descriptor(form, digest, bytes.Length) { Name = tag });
        var json = JsonElement.Parse(bytes);
        if (!form.IsSchema1)
            Assert.Equal(form.Value, json.GetProperty("mediaType").GetString());
        return json;
    }

    private void CheckSchema1(string name, string tag)
    {
        var manifest = CheckManifest(name, tag, "-v1", MediaType.Schema1);
        Assert.Equal(tag, manifest.GetProperty("tag").GetString());
        Assert.Equal(name, manifest.GetProperty("name").GetString());
        var sums = manifest.GetProperty("fsLayers").EnumerateArray().Select(l => l.GetProperty("blobSum").GetString()!).ToList();
        Assert.Equal(sums.Count, manifest.GetProperty("history").GetArrayLength());
        foreach (var sum in sums)
            Assert.Equal(sum, Digest.Sha256(_files[$"{name}/blobs/{sum}"]).ToString());
        Assert.Equal(_files[$"{name}/manifests/latest-v1"], _files[$"{name}/manifests/latest"]);
    }

    private byte[] CheckBlob(string name, JsonElement descriptor, MediaType? type)
    {
        var digest = Digest.Parse(descriptor.GetProperty("digest").GetString()!);
        var bytes = _files[$"{name}/blobs/{digest}"];
        if (type is { } expected)
            Assert.Equal(expected.Value, descriptor.GetProperty("mediaType").GetString());
        Assert.Equal(digest, Digest.Sha256(bytes));
        Assert.Equal(bytes.Length, descriptor.GetProperty("size").GetInt64());
        Assert.Equal(bytes, _files[$"{name}/blobs/sha256/{digest.Hex}"]);
        return bytes;
    }

    public static byte[] Gunzip(byte[] gzip)
    {
        using var content = new MemoryStream();
        using (var unzip = new GZipStream(new MemoryStream(gzip), CompressionMode.Decompress))
            unzip.CopyTo(content);
        return content.ToArray();
    }

    private static byte[] Unzstd(byte[] zstd)
    {
        using var content = new MemoryStream();
        using var unzip = CompressionProviderRegistry.Default.CreateDecompressStream(CompressionType.ZStandard, new MemoryStream(zstd));
        unzip.CopyTo(content);
        return content.ToArray();
    }

    private void Read(string path, Cid directory)
    {
        foreach (var entry in DirectoryDag.Entries(directory, cid => _blocks[cid]))
        {
            if (entry.Cid.Codec == Cid.DagPb && UnixFsData.Decode(DagPbNode.Decode(_blocks[entry.Cid]).Data).Type is UnixFsType.Directory or UnixFsType.HamtShard)
                Read($"{path}{entry.Name}/", entry.Cid);
            else
                _files.Add(path + entry.Name, UnixFsFile.Read(entry.Cid, cid => _blocks[cid], int.MaxValue));
        }
    }
}

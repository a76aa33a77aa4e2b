using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Image2Ipfs.Testing;

/// <summary>An image to save: layers of any bytes, and names.</summary>
public sealed record TestImage(IReadOnlyList<byte[]> Layers, params IReadOnlyList<string> Tags)
{
    /// <summary>The configuration; the one that fits the layers if it is not replaced.</summary>
    public byte[] Config { get; init; } = ConfigOf(Layers);

    public string ConfigPath { get => field ?? BlobPath(Config); init; }

    public IReadOnlyList<string> LayerPaths { get => field ?? [.. Layers.Select(BlobPath)]; init; }

    /// <summary>The element of <c>manifest.json</c>.</summary>
    public string Manifest { get => field ?? JsonSerializer.Serialize(new { Config = ConfigPath, RepoTags = Tags.Count == 0 ? null : Tags, Layers = LayerPaths }); init; }

    /// <summary>An archive as Docker 25 and later write it.</summary>
    public byte[] Save() => Save([this]);

    public static byte[] Save(IReadOnlyList<TestImage> images) => Members(images).ToArray();

    /// <summary>An archive that lacks one of its members.</summary>
    public byte[] Without(string path) => Members([this], path).ToArray();

    /// <summary>The same, with room for more members.</summary>
    public static TarBuilder Members(IReadOnlyList<TestImage> images, params IEnumerable<string> without)
    {
        var tar = new TarBuilder();
        var seen = new HashSet<string>(without);
        foreach (var image in images)
        {
            foreach (var (path, layer) in image.LayerPaths.Zip(image.Layers))
                Once(path, layer);
            Once(image.ConfigPath, image.Config);
        }
        return tar.File("manifest.json", $"[{string.Join(',', images.Select(i => i.Manifest))}]");

        void Once(string path, byte[] content)
        {
            if (seen.Add(path))
                tar.File(path, content);
        }
    }

    public static string BlobPath(byte[] content) => "blobs/sha256/" + Hex(content);

    public static string Hex(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <param name="layers">Of which the diffIDs are computed.</param>
    /// <param name="more">Members to put in front, each with a comma behind it.</param>
    public static byte[] ConfigOf(IEnumerable<byte[]> layers, string more = "")
    {
        var list = layers.ToList();
        var history = list.Select((_, i) => $$"""{"created":"2026-01-01T00:00:{{(i % 60).ToString("00", CultureInfo.InvariantCulture)}}Z","created_by":"step {{i}}"}""");
        return Encoding.UTF8.GetBytes(
            $$$"""{{{{more}}}"architecture":"amd64","os":"linux","config":{"Cmd":["/hello"]},"history":[{{{string.Join(',', history)}}}],""" +
            $$$""" "rootfs":{"type":"layers","diff_ids":[{{{string.Join(',', list.Select(l => $"\"sha256:{Hex(l)}\""))}}}]}}""");
    }

    /// <summary>Bytes that are the same in every run: half of them compress well, half not at all.</summary>
    public static byte[] Content(int seed, int length)
    {
#pragma warning disable CA5394 // Random is not for secrets: it is to give the same bytes each time.
        var random = new Random(seed);
        var content = new byte[length];
        for (var offset = 0; offset < length; offset += 8192)
        {
            var part = content.AsSpan(offset, Math.Min(8192, length - offset));
            if (offset / 8192 % 2 == 0)
                random.NextBytes(part);
            else
                part.Fill((byte)offset);
        }
        return content;
#pragma warning restore CA5394
    }

    /// <summary>A layer as they are: a tar with one file.</summary>
    public static byte[] Layer(string file, string content = "content") => new TarBuilder().File(file, content).ToArray();
}
